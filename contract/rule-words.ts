import type { ASTNode } from '@marcbachmann/cel-js'

/** Says what is wrong with a rule, for whoever wrote it. */
export class RuleError extends Error {}

/** The names that there are below each root; null: any. */
export type RuleRoots = Readonly<Record<string, readonly string[] | null>>

/** What a rule speaks of. */
export interface RuleWords {
  /** Each once, sorted. */
  readonly claims: readonly string[]
  readonly speaksOfPath: boolean
  /** What of the client certificate, each once, sorted. */
  readonly certificate: readonly string[]
  /** Ranges of addresses, as written. */
  readonly ranges: readonly string[]
}

const operators = new Set([
  ...['||', '&&', '!_', '?:', '==', '!=', '<', '<=', '>', '>=', 'in'],
  ...['+', '-', '*', '/', '%', '-_', '.', '[]', 'list', 'value', 'id', 'call', 'rcall'],
])
const macros = ['all', 'exists', 'exists_one']
/**
 * Of the library's functions those whose cost grows no faster than their text, and which mean what CEL says. Not `matches`: some
 * patterns take forever on the right text. Not `lowerAscii` and `upperAscii`: here they turn the Kelvin sign into a k.
 * Not the conversions: here `int('')` is 0.
 */
const functions = ['has', 'size']
const methods = ['startsWith', 'endsWith', 'contains', 'size', 'inRange', ...macros]

/**
 * Reads what a rule speaks of. Throws a {@link RuleError} for a word that is not available, and for what would leave its cost or
 * its needs unknown until it is evaluated.
 */
export function readWords(rule: ASTNode, roots: RuleRoots): RuleWords {
  const claims = new Set<string>()
  const certificate = new Set<string>()
  const ranges = new Set<string>()
  let speaksOfPath = false

  function walk(node: unknown, variable: string | undefined): void {
    if (Array.isArray(node)) for (const each of node) walk(each, variable)
    if (!isNode(node)) return
    const spoken = memberSpokenOf(node)
    if (spoken && Object.hasOwn(roots, spoken.root)) {
      take(spoken.root, spoken.member)
      return
    }
    if (!operators.has(node.op)) throw new RuleError(`${node.op} { … } is not available`)
    if (node.op === 'value') checkLiteral(node.args)
    else if (node.op === 'id') checkIdentifier(node.args, variable, roots)
    else if (node.op === 'call') walkCall(node.args, variable)
    else if (node.op === 'rcall') walkMethod(node.args, variable)
    else walk(node.args, variable)
  }

  function walkCall([name, args]: [string, ASTNode[]], variable: string | undefined): void {
    refuseUnlisted(name, functions)
    // Of a member of something that is no map, CEL has no answer; the library's is no, and a rule may ask for that.
    if (name === 'has' && !isDirectMember(args[0]))
      throw new RuleError("has() asks for one claim or parameter; of what is in it: 'until' in claims.banned")
    walk(args, variable)
  }

  function walkMethod([name, receiver, args]: [string, ASTNode, ASTNode[]], variable: string | undefined) {
    refuseUnlisted(name, methods)
    walk(receiver, variable)
    if (name === 'inRange') ranges.add(writtenOut(args[0]))
    else walk(args, macros.includes(name) ? itemOf(name, args, variable) : variable)
  }

  /** The name that a macro gives each item. */
  function itemOf(name: string, [item]: readonly ASTNode[], outer: string | undefined): string {
    // Lists are the caller's: one inside another multiplies their lengths.
    if (outer !== undefined) throw new RuleError(`${name}() inside another one: use \`in\` for the inner one`)
    const own = item?.op === 'id' ? item.args : ''
    if (Object.hasOwn(roots, own))
      throw new RuleError(`${name}() calls its items ${own}, which has a meaning`)
    return own
  }

  function take(root: string, member: string): void {
    const names = roots[root]
    if (root === 'path') speaksOfPath = true
    if (root === 'claims') claims.add(member)
    else if (names && !names.includes(member)) throw new RuleError(`${root} has no ${JSON.stringify(member)}`)
    else if (root === 'certificate') certificate.add(member)
  }

  walk(rule, undefined)
  return {
    claims: [...claims].sort(),
    speaksOfPath,
    certificate: [...certificate].sort(),
    ranges: [...ranges],
  }
}

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'op' in value

/** A member of a name, not of something else. */
const isDirectMember = (node: ASTNode | undefined): boolean =>
  node?.op === '.' && isNode(node.args[0]) && node.args[0].op === 'id'

/** `claims.plan`, `claims['custom:plan']` and `'custom:plan' in claims`. */
function memberSpokenOf({ op, args }: ASTNode): { root: string; member: string } | undefined {
  if (!Array.isArray(args) || (op !== '.' && op !== '[]' && op !== 'in')) return undefined
  const [whole, part] = (op === 'in' ? [args[1], args[0]] : args) as readonly unknown[]
  if (!isNode(whole) || whole.op !== 'id') return undefined
  const member = isNode(part) && part.op === 'value' ? part.args : part
  return typeof member === 'string' ? { root: whole.args, member } : undefined
}

function checkIdentifier(name: string, variable: string | undefined, roots: RuleRoots): void {
  if (name === variable) return
  if (!Object.hasOwn(roots, name)) throw new RuleError(`${name} is not known`)
  const example = name === 'claims' ? 'plan' : (roots[name]?.[0] ?? 'name')
  throw new RuleError(`it speaks of ${name} as a whole: write ${memberText(name, example)}`)
}

const words = new Set(['in', 'true', 'false', 'null'])
const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/

/** `query.limit`, or `query['page.size']` where the name is no identifier of CEL's. */
export const memberText = (root: string, member: string): string =>
  identifier.test(member) && !words.has(member) ? `${root}.${member}` : `${root}['${member}']`

function checkLiteral(value: unknown): void {
  if (value !== null && typeof value === 'object')
    throw new RuleError('literals of bytes and of unsigned numbers are not available')
}

function refuseUnlisted(name: string, available: readonly string[]): void {
  if (!available.includes(name))
    throw new RuleError(`${name}() is not available: there are ${available.join(', ')}`)
}

function writtenOut(range: ASTNode | undefined): string {
  if (range?.op === 'value' && typeof range.args === 'string') return range.args
  throw new RuleError("inRange() takes a range that is written out, such as '10.0.0.0/8'")
}
