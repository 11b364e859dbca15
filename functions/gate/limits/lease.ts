import { type Clock, type Instant, since } from '../../runtime/clock.ts'
import type { Left } from './reading.ts'
import type { Window } from './windows.ts'

/** Counted in advance, to be spent by this instance. */
export interface Lease {
  left: number
  /** What was asked for: how fast it went says how much to ask for next. */
  readonly size: number
  readonly taken: Instant
  readonly lastsMs: number
  /** The slices it is counted in, by the names of their attributes. */
  readonly counted: readonly string[]
  /** What was left in the item when it was taken. */
  readonly remaining: Left
}

const longestLease = 500

/** How long what is counted in advance under all of these may be spent; 0: nothing is. */
export const leaseOf = (windows: readonly Window[]): number =>
  Math.min(...windows.map(({ leaseMs }) => leaseMs))

export const canSpend = (lease: Lease | null, cost: number, clock: Clock): lease is Lease =>
  lease !== null && lease.left >= cost && since(lease.taken, clock) < lease.lastsMs

/** How much to count now: this request, or as many as the next second is likely to bring; less where little is left. */
export function advance(
  lease: Lease | null,
  cost: number,
  windows: readonly Window[],
  clock: Clock,
): { amount: number; unused: Lease | null } {
  const leaseMs = leaseOf(windows)
  if (leaseMs === 0 || !lease) return { amount: cost, unused: null }
  const spent = lease.size - lease.left
  const elapsedMs = Math.max(1, since(lease.taken, clock))
  const expected = elapsedMs >= lease.lastsMs ? spent : Math.ceil((spent * leaseMs) / elapsedMs)
  // That two came together says little of how many will come.
  const growth = lease.size < 4 ? 2 : 4
  const wanted = Math.min(expected, growth * lease.size, longestLease)
  const fair = Math.floor(lease.remaining.amount / 8)
  return { amount: Math.max(cost, Math.min(wanted, fair)), unused: lease.left > 0 ? lease : null }
}
