import type { Deny, SurplusPlace } from '../../contract/decision.ts'

/** What one decision was made of. Of what callers sent there is nothing in it but names and what identifies them. */
export interface AuditFacts {
  /** `authorizer`, or the gate's id. */
  readonly door: string
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly durationMs: number
  /** A route's key, or `undeclared`. */
  readonly route: string
  readonly method: string
  /** `extendedRequestId`. */
  readonly requestId: string
  readonly status: number
  readonly denial: Deny | undefined
  readonly principal: AuditPrincipal | undefined
  readonly sourceIp: string
  readonly fingerprint: string | undefined
  readonly upstreamMs: number | undefined
  readonly stripped: ReadonlyArray<{
    readonly place: SurplusPlace
    readonly count: number
    readonly names?: readonly string[]
  }>
}

/** A ticket is one. */
export interface AuditPrincipal {
  readonly issuer: string
  readonly subject: string
  readonly client: string
  /** `jti`; empty where the token has none. */
  readonly tokenId: string
}

/** Writes events of one instance, numbered and chained. */
export interface Audit {
  /** The next line of this instance, without its end. */
  readonly line: (facts: AuditFacts) => string
}

/** PLACEHOLDER until the writer of events is there. */
export function createAudit({ api }: { readonly api: string; readonly key: string }): Audit {
  return { line: ({ route, status }) => JSON.stringify({ class_uid: 6003, api, route, status }) }
}
