import { readGateManifest, type UpstreamManifest } from '../../contract/gate-manifest.ts'
import { loadManifest } from '../runtime/manifest.ts'
import { createTelemetry } from '../runtime/telemetry.ts'
import type { AnswerValidators } from './declare-outputs.ts'
import type { Limits } from './enforce-limits.ts'
import type { RouteValidators } from './inputs/validation.ts'
import type { Conditions } from './limits/plan.ts'
import { createGate } from './pipeline.ts'
import type { ReadRules } from './read-rules.ts'
import { openStub } from './upstreams/stub.ts'
import type { Upstream } from './upstreams/upstream.ts'

// Written beside the bundle at synth.
const validatorsModule = './validators.mjs'
const loadValidators = (): Promise<{
  validators: Record<string, RouteValidators>
  outputs: AnswerValidators
}> => import(validatorsModule)

const manifest = loadManifest(readGateManifest)
const now = Date.now

/** Only what this gate's upstream needs is loaded: a stub's gate has no HTTP client, an HTTP gate no Lambda client. */
async function openUpstream(upstream: UpstreamManifest): Promise<Upstream> {
  switch (upstream.kind) {
    case 'http':
      return (await import('./upstreams/http.ts')).openHttp(upstream, process.env)
    case 'lambda':
      return (await import('./upstreams/lambda.ts')).openLambda(upstream, process.env)
    case 'stub':
      return openStub()
  }
}

/** The language of rules is loaded where there are rules. */
async function loadRules(): Promise<ReadRules> {
  return manifest.speaksCel
    ? (await import('./read-rules.ts')).readRules(manifest)
    : { rules: {}, conditions: {} }
}

async function openLimits(conditions: Conditions): Promise<Limits | null> {
  return manifest.state && (await import('./open-limits.ts')).openLimits(manifest, manifest.state, conditions)
}

const reading = loadRules()
const [{ validators, outputs }, { rules }, upstream, limits] = await Promise.all([
  loadValidators(),
  reading,
  openUpstream(manifest.upstream),
  reading.then(({ conditions }) => openLimits(conditions)),
])

export const handler = createGate({
  manifest,
  validators,
  outputs,
  rules,
  limits,
  upstream,
  telemetry: createTelemetry(manifest.gate, manifest.api),
  now,
})
