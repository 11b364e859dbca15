import type { Bound } from '../../contract/limits.ts'
import { createPermits } from '../../functions/gate/limits/permits.ts'
import { windowOf } from '../../functions/gate/limits/windows.ts'
import type { LimiterModel } from './simulate.ts'
import { createStateTable } from './state-table.ts'

/** The gate's own limiter, for one caller and the bounds of one item. */
export const ours =
  (bounds: readonly Bound[], budgetMs = 150): LimiterModel =>
  network => {
    const table = createStateTable(network)
    const windows = bounds.map(bound => windowOf(bound, budgetMs))
    const lastsMs = 2 * Math.max(...bounds.map(({ windowMs }) => windowMs))
    return instance => {
      const permits = createPermits(table.from(instance), instance.clock)
      return async cost => (await permits.take('caller', { id: `bounds ${cost}`, windows }, cost, lastsMs)).ok
    }
  }

export const bound = (max: number, windowMs: number, leased = false): Bound => ({
  counter: `c${windowMs}c`,
  max,
  windowMs,
  leased,
  when: null,
})
