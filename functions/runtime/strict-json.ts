import { isExactNumber } from './exact-number.ts'

/** Where a value stands in a JSON text: names of members and indices of items, from the outermost inwards. */
export type JsonPlace = readonly (string | number)[]

/** Whether a member may not occur, at any depth. `parent`: the name of the member, or the index of the item, that holds it. */
export type IsForbidden = (name: string, parent: string | number | undefined) => boolean

/**
 * JSON as two readers cannot disagree on it (RFC 8259 §4, I-JSON RFC 7493 §2.3): no member twice at any depth, also not
 * spelt with `\u` escapes, and no more levels than stated. A byte order mark is no white space, so JSON.parse refuses it.
 *
 * Returns the value, or undefined for text that is not that. Never says why: the reasons would quote what was sent.
 *
 * @param onInexact told of each number that a double does not hold as it is written, by its place; to be read at once
 */
export function parseStrictJson(
  text: string,
  maxDepth: number,
  isForbidden: IsForbidden = () => false,
  onInexact: (place: JsonPlace) => void = () => {},
): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isSound(text, maxDepth, isForbidden, onInexact) ? { value } : undefined
  } catch {
    return undefined
  }
}

const [quote, comma, minus, openList, closeList, openObject, closeObject] = [34, 44, 45, 91, 93, 123, 125]
// Sticky: reads the number that begins where it is set.
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** Looks at names and numbers of a text that is known to be JSON. */
function isSound(
  text: string,
  maxDepth: number,
  isForbidden: IsForbidden,
  onInexact: (place: JsonPlace) => void,
): boolean {
  // One entry per open level: the names seen in an object, null in an array; and where in it the scan is.
  const open: Array<Set<string> | null> = []
  const place: Array<string | number> = []
  let nameNext = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const end = endOfString(text, at)
      if (nameNext) {
        const names = open.at(-1)
        const raw = text.slice(at + 1, end)
        const name: string = raw.includes('\\') ? JSON.parse(`"${raw}"`) : raw
        if (!names || names.has(name) || isForbidden(name, place.at(-2))) return false
        names.add(name)
        place[place.length - 1] = name
        nameNext = false
      }
      at = end
    } else if (code === openObject || code === openList) {
      nameNext = code === openObject
      open.push(nameNext ? new Set() : null)
      place.push(nameNext ? '' : 0)
      if (open.length > maxDepth) return false
    } else if (code === closeObject || code === closeList) {
      open.pop()
      place.pop()
      nameNext = false
    } else if (code === comma) {
      const index = place.at(-1)
      if (typeof index === 'number') place[place.length - 1] = index + 1
      else nameNext = true
    } else if (code === minus || (code >= 48 && code <= 57)) {
      number.lastIndex = at
      const token = number.exec(text)?.[0] ?? ''
      if (!isExactNumber(token)) onInexact(place)
      at += token.length - 1
    }
  }
  return true
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
  while (text[first - 1] === '\\') first -= 1
  return (at - first) % 2 === 1
}
