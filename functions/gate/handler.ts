import { resolveDeployed } from '../../contract/deployed.ts'
import { readGateManifest, type UpstreamManifest } from '../../contract/gate-manifest.ts'
import { loadManifest } from '../runtime/manifest.ts'
import { createTelemetry } from '../runtime/telemetry.ts'
import type { Rules } from './apply-rule.ts'
import type { AnswerValidators } from './declare-outputs.ts'
import type { RouteValidators } from './inputs/validation.ts'
import { createGate } from './pipeline.ts'
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

async function openCounters() {
  if (manifest.table === null) return null
  const [{ createCounters }, { openCounterStore }] = await Promise.all([
    import('./limits/counters.ts'),
    import('./limits/dynamodb.ts'),
  ])
  return createCounters(openCounterStore(resolveDeployed(manifest.table, process.env)), now)
}

/** The language of rules is loaded where there are rules. */
async function loadRules(): Promise<Rules> {
  const has = Object.values(manifest.routes).some(
    ({ access }) => access.kind === 'token' && access.rule !== null,
  )
  return has ? (await import('./read-rules.ts')).readRules(manifest) : {}
}

const [{ validators, outputs }, rules, upstream, counters] = await Promise.all([
  loadValidators(),
  loadRules(),
  openUpstream(manifest.upstream),
  openCounters(),
])

export const handler = createGate({
  manifest,
  validators,
  outputs,
  rules,
  counters,
  upstream,
  telemetry: createTelemetry(manifest.gate, manifest.api),
  now,
})
