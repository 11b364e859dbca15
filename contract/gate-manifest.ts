import { clientAddress } from './client-address.ts'
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
import { deployed } from './deployed.ts'
import { routeLimits } from './limits.ts'
import { upstreamManifest } from './upstream-manifest.ts'

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
  limits: routeLimits,
  /** Null for a stub, whose answer is the declaration's own. */
  output: nullable(output),
  /** Answer of a stub; null for a real upstream. */
  stub: nullable(object({ status: count, body: json })),
})
export type GateRoute = Decoded<typeof gateRoute>

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

/** Where counters and controls are kept. */
const state = object({
  table: deployed,
  /** How long a request waits for the table at most, in all. */
  budgetMs: count,
})

/** The policy as data: written at synth by lib/, read once at load by functions/. */
const gateManifest = object({
  format: literal('sallyport/gate@1'),
  api: string,
  gate: string,
  upstream: upstreamManifest,
  /** Null: this API counts nothing, and nothing can be ordered of it. */
  state: nullable(state),
  clientAddress: nullable(clientAddress),
  /** Whether the API's domain asks callers for certificates. */
  clientCertificates: boolean,
  /** Whether each decision is written to the audit trail. */
  audit: boolean,
  /** Whether any route has a rule, or a limit a condition: whether their language is needed. */
  speaksCel: boolean,
  /** Null: no page of another origin may use this API. */
  cors: nullable(cors),
  routes: record(gateRoute),
})
export type GateManifest = Decoded<typeof gateManifest>
export const readGateManifest = (value: unknown): GateManifest => gateManifest(value, '$')
