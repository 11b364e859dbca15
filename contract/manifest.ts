import {
  boolean,
  count,
  type Decoded,
  type Decoder,
  json,
  list,
  literal,
  nullable,
  object,
  oneOfKind,
  partial,
  record,
  type Scalar,
  scalar,
  string,
} from './decode.ts'

/**
 * The policy as data: written at synth by lib/, read once at load by functions/.
 * Values known only at deploy time are written as `{ env }` and come from the function's environment.
 */
export type Deployed = string | { readonly env: string }

export type { Scalar }

const deployed: Decoder<Deployed> = (value, at) =>
  typeof value === 'string' ? value : object({ env: string })(value, at)

/** The value of a {@link Deployed}: throws when the environment lacks it. */
export function resolveDeployed(value: Deployed, environment: Record<string, string | undefined>): string {
  if (typeof value === 'string') return value
  const found = environment[value.env]
  if (!found) throw new Error(`environment variable ${value.env} is not set`)
  return found
}

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
  /** Hash of everything that decides about this route's callers: a ticket granted under another policy is worth nothing. */
  fingerprint: string,
})
export type RouteAccess = Decoded<typeof routeAccess>

const authorizerManifest = object({
  format: literal('sallyport/authorizer@1'),
  api: string,
  stage: string,
  issuers: list(issuer),
  /** How long a verified token is remembered at most; 0: not at all. */
  verifiedTtlSeconds: count,
  routes: record(routeAccess),
})
export type AuthorizerManifest = Decoded<typeof authorizerManifest>
export const readAuthorizerManifest = (value: unknown): AuthorizerManifest => authorizerManifest(value, '$')

/**
 * Which members of a JSON value are declared. `members` by name, `others` for maps, `items` for arrays.
 * Where a value is of a type that the projection has no word for, it is kept for the validator to judge.
 */
export interface Projection {
  readonly members?: Readonly<Record<string, Projection>>
  readonly others?: Projection
  readonly items?: Projection
}
// A word it misreads would be a member that nobody strips.
const projection: Decoder<Projection> = (value, at) =>
  partial({ members: record(projection), others: projection, items: projection })(value, at)

const parameterMembers = {
  name: string,
  /** How the text on the wire is read before it is validated. The text itself is what goes on. */
  wire: literal('string', 'integer', 'number', 'boolean'),
  /** May be repeated; anything else sent twice is ambiguous. */
  many: boolean,
}
const parameter = object(parameterMembers)
export type Parameter = Decoded<typeof parameter>

const pathParameter = object({
  ...parameterMembers,
  /** Literals of other declared paths in this place: a value equal to one would ask the upstream for that path. */
  reserved: list(string),
})
export type PathParameter = Decoded<typeof pathParameter>

const input = object({
  path: list(pathParameter),
  query: list(parameter),
  headers: list(parameter),
  cookies: list(parameter),
  body: nullable(object({ required: boolean, maxBytes: count, projection })),
})
export type InputManifest = Decoded<typeof input>

const limit = object({
  /** Routes that name the same counter share it. */
  counter: string,
  max: count,
  periodSeconds: count,
})
export type LimitManifest = Decoded<typeof limit>

/** How a caller must have signed in (RFC 9470). */
const authentication = object({
  /** One of these, where there are any. */
  acrValues: list(string),
  mfa: boolean,
  /** Longest time since `auth_time`. */
  maxAgeSeconds: nullable(count),
})
export type AuthenticationManifest = Decoded<typeof authentication>

const gateAccess = oneOfKind({
  public: object({ kind: literal('public') }),
  token: object({
    kind: literal('token'),
    /** See `fingerprint` of the first door's {@link RouteAccess}. */
    fingerprint: string,
    bind: list(object({ claim: string, pathParameter: string })),
    authentication: nullable(authentication),
    /** A condition in CEL over claims, path, query and source address; see contract/rule.ts. */
    rule: nullable(string),
  }),
})

const gateRoute = object({
  access: gateAccess,
  input,
  userLimit: nullable(limit),
  /** Answer of a stub; null for a real upstream. */
  stub: nullable(object({ status: count, body: json })),
})
export type GateRoute = Decoded<typeof gateRoute>

const upstream = oneOfKind({
  http: object({
    kind: literal('http'),
    /** Scheme, host and optional base path; never from the request. */
    url: deployed,
    timeoutMs: count,
    maxResponseBytes: count,
  }),
  lambda: object({ kind: literal('lambda'), functionArn: deployed, timeoutMs: count }),
  stub: object({ kind: literal('stub') }),
})
export type UpstreamManifest = Decoded<typeof upstream>
export type UpstreamKind<K extends UpstreamManifest['kind']> = Extract<UpstreamManifest, { kind: K }>

const gateManifest = object({
  format: literal('sallyport/gate@1'),
  api: string,
  gate: string,
  upstream,
  /** Name of the state table; null when no route of this gate counts anything. */
  table: nullable(deployed),
  routes: record(gateRoute),
})
export type GateManifest = Decoded<typeof gateManifest>
export const readGateManifest = (value: unknown): GateManifest => gateManifest(value, '$')
