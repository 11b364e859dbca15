/**
 * JSON.parse without a defect of V8 (Node 24 and 26, https://github.com/nodejs/node/issues/63785): the name of a member that is
 * spelt with an escape may be read as another one, as long, that has a backslash in it and was once read in such a place. So
 * whoever sends `{"a":0,"titl\\":0}` changes what everybody's `{"a":0,"titl\u0065":0}` means from then on.
 *
 * Throws for what is no JSON, and for names that were not read as they were written.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return text.includes('\\') && escapedName.test(text) ? parseRespelt(text) : value
}

// The last escape of a name, and its end. A text may have it elsewhere, too.
const escapedName = /\\.[^"\\]*"[ \t\n\r]*:/s

// Takes time by the square of a text that is no JSON.
const stringOrName = /("[^"\\]*(?:\\.[^"\\]*)*")([ \t\n\r]*:)?/gs

/** Spelt without escapes, names are safe. Some cannot be spelt without: those are compared with what was read. */
function parseRespelt(text: string): unknown {
  const written: string[] = []
  const respelt = text.replace(stringOrName, (token, quoted: string, colon: string | undefined) => {
    if (!colon) return token
    const name = JSON.parse(quoted) as string
    written.push(name)
    return `${JSON.stringify(name)}${colon}`
  })
  const value: unknown = JSON.parse(respelt)
  const read: string[] = []
  JSON.stringify(value, (name, member) => {
    read.push(name)
    return member
  })
  if (misreadable(written) !== misreadable(read)) throw new SyntaxError('a name was misread')
  return value
}

/** Whatever is misread has a backslash in it then. */
const misreadable = (names: readonly string[]): string =>
  JSON.stringify(names.filter(name => name.includes('\\')).sort())
