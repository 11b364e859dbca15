/** Values kept until a time, at most `maxEntries` of them. */
export interface ResultCache<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
}

/**
 * A cache whose entries live `ttlMs` after they were written, however often they are read. When it is full, the oldest
 * entry goes: a flood of new keys costs invocations, never memory.
 */
export function createResultCache<T>(options: {
  ttlMs: number
  maxEntries: number
  now: () => number
}): ResultCache<T> {
  const entries = new Map<string, { value: T; expiresAt: number }>()
  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry) return undefined
      if (options.now() < entry.expiresAt) return entry.value
      entries.delete(key)
      return undefined
    },
    set(key, value) {
      if (options.ttlMs <= 0) return
      // Deleted first, so that the order of the Map stays the order of writing.
      entries.delete(key)
      entries.set(key, { value, expiresAt: options.now() + options.ttlMs })
      for (const oldest of entries.keys()) {
        if (entries.size <= options.maxEntries) break
        entries.delete(oldest)
      }
    },
  }
}
