import { isExactNumber, plainDigits } from './exact-number.ts'
import { parseJson } from './parse-json.ts'

/** Where a value stands in a JSON text: names of members and indices of items, from the outermost inwards. */
export type JsonPlace = readonly (string | number)[]

/** Of bodies, sent and answered: deeper than anything a person declares, far shallower than what would exhaust a stack. */
export const bodyMaxDepth = 32

/** Whether a member may not occur, at any depth. `parent`: the name of the member, or the index of the item, that holds it. */
export type IsForbidden = (name: string, parent: string | number | undefined) => boolean

/**
 * JSON as two readers cannot disagree on it (RFC 8259 §4, I-JSON RFC 7493 §2.3): no member twice at any depth, also not
 * spelt with `\u` escapes, and no more levels than stated. A byte order mark is no white space, so JSON.parse refuses it.
 *
 * Returns the value, or undefined for text that is not that. Never says why: the reasons would quote what was sent.
 *
 * @param onInexact told of each number that a double does not hold as it is written, by its place
 */
export function parseStrictJson(
  text: string,
  maxDepth: number,
  isForbidden: IsForbidden = () => false,
  onInexact: (place: JsonPlace) => void = () => {},
): { readonly value: unknown } | undefined {
  try {
    const value = parseJson(text)
    // Of a member that is there twice, JSON.parse keeps one: the text has more of them than the value.
    return membersOf(text, maxDepth, onInexact) === membersIn(value, isForbidden) ? { value } : undefined
  } catch {
    return undefined
  }
}

/** How many members a value has, at all depths. NaN, which equals nothing, if one of them is forbidden. */
function membersIn(value: unknown, isForbidden: IsForbidden, parent?: string | number): number {
  if (typeof value !== 'object' || value === null) return 0
  let members = 0
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) members += membersIn(value[i], isForbidden, i)
    return members
  }
  for (const name of Object.keys(value)) {
    if (isForbidden(name, parent)) return Number.NaN
    members += 1 + membersIn((value as Record<string, unknown>)[name], isForbidden, name)
  }
  return members
}

const [quote, comma, minus, point, zero, nine, colon, backslash] = [34, 44, 45, 46, 48, 57, 58, 92]
const [openList, closeList, openObject, closeObject, upperE, lowerE] = [91, 93, 123, 125, 69, 101]

/** How many members a text has that is known to be JSON; NaN if it has too many levels. Looks at its numbers on the way. */
function membersOf(text: string, maxDepth: number, onInexact: (place: JsonPlace) => void): number {
  // One entry per open level: where the latest name of an object begins, or the negated index in an array. A name cannot begin a
  // text, so none is at 0. They are read only where there is something to tell.
  const steps: number[] = []
  const nameAt = namesIn(text)
  let [members, string] = [0, 0]
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      string = at
      at = endOfString(text, at)
    } else if (code === colon) {
      members += 1
      steps[steps.length - 1] = string
    } else if (code === comma) {
      const step = steps[steps.length - 1] as number
      if (step <= 0) steps[steps.length - 1] = step - 1
    } else if (code === openObject || code === openList) {
      if (steps.push(code === openObject ? 1 : 0) > maxDepth) return Number.NaN
    } else if (code === closeObject || code === closeList) {
      steps.pop()
    } else if (code === minus || isDigit(code)) {
      const end = endOfDigits(text, at)
      const next = text.charCodeAt(end)
      if (end - at <= plainDigits && next !== lowerE && next !== upperE) {
        at = end - 1
      } else {
        const token = numberAt(text, at)
        if (!isExactNumber(token)) onInexact(steps.map(step => (step > 0 ? nameAt(step) : 0 - step)))
        at += token.length - 1
      }
    }
  }
  return members
}

const isDigit = (code: number): boolean => code >= zero && code <= nine

/** Where the digits end, and the point among them, of the number that begins at `start`. */
function endOfDigits(text: string, start: number): number {
  let end = start + 1
  for (let code = text.charCodeAt(end); isDigit(code) || code === point; code = text.charCodeAt(end)) end += 1
  return end
}

// Sticky: reads the number that begins where it is set.
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

function numberAt(text: string, start: number): string {
  number.lastIndex = start
  return number.exec(text)?.[0] ?? ''
}

/** Reads the name that begins at a quote, each once: a long one may have a hundred thousand numbers below it. */
function namesIn(text: string): (start: number) => string {
  const names = new Map<number, string>()
  return start => {
    const name = names.get(start) ?? (JSON.parse(text.slice(start, endOfString(text, start) + 1)) as string)
    names.set(start, name)
    return name
  }
}

/** Where the string that begins at `start` has its closing quote. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1)
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text.charCodeAt(first - 1) === backslash) first -= 1
  return (at - first) % 2 === 1
}
