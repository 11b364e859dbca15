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

const authorizerManifest = object({
  format: literal('sallyport/authorizer@1'),
  api: string,
  stage: string,
  issuers: list(issuer),
  /** How long a verified token is remembered at most; 0: not at all. */
  verifiedTtlSeconds: count,
  /** Origins whose pages may read a no of this door, where there are several. One alone is a static header of API Gateway's. */
  sharedOrigins: list(string),
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
  required: boolean,
}
const parameter = object(parameterMembers)
export type Parameter = Decoded<typeof parameter>

const pathParameter = object({
  ...parameterMembers,
  /** Literals of other declared paths in this place: a value equal to one would ask the upstream for that path. */
  reserved: list(string),
})
export type PathParameter = Decoded<typeof pathParameter>

const sentBodyMembers = {
  /** Media types, lower case, without parameters. Of any other the answer is 415. */
  types: list(string),
  required: boolean,
  maxBytes: count,
}
const body = oneOfKind({
  json: object({ kind: literal('json'), ...sentBodyMembers, projection }),
  /** `application/x-www-form-urlencoded` (WHATWG URL §5). */
  form: object({ kind: literal('form'), ...sentBodyMembers, fields: list(parameter) }),
  text: object({ kind: literal('text'), ...sentBodyMembers }),
  /** Opaque: counted, and passed on as they are. */
  bytes: object({ kind: literal('bytes'), ...sentBodyMembers }),
})
export type BodyManifest = Decoded<typeof body>

const input = object({
  path: list(pathParameter),
  query: list(parameter),
  headers: list(parameter),
  cookies: list(parameter),
  body: nullable(body),
  /** What is sent undeclared is left behind; or the request is refused, where it is no header. */
  undeclared: literal('strip', 'reject'),
  /** Whether the names of what is sent undeclared are logged. Their values never are. */
  logUndeclared: boolean,
  /** Whether the access token goes on to the upstream. */
  forwardAuthorization: boolean,
})
export type InputManifest = Decoded<typeof input>

/** Members of a JSON answer that only some callers see; `viewers` is a place in the route's list. */
export interface Visibility {
  readonly viewers?: number
  readonly members?: Readonly<Record<string, Visibility>>
  readonly others?: Visibility
  readonly items?: Visibility
}
const visibility: Decoder<Visibility> = (value, at) =>
  partial({ viewers: count, members: record(visibility), others: visibility, items: visibility })(value, at)

const answerMembers = {
  /** Lower-case names, beside those that every answer may have. */
  headers: list(string),
  /** Cookies that may be set, by their exact names. */
  cookies: list(string),
}
const answerBodyMembers = {
  ...answerMembers,
  /** Null: whatever the bound of the upstream lets through. */
  maxBytes: nullable(count),
}
const answer = oneOfKind({
  json: object({
    kind: literal('json'),
    /** What the answer is called on its way out, whatever JSON type the upstream calls it. */
    mediaType: string,
    projection,
    visibility: nullable(visibility),
    ...answerBodyMembers,
  }),
  text: object({ kind: literal('text'), mediaType: string, ...answerBodyMembers }),
  bytes: object({ kind: literal('bytes'), mediaTypes: list(string), ...answerBodyMembers }),
  empty: object({ kind: literal('empty'), ...answerMembers }),
})
export type AnswerManifest = Decoded<typeof answer>

const output = oneOfKind({
  declared: object({
    kind: literal('declared'),
    /** What the upstream is asked for, where the caller's own `accept` is not declared. */
    accept: string,
    /** Types of bytes that it may answer with: a caller must accept one of them first. */
    binary: list(string),
    statuses: record(answer),
  }),
  /** Declared to be passed on as it is; see `Output.unsafeAny`. */
  unsafeAny: object({ kind: literal('unsafeAny') }),
})
export type OutputManifest = Decoded<typeof output>

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
  /** Null for a stub, whose answer is the declaration's own. */
  output: nullable(output),
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

/** Pages of which origins may use an API, and what they may ask for. */
const cors = object({
  /** As browsers write them (RFC 6454 §6.2); compared byte for byte. */
  origins: list(string),
  credentials: boolean,
  maxAgeSeconds: count,
  /** Response headers that pages may read beside those they always may. */
  exposeHeaders: list(string),
  /** Of the paths whose preflights this gate answers: each method that is declared there, with its request headers. */
  preflights: record(record(list(string))),
})
export type CorsManifest = Decoded<typeof cors>

const gateManifest = object({
  format: literal('sallyport/gate@1'),
  api: string,
  gate: string,
  upstream,
  /** Name of the state table; null when no route of this gate counts anything. */
  table: nullable(deployed),
  /** Null: no page of another origin may use this API. */
  cors: nullable(cors),
  routes: record(gateRoute),
})
export type GateManifest = Decoded<typeof gateManifest>
export const readGateManifest = (value: unknown): GateManifest => gateManifest(value, '$')
