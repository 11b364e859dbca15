import { type CounterStore, type Counters, createCounters } from '../../../functions/gate/limits/counters.ts'

export interface Simulation {
  /** Instances of one gate: each with a memory and a clock of its own, all with one store. */
  readonly instances: readonly Counters[]
  readonly clock: { now(): number; advance(ms: number): void }
  readonly store: CounterStore & {
    readonly items: ReadonlyMap<string, ReadonlyMap<number, number>>
    readonly writes: () => number
  }
}

/** Counters over a store in memory that is as atomic as DynamoDB's, in a time that passes when told. */
export function simulateCounters({
  instances,
  startMs,
  skewsMs = [],
}: {
  instances: number
  startMs: number
  skewsMs?: readonly number[]
}): Simulation {
  let time = startMs
  let writes = 0
  const items = new Map<string, Map<number, number>>()
  const store: Simulation['store'] = {
    items,
    writes: () => writes,
    async increment(key, slice) {
      writes += 1
      const item = items.get(key) ?? new Map<number, number>()
      items.set(key, item.set(slice, (item.get(slice) ?? 0) + 1))
      return new Map(item)
    },
    async forget(key, slices) {
      writes += 1
      for (const slice of slices) items.get(key)?.delete(slice)
    },
  }
  return {
    instances: Array.from({ length: instances }, (_, i) =>
      createCounters(store, () => time + (skewsMs[i] ?? 0)),
    ),
    clock: {
      now: () => time,
      advance: ms => {
        time += ms
      },
    },
    store,
  }
}
