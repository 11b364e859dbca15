import { readAuthorizerManifest } from '../../contract/manifest.ts'
import { loadManifest } from '../runtime/manifest.ts'
import { createTelemetry } from '../runtime/telemetry.ts'
import { createFirstDoor } from './first-door.ts'
import { createIssuers } from './issuers.ts'

const manifest = loadManifest(readAuthorizerManifest)
const arnPrefix = process.env.API_ARN_PREFIX
if (!arnPrefix) throw new Error('environment variable API_ARN_PREFIX is not set')

const telemetry = createTelemetry('authorizer', manifest.api)

export const handler = createFirstDoor({
  manifest,
  arnPrefix,
  issuers: createIssuers(manifest.issuers, {
    environment: process.env,
    fetch,
    now: Date.now,
    report: telemetry.trouble,
  }),
  telemetry,
  now: Date.now,
})
