import type { SharedControls } from '../../../../functions/gate/limits/shared-controls.ts'
import type { Change, Item, StateStore } from '../../../../functions/gate/limits/store.ts'
import { type Clock, type Instant, instant } from '../../../../functions/runtime/clock.ts'

/** A state table in memory, of which a test sees and changes everything. */
export interface MemoryStore extends StateStore {
  readonly items: Map<string, Map<string, number>>
  readonly controls: Map<string, Pick<Item, 'quarantine' | 'revoke'>>
  shared: SharedControls
  /** Every change that was asked for, and what reads were. */
  readonly changes: { readonly key: string; readonly change: Change }[]
  readonly reads: string[]
  /** Called before each call; what it throws, the call fails with. */
  before: (call: 'change' | 'read' | 'readControls', key: string) => void | Promise<void>
}

export function createMemoryStore(): MemoryStore {
  const nothing = { quarantine: null, revoke: null }
  const store: MemoryStore = {
    items: new Map(),
    controls: new Map(),
    shared: { hashKey: new Uint8Array(32), controls: new Map() },
    changes: [],
    reads: [],
    before: () => undefined,
    async change(key, change) {
      await store.before('change', key)
      store.changes.push({ key, change })
      const counts = store.items.get(key) ?? new Map<string, number>()
      store.items.set(key, counts)
      for (const name of change.remove)
        if (change.add.has(name)) throw new Error('an update adds to what it removes')
      for (const [name, amount] of change.add) counts.set(name, (counts.get(name) ?? 0) + amount)
      for (const name of change.remove) counts.delete(name)
      return { ...(store.controls.get(key) ?? nothing), counts: new Map(counts) }
    },
    async read(key) {
      await store.before('read', key)
      store.reads.push(key)
      const counts = store.items.get(key)
      const controls = store.controls.get(key)
      return counts || controls ? { ...(controls ?? nothing), counts: new Map(counts) } : null
    },
    async readControls() {
      await store.before('readControls', '')
      store.reads.push('controls')
      return store.shared
    },
  }
  return store
}

export interface TestClock extends Clock {
  now(): Instant
  advance(ms: number): void
  /** The wall clock alone is set, as a time service does. */
  set(ms: number): void
}

export function createTestClock(startMs = 1_800_000_000_000): TestClock {
  let wall = startMs
  let steady = 0
  const clock: Clock = { wall: () => wall, steady: () => steady }
  return {
    ...clock,
    now: () => instant(clock),
    advance(ms) {
      wall += ms
      steady += ms
    },
    set(ms) {
      wall = ms
    },
  }
}

export const unreachable = Object.assign(new Error('secret detail'), { name: 'TimeoutError' })
