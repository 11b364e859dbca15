import { boolean, count, type Decoded, list, literal, nullable, object, record, string } from './decode.ts'

/**
 * Whom or what a limit is for, from the narrowest to the widest: the order in which they are asked. What one layer refuses is
 * never taken from a wider one, so a caller beyond its own limit cannot use up what all share.
 */
export const limitLayers = ['ip', 'user', 'client', 'route', 'upstream', 'service'] as const
export type LimitLayer = (typeof limitLayers)[number]

/** Of these a caller is told. How near all callers together are to a limit is nobody's business outside. */
export const isCallersOwn = (layer: LimitLayer): boolean => callersOwn.includes(layer)
const callersOwn: readonly LimitLayer[] = ['ip', 'user', 'client']

/** At most `max` in any `windowMs`, wherever it begins. */
const bound = object({
  /** Names the count in its item: what is counted under one name counts together. The window is part of it. */
  counter: string,
  max: count,
  windowMs: count,
  /** Whether a busy instance may take several at once and spend them within a second. */
  leased: boolean,
  /** When it counts: a condition in CEL over claims and source address; see contract/rule.ts. Null: always. */
  when: nullable(string),
})
export type Bound = Decoded<typeof bound>

const layer = object({
  layer: literal(...limitLayers),
  /** What is counted, where all callers share it; of a caller's own counts the item, empty for the one that most stand in. */
  of: string,
  /** With tiers: those of the strictest, for callers of none. */
  bounds: list(bound),
  tiers: nullable(object({ claim: string, bounds: record(list(bound)) })),
})
export type LayerManifest = Decoded<typeof layer>

export const routeLimits = object({
  /** How many one request counts as. */
  cost: count,
  /** In the order of {@link limitLayers}. */
  layers: list(layer),
  /** Declared, with a reason: while the state table cannot answer, requests pass uncounted. */
  openWithoutStore: boolean,
})
export type RouteLimits = Decoded<typeof routeLimits>
