import type { ASTNode } from '@marcbachmann/cel-js'

type Names = ReadonlySet<string>
const none: Names = new Set()
const both = (a: Names, b: Names): Names => new Set([...a, ...b])
const common = (a: Names, b: Names): Names => new Set([...a].filter(name => b.has(name)))

/**
 * Query parameters that may be left out, and that a rule reads without having asked for them: for callers who do leave them out it
 * cannot be evaluated. `has(query.a) && query.a > 1` has asked, on either side of `&&`, since an error beside what is false does
 * not count; so has `!has(query.a) || …`, and a branch of `? :`.
 *
 * @param rule one whose words are known
 */
export function readUnasked(rule: ASTNode, optional: Names): string[] {
  const unasked = new Set<string>()
  function walk(node: unknown, sent: Names): void {
    if (Array.isArray(node)) for (const each of node) walk(each, sent)
    if (!isNode(node) || askedBy(node) !== undefined) return
    const read = readBy(node)
    if (read !== undefined) {
      if (optional.has(read) && !sent.has(read)) unasked.add(read)
    } else if (node.op === '&&' || node.op === '||') {
      const [left, right] = node.args
      const decides = node.op === '&&'
      walk(left, both(sent, sentWhere(right, decides)))
      walk(right, both(sent, sentWhere(left, decides)))
    } else if (node.op === '?:') {
      const [condition, then, otherwise] = node.args
      walk(condition, sent)
      walk(then, both(sent, sentWhere(condition, true)))
      walk(otherwise, both(sent, sentWhere(condition, false)))
    } else walk(node.args, sent)
  }
  walk(rule, none)
  return [...unasked].sort()
}

/** What was surely sent where a condition is true, or where it is false. */
function sentWhere(node: ASTNode, truth: boolean): Names {
  if (node.op === '!_') return sentWhere(node.args, !truth)
  if (node.op === '&&' || node.op === '||') {
    const [left, right] = node.args
    return ((node.op === '&&') === truth ? both : common)(sentWhere(left, truth), sentWhere(right, truth))
  }
  const asked = askedBy(node)
  return truth && asked !== undefined ? new Set([asked]) : none
}

/** `has(query.a)`, and `'a' in query`. */
function askedBy({ op, args }: ASTNode): string | undefined {
  if (op === 'in') return isQuery(args[1]) ? textOf(args[0]) : undefined
  if (op !== 'call' || args[0] !== 'has') return undefined
  const [asked] = args[1]
  return asked && readBy(asked)
}

/** `query.a`, and `query['a']`. */
function readBy({ op, args }: ASTNode): string | undefined {
  return (op === '.' || op === '[]') && isQuery(args[0]) ? textOf(args[1]) : undefined
}

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'op' in value

const isQuery = (node: unknown): boolean => isNode(node) && node.op === 'id' && node.args === 'query'

function textOf(part: unknown): string | undefined {
  const text: unknown = isNode(part) && part.op === 'value' ? part.args : part
  return typeof text === 'string' ? text : undefined
}
