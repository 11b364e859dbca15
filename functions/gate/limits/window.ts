import type { LimitManifest } from '../../../contract/gate-manifest.ts'

/**
 * A rolling window cut into slices. Each request is counted in the slice it falls in; the sum over the current slice and
 * as many before it as cover a whole period bounds every interval of one period, wherever it begins.
 * The price is one slice: steady demand gets 10/11 of the limit.
 */
const slicesPerPeriod = 10

export type Slices = ReadonlyMap<number, number>

export const sliceAt = (nowMs: number, { periodSeconds }: LimitManifest): number =>
  Math.floor((nowMs * slicesPerPeriod) / (periodSeconds * 1000))

const startOf = (slice: number, { periodSeconds }: LimitManifest): number =>
  Math.ceil((slice * periodSeconds * 1000) / slicesPerPeriod)

/** Slices that no longer count. */
export const staleSlices = (slices: Slices, current: number): number[] =>
  [...slices.keys()].filter(slice => slice < current - slicesPerPeriod)

export type Verdict = { readonly within: true } | { readonly within: false; readonly untilMs: number }

/** Whether a request counted in `current` was within the limit; if not, when the next one can be. */
export function judge(slices: Slices, current: number, limit: LimitManifest): Verdict {
  // Slices of a clock that runs ahead of ours count as well: over-counting is the safe side.
  const counted = [...slices]
    .filter(([slice]) => slice >= current - slicesPerPeriod)
    .sort(([a], [b]) => a - b)
  let sum = counted.reduce((total, [, n]) => total + n, 0)
  if (sum <= limit.max) return { within: true }
  // One more request fits once enough of the oldest slices have left the window.
  for (const [slice, n] of counted) {
    sum -= n
    if (sum < limit.max) return { within: false, untilMs: startOf(slice + slicesPerPeriod + 1, limit) }
  }
  return { within: false, untilMs: startOf(current + slicesPerPeriod + 1, limit) } // a limit of nothing
}
