import type { Deny } from '../../../contract/decision.ts'
import type { CorsManifest } from '../../../contract/gate-manifest.ts'
import type { Telemetry } from '../../../functions/runtime/telemetry.ts'
import { silentTelemetry } from '../silent-telemetry.ts'
import { assembleGate, eventOf, manifest } from './parts.ts'

export const app = 'https://app.example.com'

export const cors: CorsManifest = {
  origins: [app, 'https://admin.example.com:8443'],
  credentials: true,
  maxAgeSeconds: 600,
  exposeHeaders: ['etag', 'retry-after'],
  preflights: {
    '/users/{userId}': { GET: ['accept-language'], PUT: ['authorization', 'content-type'] },
  },
}

export const domainName = 'api.example.com'

/** A gate of an API that says this of its pages, with what it tells of its requests. */
export function gateWith(declared: CorsManifest | null) {
  const denied: Array<Deny & { readonly route: string }> = []
  const routes: string[] = []
  const telemetry: Telemetry = {
    ...silentTelemetry().telemetry,
    denied: ({ route, denial }) => denied.push({ ...denial, route }),
    handled: ({ route }) => routes.push(route),
  }
  return { ...assembleGate({ manifest: { ...manifest, cors: declared }, telemetry }), denied, routes }
}

/** A request that is right in all else, with these headers beside it. */
export function requestFrom(headers: Readonly<Record<string, readonly string[]>>, changes = {}) {
  const event = eventOf(changes)
  return {
    ...event,
    multiValueHeaders: { ...event.multiValueHeaders, ...headers },
    requestContext: { ...event.requestContext, domainName },
  }
}

/** Headers of an answer that have to do with pages of other origins. */
export const sharingOf = (headers: object | undefined) =>
  Object.fromEntries(
    Object.entries(headers ?? {}).filter(([name]) => name === 'vary' || name.startsWith('access-control-')),
  )
