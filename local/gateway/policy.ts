/** An authorizer's policy, read. Resources are patterns where `*` is any text and `?` any character, `/` included. */
export interface Policy {
  statements: readonly Statement[]
}

interface Statement {
  effect: 'Allow' | 'Deny'
  actions: readonly string[]
  resources: readonly string[]
}

export type Verdict = 'allowed' | 'explicitly-denied' | 'implicitly-denied'

/** What an authorizer returned cannot be used; the message says why and goes into the access log, never to the client. */
export class MalformedResultError extends Error {
  override readonly name = 'MalformedResultError'
}

const ACTION = 'execute-api:Invoke'
/** platform-facts §5.2 */
const RESOURCE_MAX_CHARS = 512

/**
 * Decides whether a policy lets a method be invoked: a matching Deny wins, no match denies (IAM evaluation logic).
 * @param methodArn the ARN of this request's method, not a pattern
 */
export function evaluatePolicy(policy: Policy, methodArn: string): Verdict {
  const matching = policy.statements.filter(
    statement =>
      // IAM compares actions without case, resources with it.
      statement.actions.some(action => matchesPattern(action.toLowerCase(), ACTION.toLowerCase())) &&
      statement.resources.some(resource => matchesPattern(resource, methodArn)),
  )
  if (matching.some(statement => statement.effect === 'Deny')) return 'explicitly-denied'
  return matching.length > 0 ? 'allowed' : 'implicitly-denied'
}

/**
 * Reads a `policyDocument`. Elements that would need evaluating and are not (Condition, NotAction, NotResource) make it
 * unusable: skipping a condition would allow more than the policy says.
 * @throws MalformedResultError
 */
export function readPolicy(document: unknown): Policy {
  const policy = readMembers(document, 'policyDocument', ['Version', 'Id', 'Statement'])
  if (policy.Version !== '2012-10-17' && policy.Version !== '2008-10-17') {
    throw new MalformedResultError("policyDocument.Version is not '2012-10-17'")
  }
  const statements = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement]
  if (statements.length === 0) throw new MalformedResultError('policyDocument.Statement is empty')
  return { statements: statements.map(readStatement) }
}

function readStatement(value: unknown): Statement {
  const statement = readMembers(value, 'Statement', ['Sid', 'Effect', 'Action', 'Resource'])
  const { Effect: effect } = statement
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new MalformedResultError('Statement.Effect is neither Allow nor Deny')
  }
  const resources = readStrings(statement.Resource, 'Statement.Resource')
  if (resources.some(resource => resource.length > RESOURCE_MAX_CHARS)) {
    throw new MalformedResultError(`Statement.Resource is longer than ${RESOURCE_MAX_CHARS} characters`)
  }
  return { effect, actions: readStrings(statement.Action, 'Statement.Action'), resources }
}

function readMembers(value: unknown, what: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedResultError(`${what} is not an object`)
  }
  const unknown = Object.keys(value).find(key => !known.includes(key))
  if (unknown !== undefined) {
    throw new MalformedResultError(`${what}.${unknown} is not supported; supported: ${known.join(', ')}`)
  }
  return value as Record<string, unknown>
}

function readStrings(value: unknown, what: string): string[] {
  const list = Array.isArray(value) ? value : [value]
  if (list.length === 0 || !list.every(item => typeof item === 'string' && item !== '')) {
    throw new MalformedResultError(`${what} is not a string or a list of strings`)
  }
  return list as string[]
}

/** Glob matching in linear space and without backtracking beyond the last `*`, whatever the pattern is. */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
