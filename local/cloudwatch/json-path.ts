import { CannotEvaluate } from './cannot-evaluate.ts'

/** `$.users[1].name`: the steps from the root. */
export type JsonPath = ReadonlyArray<string | number>

const step = /\.(?<member>[A-Za-z0-9_@:-]+)|\[(?<index>\d+)\]|\[(?:"(?<double>[^"]+)"|'(?<single>[^']+)')\]/y

/** Reads a property selector of CloudWatch Logs. Throws a `CannotEvaluate` for what is none. */
export function readPath(selector: unknown): JsonPath {
  const text = String(selector)
  const path: Array<string | number> = []
  step.lastIndex = 1
  let end = 1
  for (let match = step.exec(text); match; match = step.exec(text)) {
    end = step.lastIndex
    const { member, index, double, single } = match.groups ?? {}
    path.push(index === undefined ? String(member ?? double ?? single) : Number(index))
  }
  if (!text.startsWith('$') || end !== text.length || path.length === 0) {
    throw new CannotEvaluate(`${text} is no selector of a property`)
  }
  return path
}

/** What stands there, if it is a text, a number, a boolean or null. */
export function leafAt(value: unknown, path: JsonPath): string | number | boolean | null | undefined {
  let at = value
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as Record<string | number, unknown>)[name]
  }
  return typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' || at === null
    ? at
    : undefined
}
