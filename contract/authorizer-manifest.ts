import { clientAddress } from './client-address.ts'
import {
  boolean,
  count,
  type Decoded,
  json,
  list,
  literal,
  nullable,
  object,
  oneOfKind,
  record,
  scalar,
  string,
} from './decode.ts'
import { deployed } from './deployed.ts'

/** Signature algorithms that can be declared: asymmetric ones only (RFC 8725 §3.1, RFC 8037). */
export const algorithms = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
  'EdDSA',
] as const
export type Algorithm = (typeof algorithms)[number]

const claimRule = oneOfKind({
  equals: object({ kind: literal('equals'), claim: string, value: scalar }),
  oneOf: object({ kind: literal('oneOf'), claim: string, values: list(string) }),
  /** A list that has this text as an item. */
  contains: object({ kind: literal('contains'), claim: string, value: string }),
  present: object({ kind: literal('present'), claim: string }),
})
export type ClaimRule = Decoded<typeof claimRule>

const keySource = oneOfKind({
  /** Where the issuer's discovery document says (OpenID Connect Discovery 1.0 §4). */
  discovery: object({ kind: literal('discovery') }),
  uri: object({ kind: literal('uri'), uri: deployed }),
  /** Part of the policy: nothing is fetched, and only a deployment changes them. */
  pinned: object({ kind: literal('pinned'), keys: list(json) }),
})

const issuer = object({
  issuer: deployed,
  keys: keySource,
  /** The claim that says whom a token is for. Access tokens of Amazon Cognito name their client, and no audience. */
  audience: object({ claim: literal('aud', 'client_id'), values: list(deployed) }),
  algorithms: list(literal(...algorithms)),
  /**
   * `typ` header, compared without the `application/` prefix and case (RFC 9068 §4). Null: its access tokens carry none,
   * so one that does is something else.
   */
  tokenType: nullable(string),
  /** Beside those that every token must have (RFC 9068 §2.2 names `client_id` and `jti`). */
  requiredClaims: list(string),
  /** Claims that must be exactly this: how a provider's access tokens for this API differ from whatever else it signs. */
  fixedClaims: record(deployed),
  /** The claim with the granted scopes: text with spaces (RFC 8693 §4.2), or a list. Null: its tokens carry none. */
  scopes: nullable(object({ claim: string, form: literal('text', 'list') })),
  /** The way to the list of roles, from the outermost claim inwards. Null: its tokens carry none. */
  roles: nullable(list(string)),
  /** The claim that names the client. */
  clientClaim: string,
  leewaySeconds: count,
  maxLifetimeSeconds: count,
  maxAgeSeconds: nullable(count),
})
export type IssuerManifest = Decoded<typeof issuer>

/** Who sees a member that not every caller sees: whoever has every scope, one of `anyScope` and one of the roles, where there are any. */
const viewers = object({ scopes: list(string), anyScope: list(string), roles: list(string) })
export type ViewersManifest = Decoded<typeof viewers>

const routeAccess = object({
  /** The issuers whose tokens count here, by their places in the list of all. */
  issuers: list(count),
  /** Every one of these. */
  scopes: list(string),
  /** One of these, where there are any. */
  anyScope: list(string),
  /** One of these, where there are any. */
  roles: list(string),
  claims: list(claimRule),
  /** Claims that the second door decides on; the first one only carries them, since its answers are cached per template. */
  carried: list(string),
  /** Who sees what not everyone sees: a ticket says by their places which of these its caller is one of. */
  viewers: list(viewers),
  /** Hash of everything that decides about this route's callers: a ticket granted under another policy is worth nothing. */
  fingerprint: string,
})
export type RouteAccess = Decoded<typeof routeAccess>

/** The policy as data: written at synth by lib/, read once at load by functions/. */
const authorizerManifest = object({
  format: literal('sallyport/authorizer@1'),
  api: string,
  stage: string,
  issuers: list(issuer),
  /** How long a verified token is remembered at most; 0: not at all. */
  verifiedTtlSeconds: count,
  /** Whether what this door refuses is written to the audit trail. */
  audit: boolean,
  /** Whose address it is then. Nothing is decided by it here. */
  clientAddress: nullable(clientAddress),
  /** Origins whose pages may read a no of this door, where there are several. One alone is a static header of API Gateway's. */
  sharedOrigins: list(string),
  routes: record(routeAccess),
})
export type AuthorizerManifest = Decoded<typeof authorizerManifest>
export const readAuthorizerManifest = (value: unknown): AuthorizerManifest => authorizerManifest(value, '$')
