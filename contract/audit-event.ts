import type { Method } from './route.ts'

/**
 * What the audit trail says of one decision: an event of the class API Activity (6003) of the Open Cybersecurity Schema Framework,
 * with its profile `security_control`. https://schema.ocsf.io/1.6.0/classes/api_activity
 *
 * Names and hashes only: never a token, a claim's value, a header, a cookie, a member of a body or a path as it was sent.
 */
export const auditSchema = {
  // The first that knows PATCH. The class has had the profile since 1.4.0.
  version: '1.6.0',
  classUid: 6003,
  categoryUid: 6,
  profile: 'security_control',
} as const

/** What each kind of activity is called, by `activity_id`. */
export const auditActivities = { 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete', 99: 'Other' } as const
export type AuditActivity = keyof typeof auditActivities

export const auditActivityOf: Readonly<Record<Method, AuditActivity>> = {
  GET: 2,
  HEAD: 2,
  POST: 1,
  PUT: 3,
  PATCH: 3,
  DELETE: 4,
}

export interface AuditEvent {
  readonly activity_id: AuditActivity
  readonly activity_name: string
  readonly category_uid: 6
  readonly class_uid: 6003
  /** `class_uid` * 100 + `activity_id`. */
  readonly type_uid: number
  /** 1 for a yes; of a no: 2 where the caller can mend it, 3 where somebody else has to, 4 where somebody is to be woken. */
  readonly severity_id: 1 | 2 | 3 | 4
  /** Milliseconds since the epoch, when the door was reached. */
  readonly time: number
  /** Whole milliseconds until it had an answer. */
  readonly duration: number
  /** 1 success, 2 failure: by the answer's status, so that an upstream's own 404 is one as well. */
  readonly status_id: 1 | 2
  /** The HTTP status, as text. */
  readonly status_code: string
  /** The reason code of a refusal: the true one. */
  readonly status_detail?: string
  /** 1 allowed, 2 denied. */
  readonly action_id: 1 | 2
  /** The same: 1 allowed, 2 blocked. */
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
    /** `client_id`, as the token names it. */
    readonly app_name?: string
    readonly user: {
      readonly uid?: string
      /** Of whoever showed no token that is one: `anonymous`. The schema asks for one of the two. */
      readonly name?: string
      /** 0 unknown, 1 user. */
      readonly type_id: 0 | 1
    }
    readonly session?: { readonly uid?: string; readonly issuer: string }
  }
  /** An address, or the name `unknown`: the console's test button sends none. */
  readonly src_endpoint: { readonly ip: string } | { readonly name: 'unknown' }
  /** The gate's id. Of the first door there is none. */
  readonly dst_endpoint?: { readonly name: string }
  /** Without a method where what was invoked past API Gateway had one that cannot be declared. */
  readonly http_request: { readonly http_method?: Method }
  readonly http_response: { readonly code: number }
  readonly unmapped: {
    /** SHA-256 of the line before, in base64url; empty for an instance's first. Whoever changes a line breaks the next. */
    readonly previous: string
    /** Whole milliseconds. Where it is there, the upstream was asked, whatever became of its answer. */
    readonly upstream_latency?: number
    /** How much was left behind, by place: those of `SurplusPlace`. */
    readonly stripped?: Readonly<Record<string, number>>
    /** Names of what was left behind, after their place (`query debug`), where its route logs them. */
    readonly stripped_names?: readonly string[]
    // A pointer cannot stand in a comment of the other kind.
    // Declared inputs that did not pass, after their place: `query limit`, `body /lines/*/sku`. `*` is any place in a list, and any name in a
    // map, which would be a sender's own word; of undeclared inputs there is the place alone.
    readonly refused?: readonly string[]
  }
}
