import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { allow, settle } from '../../contract/decision.ts'
import type { GateManifest } from '../../contract/gate-manifest.ts'
import type { GateParts } from '../../functions/gate/pipeline.ts'
import { answerOf } from '../../functions/gate/upstreams/http/answered.ts'
import { askedOf } from '../../functions/gate/upstreams/http/asked.ts'
import { withstandFailures } from '../../functions/gate/upstreams/http/withstand-failures.ts'
import { systemClock } from '../../functions/runtime/clock.ts'
import type { Telemetry } from '../../functions/runtime/telemetry.ts'
import { memoryLimits } from '../../test/functions/gate/memory-limits.ts'
import { askUpstream } from './memory-upstream.ts'

/** The parts of the typical gate, whose upstream and table answer from memory. */
export async function typicalParts(
  manifest: GateManifest,
  folder: string,
  telemetry: Telemetry,
): Promise<GateParts> {
  const { upstream } = manifest
  if (upstream.kind !== 'http') throw new Error('the typical upstream is another')
  const { validators, outputs } = await import(pathToFileURL(join(folder, 'validators.mjs')).href)
  return {
    manifest,
    validators,
    outputs,
    rules: {},
    limits: memoryLimits(manifest).limits,
    upstream: withstandFailures(upstream, {
      clock: systemClock,
      random: Math.random,
      pause: async () => {},
      telemetry,
    })(async request => {
      const { statusCode, headers, body } = await askUpstream(settle(askedOf(request, { kind: 'header' })))
      return allow(answerOf(statusCode, headers, body))
    }),
    telemetry,
    now: Date.now,
  }
}
