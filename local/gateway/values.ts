/**
 * Names with all their values, in the order sent. Names are matched case-sensitively, as API Gateway does for
 * headers too (developer guide, "important notes"; platform-facts §5.4).
 */
export type MultiValues = ReadonlyMap<string, readonly string[]>

/** Groups pairs by name. A Map, because a client may well send a header called `__proto__`. */
export function groupValues(pairs: Iterable<readonly [name: string, value: string]>): MultiValues {
  const grouped = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const values = grouped.get(name)
    if (values) values.push(value)
    else grouped.set(name, [value])
  }
  return grouped
}

/** The value that counts where only one can: the last one sent (platform-facts §5.4). */
export function lastValue(values: MultiValues, name: string): string | undefined {
  return values.get(name)?.at(-1)
}

/** The single-valued form of an event's member, e.g. `headers`. */
export function toSingleValues(values: MultiValues): Record<string, string> {
  return Object.fromEntries([...values].map(([name, all]) => [name, all.at(-1) ?? '']))
}

/** The multi-valued form of an event's member, e.g. `multiValueHeaders`. */
export function toMultiValues(values: MultiValues): Record<string, string[]> {
  return Object.fromEntries([...values].map(([name, all]) => [name, [...all]]))
}
