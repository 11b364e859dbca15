import type { CounterStore } from '../../functions/gate/limits/counters.ts'

/** The state table as a map: counts as the real one does, in no time. */
export function createMemoryStore(): CounterStore {
  const items = new Map<string, Map<number, number>>()
  const itemOf = (key: string) => {
    const item = items.get(key) ?? new Map<number, number>()
    items.set(key, item)
    return item
  }
  return {
    async increment(key, slice) {
      const item = itemOf(key)
      item.set(slice, (item.get(slice) ?? 0) + 1)
      return item
    },
    async forget(key, slices) {
      for (const slice of slices) itemOf(key).delete(slice)
    },
  }
}
