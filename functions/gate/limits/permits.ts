import { type Clock, type Instant, instant, since } from '../../runtime/clock.ts'
import { Recent } from '../../runtime/recent.ts'
import { advance, canSpend, type Lease, leaseOf } from './lease.ts'
import { type Left, leastOf, type Reading, readWindow } from './reading.ts'
import { counterAttribute, type Item, type StateStore } from './store.ts'
import { clearAt, sliceAt, type Window } from './windows.ts'

/** The bounds that one request is counted against in one item: all of them, or none. */
export interface Bounds {
  /** Tells these from any others that are counted in the same item. */
  readonly id: string
  readonly windows: readonly Window[]
}

/** What one item says to one request. */
export type Taken = Granted | Exceeded

export interface Granted {
  readonly ok: true
  /** How much the item had left afterwards, by the window that has least; null where that is not known. */
  readonly left: Left | null
  /** The item as this request's own write made it; null where none was needed. */
  readonly item: Item | null
  /** Takes back what was counted, when the request is refused after all. */
  giveBack(): Promise<void>
}

export interface Exceeded {
  readonly ok: false
  readonly left: Left
  /** From when on one more would pass, if nobody else asked: milliseconds since the epoch. */
  readonly untilMs: number
  readonly item: Item | null
}

export interface Permits {
  /** What is remembered to be beyond its limit, without asking; null: nothing is. */
  recall(key: string, bounds: Bounds): Exceeded | null
  /**
   * @param lastsMs how long the item is kept after this
   * @param later takes writes that nobody need wait for to know the answer
   */
  take(key: string, bounds: Bounds, cost: number, lastsMs: number, later: Later): Promise<Taken>
}

export type Later = (write: Promise<unknown>) => void

/** What an instance remembers of one item and bounds. */
interface Known {
  lease: Lease | null
  exceeded: { readonly answer: Exceeded; readonly at: Instant; readonly forMs: number } | null
  /** How often in a row it asked in vain. */
  refusals: number
  stale: readonly string[]
  /** Another request of this instance is asking, and may get enough for both. */
  asking: Promise<unknown> | null
}

const remembered = 10_000
const longestMemoryMs = 60_000
/** Many instances that share what comes free one by one must not all ask for each: who is refused again waits longer. */
const longestBackoffMs = 1000
/** By a write that counts; by one that does nothing else, which is made for so many at the least. */
const mostRemoved = 20
const mostRemovedAtOnce = 100
const worthAWrite = 16

/**
 * Counts requests, each by one atomic write, whatever other instances are doing. What was counted and then refused is taken back, so
 * that nobody is kept out by refusals. A refused caller is remembered, and costs nothing until it may come back; a busy
 * instance counts in advance where the bounds allow it.
 */
