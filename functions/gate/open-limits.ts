import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { resolveDeployed } from '../../contract/deployed.ts'
import type { GateManifest } from '../../contract/gate-manifest.ts'
import { type Clock, systemClock } from '../runtime/clock.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { Limits } from './enforce-limits.ts'
import { createClient, openStateStore } from './limits/dynamodb.ts'
import { createLimiter } from './limits/limiter.ts'
import { type Conditions, type LimitedPolicy, planLimits } from './limits/plan.ts'
import { restingAfterTrouble } from './limits/store-trouble.ts'

// A first connection takes longer than any request may wait.
const connectMs = 2000

/** Opens the state table, and the connection to it: while a function loads nobody waits, and it has a whole processor. */
export async function openLimits(
  manifest: GateManifest,
  state: NonNullable<GateManifest['state']>,
  {
    conditions,
    environment,
    telemetry,
  }: { conditions: Conditions; environment: NodeJS.ProcessEnv; telemetry: Pick<Telemetry, 'storeWritten'> },
): Promise<Limits> {
  const table = resolveDeployed(state.table, environment)
  const client = createClient(environment)
  const limits = limitsIn(table, client, manifest, { conditions, written: telemetry.storeWritten })
  await limits.limiter.prepare(openStateStore(table, connectMs, client))
  return limits
}

/** The limits of a gate over a table. */
export function limitsIn(
  table: string,
  client: Pick<DynamoDBClient, 'send'>,
  manifest: Pick<GateManifest, 'api' | 'gate'> & LimitedPolicy,
  {
    conditions = {},
    clock = systemClock,
    written,
  }: { conditions?: Conditions; clock?: Clock; written?: (units: number) => void } = {},
): Limits {
  const budgetMs = manifest.state?.budgetMs ?? 0
  // A call that never ends gives up before the request does, so that the next one finds the table left alone.
  const store = openStateStore(table, Math.ceil(budgetMs * 0.9), client, written)
  const limiter = createLimiter({
    api: manifest.api,
    upstream: manifest.gate,
    plans: planLimits(manifest, conditions),
    store: restingAfterTrouble(store, clock),
    clock,
  })
  return { limiter, budgetMs }
}
