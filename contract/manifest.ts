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
  string,
} from './decode.ts'

/**
 * The policy as data: written at synth by lib/, read once at load by functions/.
 * Values known only at deploy time are written as `{ env }` and come from the function's environment.
 */
export type Deployed = string | { readonly env: string }

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
  equals: object({ kind: literal('equals'), claim: string, value: string }),
  oneOf: object({ kind: literal('oneOf'), claim: string, values: list(string) }),
})
export type ClaimRule = Decoded<typeof claimRule>

const issuer = object({
  issuer: deployed,
  /** Null: found through the issuer's discovery document. */
  jwksUri: nullable(deployed),
  audiences: list(deployed),
  algorithms: list(literal(...algorithms)),
  /** `typ` header, compared without the `application/` prefix and case (RFC 9068 §4). */
  tokenType: string,
  /** Beside those that every token must have (RFC 9068 §2.2 names `client_id` and `jti`). */
  requiredClaims: list(string),
  leewaySeconds: count,
  maxLifetimeSeconds: count,
  maxAgeSeconds: nullable(count),
  rolesClaim: string,
})
export type IssuerManifest = Decoded<typeof issuer>

const routeAccess = object({
  scopes: list(string),
  roles: list(string),
  claims: list(claimRule),
  /** Claims the gate compares with a path parameter; the first door only carries them (its answers are cached per template). */
  bound: list(string),
  /** Hash of this access rule and its issuers: a ticket granted under another rule is worth nothing. */
  rule: string,
})
export type RouteAccess = Decoded<typeof routeAccess>

const authorizerManifest = object({
  format: literal('sallyport/authorizer@1'),
  api: string,
  stage: string,
  issuers: list(issuer),
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

const gateAccess = oneOfKind({
  public: object({ kind: literal('public') }),
  token: object({
    kind: literal('token'),
    rule: string,
    bind: list(object({ claim: string, pathParameter: string })),
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
