/** Declared values by name, in the order they go on; a name occurs again only where it is declared as a list. */
export type Pairs = ReadonlyArray<readonly [name: string, value: string]>

/** Values by name: each name once, with all its values. */
export const grouped = (pairs: Pairs): Map<string, string[]> => {
  const groups = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const values = groups.get(name)
    if (values) values.push(value)
    else groups.set(name, [value])
  }
  return groups
}

/** Header fields: the items of a list in one line (RFC 9110 §5.3). */
export const fieldsOf = (headers: Pairs): Record<string, string> =>
  Object.fromEntries([...grouped(headers)].map(([name, values]) => [name, values.join(', ')]))
