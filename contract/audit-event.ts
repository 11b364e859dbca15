/**
 * What the audit trail says of one decision: an event of the class API Activity (6003) of the Open Cybersecurity Schema Framework,
 * with its profile `security_control`. https://schema.ocsf.io/1.5.0/classes/api_activity
 *
 * Names and hashes only: never a token, a claim's value, a header, a cookie, a member of a body or a path as it was sent.
 */
export const auditSchema = {
  version: '1.5.0',
  classUid: 6003,
  categoryUid: 6,
  profile: 'security_control',
} as const

export interface AuditEvent {
  readonly activity_id: 1 | 2 | 3 | 4 | 99
  readonly activity_name: string
  readonly category_uid: 6
  readonly class_uid: 6003
  readonly type_uid: number
  readonly severity_id: 1 | 2 | 3 | 4
  /** Milliseconds since the epoch, when the door was reached. */
  readonly time: number
  /** Milliseconds until it had an answer. */
  readonly duration: number
  /** 1 success, 2 failure. */
  readonly status_id: 1 | 2
  /** The HTTP status, as text. */
  readonly status_code: string
  /** The reason code of a refusal: the true one. */
  readonly status_detail?: string
  /** 1 allowed, 2 denied. */
  readonly action_id: 1 | 2
  readonly disposition_id: 1 | 2
  /** Fingerprint of the policy that the route was declared with; absent where it is public. */
  readonly policy?: { readonly uid: string }
  readonly metadata: {
    readonly version: typeof auditSchema.version
    readonly profiles: readonly [typeof auditSchema.profile]
    readonly product: { readonly name: 'Sallyport'; readonly vendor_name: 'Sallyport' }
    /** `<instance>-<sequence>`. */
    readonly uid: string
    /** Counts the events of one instance from 1: what is missing in between was lost. */
    readonly sequence: number
    /** Which door: `authorizer`, or the gate's id. */
    readonly log_name: string
  }
  readonly api: {
    /** The route's key, or `undeclared`. */
    readonly operation: string
    readonly service: { readonly name: string }
    /** `extendedRequestId`, which a caller cannot choose. */
    readonly request: { readonly uid: string }
    readonly response: { readonly code: number }
  }
  readonly actor: {
    readonly app_name?: string
    readonly user: {
      readonly uid?: string
      /** 0 unknown, for whoever showed no token that is one. */
      readonly type_id: 0 | 1
      readonly type?: string
    }
    readonly session?: { readonly uid?: string; readonly issuer: string }
  }
  readonly src_endpoint: { readonly ip: string } | { readonly name: string }
  readonly dst_endpoint?: { readonly name: string }
  readonly http_request: { readonly http_method: string }
  readonly http_response: { readonly code: number }
  readonly unmapped: {
    /** SHA-256 of the line before, in base64url; empty for an instance's first. Whoever changes a line breaks the next. */
    readonly previous: string
    readonly upstream_latency?: number
    /** How much was left behind, by place. */
    readonly stripped?: Readonly<Record<string, number>>
    /** Names of what was left behind, where its route logs them. */
    readonly stripped_names?: readonly string[]
    /** Declared inputs that did not pass: `query limit`. */
    readonly refused?: readonly string[]
  }
}
