import { resolveDeployed } from '../../contract/deployed.ts'
import type { GateManifest } from '../../contract/gate-manifest.ts'
import { systemClock } from '../runtime/clock.ts'
import type { Limits } from './enforce-limits.ts'
import { createClient, openStateStore } from './limits/dynamodb.ts'
import { createLimiter } from './limits/limiter.ts'
import { type Conditions, planLimits } from './limits/plan.ts'
import { restingAfterTrouble } from './limits/store-trouble.ts'

// A first connection takes longer than any request may wait.
const connectMs = 2000

/** Opens the state table, and the connection to it: while a function loads nobody waits, and it has a whole processor. */
export async function openLimits(
  manifest: GateManifest,
  { table, budgetMs }: NonNullable<GateManifest['state']>,
  conditions: Conditions,
): Promise<Limits> {
  const tableName = resolveDeployed(table, process.env)
  const place = { api: manifest.api, upstream: manifest.gate, plans: planLimits(manifest, conditions) }
  const client = createClient(process.env)
  await openStateStore(tableName, connectMs, client)
    .readControls()
    .catch(() => null)
  const store = openStateStore(tableName, budgetMs, client)
  const limiter = createLimiter({
    ...place,
    store: restingAfterTrouble(store, systemClock),
    clock: systemClock,
  })
  await limiter.prepare()
  return { limiter, budgetMs }
}
