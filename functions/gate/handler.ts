import { readGateManifest } from '../../contract/gate-manifest.ts'
import type { UpstreamManifest } from '../../contract/upstream-manifest.ts'
import { loadManifest } from '../runtime/manifest.ts'
import { openAudit } from '../runtime/open-audit.ts'
import { createTelemetry } from '../runtime/telemetry.ts'
import type { AnswerValidators } from './declare-outputs.ts'
import type { RouteValidators } from './inputs/validation.ts'
import { openDoor } from './open-door.ts'
import { createGate } from './pipeline.ts'
import { openCredentials } from './upstreams/http/credentials/credentials.ts'
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
const { api, gate } = manifest
const telemetry = createTelemetry({ api, gate, audit: openAudit(manifest, process.env) })

/** Only what this gate's upstream needs is loaded: a stub's gate has no HTTP client, an HTTP gate no Lambda client. */
async function openUpstream(upstream: UpstreamManifest): Promise<Upstream> {
  switch (upstream.kind) {
    case 'http': {
      const credentials = openCredentials(upstream, process.env)
      const http = import('./upstreams/http/open-http.ts')
      const opened = http.then(({ openHttp }) => openHttp(upstream, process.env, { credentials, telemetry }))
      // Awaited here as well: they may fail before anyone else waits for them.
      return (await Promise.all([opened, credentials]))[0]
    }
    case 'lambda':
      return (await import('./upstreams/lambda.ts')).openLambda(upstream, process.env)
    case 'stub':
      return openStub()
    case 'keySet':
      return (await import('./upstreams/key-set.ts')).openKeySet(upstream, process.env, telemetry.trouble)
    case 'direct':
      throw new Error('the door before this upstream stands in the function itself')
  }
}

const [{ validators, outputs }, opened, upstream] = await Promise.all([
  loadValidators(),
  openDoor(manifest, process.env, telemetry),
  openUpstream(manifest.upstream),
])

export const handler = createGate({
  manifest,
  validators,
  outputs,
  ...opened,
  upstream,
  telemetry,
  now,
})
