import type { GateManifest } from '../../contract/gate-manifest.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { Rules } from './apply-rule.ts'
import type { Limits } from './enforce-limits.ts'
import type { ReadRules } from './read-rules.ts'

/** What a door opens while its function loads. */
export interface OpenedDoor {
  readonly rules: Rules
  /** Null where nothing is counted and nothing can be ordered. */
  readonly limits: Limits | null
}

/** Opens what a policy needs, in a gate and in a function of the user's own. What only some need is loaded where it is needed. */
export async function openDoor(
  manifest: GateManifest,
  environment: NodeJS.ProcessEnv,
  telemetry: Pick<Telemetry, 'storeWritten'>,
): Promise<OpenedDoor> {
  const [{ rules, conditions }, limits] = await Promise.all([
    loadRules(manifest),
    manifest.state && import('./open-limits.ts'),
  ])
  return {
    rules,
    limits:
      manifest.state &&
      limits &&
      (await limits.openLimits(manifest, manifest.state, { conditions, environment, telemetry })),
  }
}

/** The language of rules is loaded where there are rules. */
async function loadRules(manifest: GateManifest): Promise<ReadRules> {
  return manifest.speaksCel
    ? (await import('./read-rules.ts')).readRules(manifest)
    : { rules: {}, conditions: {} }
}
