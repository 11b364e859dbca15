import { resolveDeployed } from '../../contract/deployed.ts'
import type { GateManifest } from '../../contract/gate-manifest.ts'
import type { Rules } from './apply-rule.ts'
import type { Counters } from './limits/counters.ts'

// What only some doors need is loaded where it is needed.

/** Null where nothing is counted: then there is no client of DynamoDB either. */
export async function openCounters(
  { table }: Pick<GateManifest, 'table'>,
  environment: NodeJS.ProcessEnv,
  now: () => number,
): Promise<Counters | null> {
  if (table === null) return null
  const [{ createCounters }, { openCounterStore }] = await Promise.all([
    import('./limits/counters.ts'),
    import('./limits/dynamodb.ts'),
  ])
  return createCounters(openCounterStore(resolveDeployed(table, environment)), now)
}

/** The language of rules is loaded where there are rules. */
export async function loadRules(manifest: GateManifest): Promise<Rules> {
  const has = Object.values(manifest.routes).some(
    ({ access }) => access.kind === 'token' && access.rule !== null,
  )
  return has ? (await import('./read-rules.ts')).readRules(manifest) : {}
}
