import { readAuthorizerManifest } from '../../contract/authorizer-manifest.ts'
import { systemClock } from '../runtime/clock.ts'
import { loadManifest } from '../runtime/manifest.ts'
import { openAudit } from '../runtime/open-audit.ts'
import { createTelemetry } from '../runtime/telemetry.ts'
import { createFirstDoor } from './first-door.ts'
import { createIssuers } from './issuers.ts'
import { createVerifiedTokens } from './verified-tokens.ts'

const manifest = loadManifest(readAuthorizerManifest)
const arnPrefix = process.env.API_ARN_PREFIX
if (!arnPrefix) throw new Error('environment variable API_ARN_PREFIX is not set')

const telemetry = createTelemetry({
  api: manifest.api,
  gate: null,
  audit: openAudit(manifest, process.env),
})

const clock = systemClock
const issuers = createIssuers(manifest.issuers, { environment: process.env, fetch, clock, telemetry })
// While the function starts, before anyone waits for an answer.
await issuers.prepare()

export const handler = createFirstDoor({
  manifest,
  arnPrefix,
  issuers,
  verified: createVerifiedTokens(manifest.verifiedTtlSeconds, clock),
  telemetry,
  clock,
})
