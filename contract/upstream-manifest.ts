import { count, type Decoded, literal, nullable, object, oneOfKind } from './decode.ts'
import { deployed } from './deployed.ts'

/** What is done about an upstream that fails. */
export const resilienceManifest = object({
  /** How often a request is sent again after a connection failure, at the most. */
  retries: count,
  /** Null: it is asked however often it fails. */
  breaker: nullable(
    object({
      /** So many failures… */
      failures: count,
      /** …among so many outcomes open it, */
      of: count,
      /** for so long, give or take a fifth. */
      openForMs: count,
    }),
  ),
  /** Requests of one instance at once. */
  maxConcurrent: count,
})
export type ResilienceManifest = Decoded<typeof resilienceManifest>

/** What stands behind a gate, and how it is reached. */
export const upstreamManifest = oneOfKind({
  http: object({
    kind: literal('http'),
    /** Scheme, host and optional base path; never from the request. */
    url: deployed,
    timeoutMs: count,
    maxResponseBytes: count,
    resilience: resilienceManifest,
  }),
  lambda: object({ kind: literal('lambda'), functionArn: deployed, timeoutMs: count }),
  stub: object({ kind: literal('stub') }),
  /** The function that API Gateway calls, in which the door itself stands: see functions/middleware. */
  direct: object({ kind: literal('direct') }),
})
export type UpstreamManifest = Decoded<typeof upstreamManifest>
export type UpstreamKind<K extends UpstreamManifest['kind']> = Extract<UpstreamManifest, { kind: K }>
