import { counterAttribute, countsOf, type Item } from './store.ts'
import { firstBackAt, isStale, roomIn, sliceAt, type Window } from './windows.ts'

/** What an item says of one window at one time. */
export interface Reading {
  readonly window: Window
  readonly counts: ReadonlyMap<number, number>
  readonly current: number
  /** How much more fits; less than nothing: how much is too much. */
  readonly room: number
  /** Attributes that no window reaches any more. */
  readonly stale: readonly string[]
}

export function readWindow(item: Item, window: Window, atMs: number): Reading {
  const current = sliceAt(atMs, window)
  const counts = countsOf(item, window.counter)
  const stale = [...counts.keys()].filter(slice => isStale(slice, current, window))
  for (const slice of counts.keys()) if (slice > current + window.ahead) counts.delete(slice)
  return {
    window,
    counts,
    current,
    room: roomIn(counts, current, window),
    stale: stale.map(slice => counterAttribute(window.counter, slice)),
  }
}

export interface Left {
  readonly window: Window
  readonly amount: number
  /** When some of it comes back: milliseconds since the epoch. */
  readonly resetMs: number
}

/** The window that has least left for its size, once `change` is added to what was counted. */
export function leastOf(readings: readonly Reading[], change: number): Left {
  const all = readings.map(({ window, counts, current, room }) => ({
    window,
    amount: Math.max(0, Math.min(window.max, room - change)),
    resetMs: firstBackAt(counts, current, window),
  }))
  return all.reduce((least, each) =>
    each.amount / each.window.max < least.amount / least.window.max ? each : least,
  )
}
