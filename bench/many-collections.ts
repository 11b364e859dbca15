const operations = ['list', 'create', 'read', 'replace', 'remove'] as const

interface Collection {
  readonly name: string
  readonly operations: readonly (typeof operations)[number][]
}

/** So many routes, as collections of five operations each; the last may have fewer. */
export const collections = (routes: number): Collection[] =>
  Array.from({ length: Math.ceil(routes / operations.length) }, (_, i) => ({
    name: `things${i}`,
    operations: operations.slice(0, routes - i * operations.length),
  }))

/** Names of the upstreams that they stand before: one for each collection, twelve at most. */
export const upstreamsFor = (routes: number): string[] =>
  Array.from({ length: Math.min(12, collections(routes).length) }, (_, i) => `Upstream${i}`)
