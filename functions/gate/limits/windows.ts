import type { Bound } from '../../../contract/limits.ts'

/**
 * A rolling window, cut into slices. Each request is counted in the slice it falls in; the sum over the slices that a window can
 * reach into bounds every interval of its length, wherever it begins. What that costs is utilisation: steady demand gets
 * `window / (window + slack)`, 96 % or more.
 */
export interface Window {
  /** The count's name; see `Bound`. */
  readonly counter: string
  readonly max: number
  readonly windowMs: number
  readonly slices: number
  /** How many slices back from the current one still count, the current one not included. */
  readonly reach: number
  /** How long what was counted in advance may be spent. 0: nothing is. */
  readonly leaseMs: number
}

/** Two clocks may differ by so much, and a write may take so long, together, without a minute's limit being exceeded. */
const skewMs = 1000
const longestLeaseMs = 1000

/**
 * Short windows cannot make room for a second of difference between clocks without losing half of their use: below a minute
 * they make room for a sixtieth of themselves, and the bound is `max` for each window and second more (docs/adr/0016).
 */
export function windowOf({ counter, max, windowMs, leased }: Bound): Window {
  // Spending later than counted takes slack as well, which finer slices make up for.
  const slices = leased ? 120 : 60
  const share = windowMs / 60
  const slack = Math.min(skewMs, share) + (leased ? Math.min(longestLeaseMs, share) : 0)
  return {
    counter,
    max,
    windowMs,
    slices,
    // One more than the window has: it begins somewhere inside the oldest one.
    reach: slices + Math.ceil((slack * slices) / windowMs),
    leaseMs: leased ? longestLeaseMs : 0,
  }
}

export const sliceAt = (atMs: number, { slices, windowMs }: Window): number =>
  Math.floor((atMs * slices) / windowMs)

/** When a slice begins, in milliseconds since the epoch. */
const startOf = (slice: number, { slices, windowMs }: Window): number =>
  Math.ceil((slice * windowMs) / slices)

/** Counts of one window by slice. */
export type Counts = ReadonlyMap<number, number>

/**
 * What is in reach of `current`. Slices of a clock that runs ahead count as well: to count too much is the safe side. So is to
 * take a slice that was given back twice for empty, not for less.
 */
export function countIn(counts: Counts, current: number, { reach }: Window): number {
  let sum = 0
  for (const [slice, count] of counts) if (slice >= current - reach) sum += Math.max(0, count)
  return sum
}

/** From when on no more than `most` is in reach, if nothing is added: milliseconds since the epoch. */
export function clearAt(counts: Counts, current: number, most: number, window: Window): number {
  let sum = countIn(counts, current, window)
  let from = current
  const inReach = [...counts].filter(([slice]) => slice >= current - window.reach)
  for (const [slice, count] of inReach.sort(([a], [b]) => a - b)) {
    if (sum <= most) break
    sum -= Math.max(0, count)
    from = slice + window.reach + 1
  }
  return startOf(from, window)
}

/** When the first of what is in reach leaves it: milliseconds since the epoch. */
export function firstBackAt(counts: Counts, current: number, window: Window): number {
  let first = current
  for (const [slice, count] of counts)
    if (count > 0 && slice < first && slice >= current - window.reach) first = slice
  return startOf(first + window.reach + 1, window)
}

/** Slices that are out of reach of every clock, and can go. */
export const isStale = (slice: number, current: number, { reach }: Window): boolean =>
  slice < current - 2 * reach
