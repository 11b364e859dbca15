/**
 * JSON as two readers cannot disagree on it (RFC 8259 §4, I-JSON RFC 7493 §2.3): no member twice at any depth, also not
 * spelt with `\u` escapes, and no more levels than stated. A byte order mark is no white space, so JSON.parse refuses it.
 *
 * @param forbidden names that may not occur at any depth
 *
 * Returns the value, or undefined for text that is not that. Never says why: the reasons would quote what was sent.
 */
export function parseStrictJson(
  text: string,
  maxDepth: number,
  forbidden: ReadonlySet<string> = new Set(),
): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return hasSoundMembers(text, maxDepth, forbidden) ? { value } : undefined
  } catch {
    return undefined
  }
}

/** Looks at the member names of a text that is known to be JSON. */
function hasSoundMembers(text: string, maxDepth: number, forbidden: ReadonlySet<string>): boolean {
  // One entry per open level: the names seen in an object, null in an array.
  const open: Array<Set<string> | null> = []
  let nameNext = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : null)
      if (open.length > maxDepth) return false
      nameNext = char === '{'
    } else if (char === '}' || char === ']') {
      open.pop()
      nameNext = false
    } else if (char === ',') {
      nameNext = open.at(-1) !== null
    } else if (char === '"') {
      const end = endOfString(text, at)
      if (nameNext) {
        const names = open.at(-1)
        const raw = text.slice(at + 1, end)
        const name: string = raw.includes('\\') ? JSON.parse(`"${raw}"`) : raw
        if (!names || names.has(name) || forbidden.has(name)) return false
        names.add(name)
        nameNext = false
      }
      at = end
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
