import type { GateManifest } from '../../../contract/gate-manifest.ts'
import { createLimiter } from '../../../functions/gate/limits/limiter.ts'
import { type Conditions, planLimits } from '../../../functions/gate/limits/plan.ts'
import { type Clock, systemClock } from '../../../functions/runtime/clock.ts'
import { createMemoryStore } from './limits/memory-store.ts'

/** The limits of a gate over a state table in memory, with a count of the writes it was asked for. */
export function memoryLimits(
  manifest: GateManifest,
  { clock = systemClock, conditions = {} }: { clock?: Clock; conditions?: Conditions } = {},
) {
  const store = createMemoryStore()
  const limiter = createLimiter({
    api: manifest.api,
    upstream: manifest.gate,
    plans: planLimits(manifest, conditions),
    store,
    clock,
  })
  return { state: { writes: () => store.changes.length }, limits: { limiter, budgetMs: 1000 } }
}
