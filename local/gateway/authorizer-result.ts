import { MalformedResultError, type Policy, readPolicy } from './policy.ts'

/** What an authorizer said, as it is cached. */
export interface AuthorizerResult {
  principalId: string
  policy: Policy
  /** Values as strings: numbers and booleans arrive stringified (platform-facts §5.2). */
  context: Readonly<Record<string, string>>
}

const KNOWN = ['principalId', 'policyDocument', 'context', 'usageIdentifierKey']

/**
 * Reads what an authorizer returned (developer guide, "output from an API Gateway Lambda authorizer").
 * `usageIdentifierKey` is accepted and has no effect: it only counts for an API whose key source is the authorizer.
 * @throws MalformedResultError
 */
export function readAuthorizerResult(payload: unknown): AuthorizerResult {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new MalformedResultError('the authorizer did not return an object')
  }
  const result = payload as Record<string, unknown>
  const unknown = Object.keys(result).find(key => !KNOWN.includes(key))
  if (unknown !== undefined) {
    throw new MalformedResultError(`the authorizer returned '${unknown}'; supported: ${KNOWN.join(', ')}`)
  }
  const { principalId } = result
  if (typeof principalId !== 'string' || principalId === '') {
    throw new MalformedResultError('principalId is not a non-empty string')
  }
  return { principalId, policy: readPolicy(result.policyDocument), context: readContext(result.context) }
}

function readContext(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new MalformedResultError('context is not an object')
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') {
        return [key, String(item)]
      }
      throw new MalformedResultError(`context.${key} is not a string, number or boolean`)
    }),
  )
}
