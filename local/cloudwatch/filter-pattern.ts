import { CannotEvaluate } from './cannot-evaluate.ts'
import { leafAt, readPath } from './json-path.ts'

/** Whether a log line matches: its text, and what it is as JSON (undefined for a line that is none). */
export type LineFilter = (line: string, entry: unknown) => boolean

const condition =
  /^\s*(?<path>\$[^\s=!<>]+)\s*(?<operator>=|!=|<=|>=|<|>)\s*(?:"(?<text>[^"]*)"|(?<word>[^\s"()&|]+))\s*$/

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
}

/**
 * Reads a filter pattern of CloudWatch Logs: the empty one, and those over JSON with conditions joined by `&&` and `||`. Throws a
 * `CannotEvaluate` for any other.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function readFilterPattern(pattern: string): LineFilter {
  if (pattern.trim() === '') return () => true
  const [, inner] = /^\s*\{(.*)\}\s*$/s.exec(pattern) ?? []
  if (inner === undefined) throw new CannotEvaluate(`the filter pattern ${pattern} is not evaluated here`)
  const anyOf = inner.split('||').map(part => part.split('&&').map(readCondition))
  return (_, entry) => entry !== undefined && anyOf.some(allOf => allOf.every(matches => matches(entry)))
}

function readCondition(text: string): (entry: unknown) => boolean {
  const groups = condition.exec(text)?.groups
  if (!groups) throw new CannotEvaluate(`the condition ${text.trim()} is not evaluated here`)
  const { operator = '', text: quoted, word = '' } = groups
  const path = readPath(groups.path)
  const compare = comparisons[operator]
  if (compare) {
    const limit = Number(word)
    return entry => {
      const leaf = leafAt(entry, path)
      return typeof leaf === 'number' && compare(leaf, limit)
    }
  }
  // An asterisk stands for anything.
  const wanted = new RegExp(`^${(quoted ?? word).split('*').map(escaped).join('.*')}$`, 's')
  return entry => {
    const leaf = leafAt(entry, path)
    return leaf !== undefined && wanted.test(String(leaf)) === (operator === '=')
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
