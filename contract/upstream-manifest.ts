import { connectionManifest } from './connection-manifest.ts'
import { count, type Decoded, literal, object, oneOfKind } from './decode.ts'
import { deployed } from './deployed.ts'

/** What stands behind a gate, and how it is reached. */
export const upstreamManifest = oneOfKind({
  http: object({
    kind: literal('http'),
    /** Scheme, host and optional base path; never from the request. */
    url: deployed,
    timeoutMs: count,
    maxResponseBytes: count,
    connection: connectionManifest,
  }),
  lambda: object({ kind: literal('lambda'), functionArn: deployed, timeoutMs: count }),
  stub: object({ kind: literal('stub') }),
  /** The function that API Gateway calls, in which the door itself stands: see functions/middleware. */
  direct: object({ kind: literal('direct') }),
})
export type UpstreamManifest = Decoded<typeof upstreamManifest>
export type UpstreamKind<K extends UpstreamManifest['kind']> = Extract<UpstreamManifest, { kind: K }>
