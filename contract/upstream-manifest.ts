import { connectionManifest } from './connection-manifest.ts'
import { count, type Decoded, list, literal, nullable, object, oneOfKind, text } from './decode.ts'
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

/** What an upstream over HTTP is told of who is calling. */
const principal = oneOfKind({
  /** `sallyport-principal`: issuer, subject and client. */
  header: object({ kind: literal('header') }),
  /** Claims, each in a header of its own. */
  claims: object({ kind: literal('claims'), headers: list(object({ header: text, claim: text })) }),
  none: object({ kind: literal('none') }),
})
export type PrincipalManifest = Decoded<typeof principal>

/** How the gate proves to an upstream that it is the gate. */
const credentials = oneOfKind({
  gatewayToken: object({
    kind: literal('gatewayToken'),
    issuer: deployed,
    audience: deployed,
    /** ARN of the KMS key that signs. */
    key: deployed,
    lifetimeSeconds: count,
  }),
  /** AWS Signature Version 4 by the role of the gate's function. */
  sigV4: object({
    kind: literal('sigV4'),
    service: text,
    /** Null: the function's own. */
    region: nullable(deployed),
  }),
})
export type CredentialsManifest = Decoded<typeof credentials>
export type CredentialsKind<K extends CredentialsManifest['kind']> = Extract<CredentialsManifest, { kind: K }>

/** What stands behind a gate, and how it is reached. */
export const upstreamManifest = oneOfKind({
  http: object({
    kind: literal('http'),
    /** Scheme, host and optional base path; never from the request. */
    url: deployed,
    timeoutMs: count,
    maxResponseBytes: count,
    resilience: resilienceManifest,
    principal,
    credentials: nullable(credentials),
    connection: connectionManifest,
  }),
  lambda: object({ kind: literal('lambda'), functionArn: deployed, timeoutMs: count }),
  stub: object({ kind: literal('stub') }),
  /** Publishes the public keys of these KMS keys, by their ARNs. */
  keySet: object({ kind: literal('keySet'), current: deployed, others: list(deployed) }),
  /** The function that API Gateway calls, in which the door itself stands: see functions/middleware. */
  direct: object({ kind: literal('direct') }),
})
export type UpstreamManifest = Decoded<typeof upstreamManifest>
export type UpstreamKind<K extends UpstreamManifest['kind']> = Extract<UpstreamManifest, { kind: K }>
