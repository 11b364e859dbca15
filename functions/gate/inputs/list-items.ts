/**
 * The items of a header's list (RFC 9110 §5.6.1). A comma within a quoted string (§5.6.4) is a character like any other: two readers
 * would see other items. Undefined for a string that does not end.
 */
export function listItems(line: string): string[] | undefined {
  if (!line.includes('"')) return line.split(',').map(item => item.trim())
  const items: string[] = []
  let [start, quoted] = [0, false]
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at]
    if (char === '"') quoted = !quoted
    else if (quoted && char === '\\') at += 1
    else if (!quoted && char === ',') {
      items.push(line.slice(start, at).trim())
      start = at + 1
    }
  }
  return quoted ? undefined : [...items, line.slice(start).trim()]
}
