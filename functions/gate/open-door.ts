import { resolveDeployed } from '../../contract/deployed.ts'
import type { GateManifest } from '../../contract/gate-manifest.ts'
import type { Rules } from './apply-rule.ts'
import type { Counters } from './limits/counters.ts'

/** What a door opens while its function loads. */
export interface OpenedDoor {
  readonly rules: Rules
  readonly counters: Counters | null
}

/** Opens what a policy needs, in a gate and in a function of the user's own. What only some need is loaded where it is needed. */
export async function openDoor(
  manifest: GateManifest,
  environment: NodeJS.ProcessEnv,
  now: () => number,
): Promise<OpenedDoor> {
  const [rules, counters] = await Promise.all([loadRules(manifest), openCounters(manifest, environment, now)])
  return { rules, counters }
}

async function openCounters(
  { table }: GateManifest,
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
async function loadRules(manifest: GateManifest): Promise<Rules> {
  const has = Object.values(manifest.routes).some(
    ({ access }) => access.kind === 'token' && access.rule !== null,
  )
  return has ? (await import('./read-rules.ts')).readRules(manifest) : {}
}
