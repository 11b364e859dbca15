import type { GateManifest } from '../../../contract/gate-manifest.ts'
import { createLimiter } from '../../../functions/gate/limits/limiter.ts'
import { type Conditions, planLimits } from '../../../functions/gate/limits/plan.ts'
import type { Change, Item, StateStore } from '../../../functions/gate/limits/store.ts'
import { type Clock, systemClock } from '../../../functions/runtime/clock.ts'

const hashKey = new Uint8Array(32).fill(7)

/** The state table as DynamoDB would keep it, in memory, with a count of what it was asked. */
export function memoryState() {
  const items = new Map<string, Item>()
  const asked = { changes: 0, reads: 0, controls: 0 }
  const store: StateStore = {
    async change(key, { add, remove }: Change) {
      asked.changes += 1
      const { counts, quarantine = null, revoke = null } = items.get(key) ?? { counts: new Map() }
      const next = new Map(counts)
      for (const [name, amount] of add) next.set(name, (next.get(name) ?? 0) + amount)
      for (const name of remove) next.delete(name)
      const item = { counts: next, quarantine, revoke }
      items.set(key, item)
      return item
    },
    async read(key) {
      asked.reads += 1
      return items.get(key) ?? null
    },
    async readControls() {
      asked.controls += 1
      return { hashKey, controls: new Map() }
    },
  }
  return { items, store, writes: () => asked.changes, asked }
}

/** The limits of a gate over such a table. */
export function memoryLimits(
  manifest: GateManifest,
  { clock = systemClock, conditions = {} }: { clock?: Clock; conditions?: Conditions } = {},
) {
  const state = memoryState()
  const limiter = createLimiter({
    api: manifest.api,
    upstream: manifest.gate,
    plans: planLimits(manifest, conditions),
    store: state.store,
    clock,
  })
  return { state, limits: { limiter, budgetMs: 1000 } }
}