export function createPermits(store: StateStore, clock: Clock): Permits {
  const now = clock.wall
  const memory = new Recent<Known>(remembered)

  const recall = (id: string): Known => {
    const known = memory.get(id)
    if (known) return known
    const fresh: Known = { lease: null, exceeded: null, refusals: 0, stale: [], asking: null }
    memory.set(id, fresh)
    return fresh
  }

  /** From all slices that were counted in. A failure leaves too much counted, which is the safe side. */
  const takeBack = (
    key: string,
    counted: readonly string[],
    amount: number,
    expiresAt: number,
    remove: readonly string[] = [],
  ) => {
    const add = new Map(amount > 0 ? counted.map(name => [name, -amount]) : [])
    return store.change(key, { add, remove, expiresAt }).catch(() => null)
  }

  const granted = (
    known: Known,
    item: Item | null,
    left: Left | null,
    giveBack: () => Promise<void>,
  ): Granted => ({
    ok: true,
    item,
    left,
    giveBack: () => {
      known.exceeded = null
      return giveBack()
    },
  })

  const spend = (known: Known, cost: number): Granted | null => {
    const { lease } = known
    if (!canSpend(lease, cost, clock)) return null
    lease.left -= cost
    return granted(known, null, lease.remaining, async () => {
      lease.left += cost
    })
  }

  const ask = async (
    key: string,
    { windows }: Bounds,
    known: Known,
    cost: number,
    lastsMs: number,
    later: Later,
  ): Promise<Taken> => {
    const asked = instant(clock)
    const at = asked.wall
    const expiresAt = Math.ceil((at + lastsMs) / 1000)
    const { amount, unused } = advance(known.lease, cost, windows, clock)
    const counted = windows.map(window => counterAttribute(window.counter, sliceAt(at, window)))
    const add = new Map(counted.map(name => [name, amount]))
    for (const name of unused?.counted ?? []) add.set(name, (add.get(name) ?? 0) - (unused?.left ?? 0))
    // Sent before anything is waited for: what is given back now is not given back twice.
    known.lease = null
    // A clock that is set back counts in slices that were over.
    const remove = known.stale.filter(name => !add.has(name)).slice(0, mostRemoved)
    known.stale = []
    const item = await store.change(key, { add, remove, expiresAt })

    const readings = windows.map(window => readWindow(item, window, at))
    const stale = readings.flatMap(reading => reading.stale)
    const over = Math.max(0, ...readings.map(({ room }) => -room))
    const fits = amount - over
    const given = fits < cost ? 0 : fits
    // Of an instance that may not see this caller again for long, no other write can be expected.
    const extra = given < amount || stale.length >= worthAWrite
    if (extra) later(takeBack(key, counted, amount - given, expiresAt, stale.slice(0, mostRemovedAtOnce)))
    known.stale = extra ? stale.slice(mostRemovedAtOnce) : stale
    const least = leastOf(readings, given - amount)
    if (given === 0) {
      known.refusals += 1
      return exceed(known, readings, { cost, taken: amount, least, item })
    }
    known.refusals = 0

    const leaseMs = leaseOf(windows)
    if (leaseMs > 0) {
      const left = given - cost
      known.lease = { left, size: given, taken: asked, lastsMs: leaseMs, counted, remaining: least }
    }
    if (given === cost && least.amount < cost) {
      // The next one cannot pass: nothing need be written to know that.
      exceed(known, readings, { cost, taken: amount - given, least, item: null })
    }
    return granted(known, item, least, async () => {
      await takeBack(key, counted, cost, expiresAt)
    })
  }

  /** Remembers that nothing passes until something has left the windows. */
  const exceed = (
    known: Known,
    readings: readonly Reading[],
    { cost, taken, least, item }: { cost: number; taken: number; least: Left; item: Item | null },
  ): Exceeded => {
    const untilMs = Math.max(
      ...readings.map(({ counts, current, window }) =>
        // What this request had counted is taken back; the rest must make room for it.
        clearAt(counts, current, cost - taken, window),
      ),
    )
    const answer: Exceeded = { ok: false, left: { ...least, resetMs: untilMs }, untilMs, item }
    const shortestMs = Math.min(...readings.map(({ window }) => window.windowMs))
    const backoffMs =
      known.refusals > 1 ? Math.min(longestBackoffMs, shortestMs / 2, 10 * 2 ** known.refusals) : 0
    // Not for all of a long window: others may give back what they counted in advance.
    const forMs = Math.min(Math.max(untilMs - now(), backoffMs), longestMemoryMs)
    known.exceeded = { answer: { ...answer, item: null }, at: instant(clock), forMs }
    return answer
  }

  const exceededNow = (known: Known): Exceeded | null => {
    const { exceeded } = known
    if (exceeded && since(exceeded.at, clock) < exceeded.forMs) return exceeded.answer
    known.exceeded = null
    return null
  }

  return {
    recall(key, bounds) {
      const known = memory.get(`${key} ${bounds.id}`)
      return known ? exceededNow(known) : null
    },

    async take(key, bounds, cost, lastsMs, later) {
      const known = recall(`${key} ${bounds.id}`)
      const leases = leaseOf(bounds.windows) > 0
      for (;;) {
        const exceeded = exceededNow(known)
        if (exceeded) return exceeded
        const spent = spend(known, cost)
        if (spent) return spent
        if (!leases || !known.asking) break
        await known.asking
      }
      const asking = ask(key, bounds, known, cost, lastsMs, later)
      if (!leases) return asking
      const settled = asking
        .catch(() => null)
        .finally(() => {
          known.asking = null
        })
      known.asking = settled
      return asking
    },
  }
}
