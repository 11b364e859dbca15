import { type Clock, type Instant, instant, since } from '../../runtime/clock.ts'
import { type StateStore, UnreadableState } from './store.ts'

const shortestPauseMs = 100
const longestPauseMs = 2000

/** Thrown in place of a call, while the table is left alone. */
export class StoreResting extends Error {
  override readonly name = 'StoreResting'
}

/**
 * Leaves a table alone that has just failed, for longer each time: whoever would wait for it is answered at once, and a table in
 * trouble is not asked by every request that comes. The pause differs from instance to instance, so that they do not come back together.
 *
 * @param random from 0 to 1
 */
export function restingAfterTrouble(store: StateStore, clock: Clock, random = Math.random): StateStore {
  let pauseMs = 0
  let trouble: { readonly at: Instant; readonly lastsMs: number } | null = null

  const call = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (trouble && since(trouble.at, clock) < trouble.lastsMs)
      throw new StoreResting('the state table failed a moment ago')
    const before = trouble
    try {
      const answer = await ask()
      pauseMs = 0
      return answer
    } catch (error) {
      if (error instanceof UnreadableState) throw error
      // Of several calls that fail together, one says so.
      if (trouble === before) {
        pauseMs = Math.min(longestPauseMs, Math.max(shortestPauseMs, pauseMs * 2))
        trouble = { at: instant(clock), lastsMs: pauseMs * (0.5 + random() / 2) }
      }
      throw error
    }
  }

  return {
    change: (key, change) => call(() => store.change(key, change)),
    read: key => call(() => store.read(key)),
    readControls: () => call(() => store.readControls()),
  }
}
