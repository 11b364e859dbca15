import type { APIGatewayProxyEvent, Context } from 'aws-lambda'
import { allow } from '../../../contract/decision.ts'
import type { GateManifest, GateRoute, InputManifest, Parameter } from '../../../contract/gate-manifest.ts'
import { type Ticket, ticketContext } from '../../../contract/ticket.ts'
import type { RouteValidators, Validate } from '../../../functions/gate/inputs/validation.ts'
import type { DeclaredRequest } from '../../../functions/gate/passage.ts'
import { createGate, type GateParts } from '../../../functions/gate/pipeline.ts'
import { readRules } from '../../../functions/gate/read-rules.ts'
import { silentTelemetry } from '../silent-telemetry.ts'
import { memoryLimits } from './memory-limits.ts'

export const emptyInput: InputManifest = {
  path: [],
  query: [],
  headers: [],
  cookies: [],
  body: null,
  undeclared: 'strip',
  logUndeclared: false,
  forwardAuthorization: false,
}

const isText: Validate = value => typeof value === 'string'
const isObject: Validate = value => typeof value === 'object' && value !== null && !Array.isArray(value)
const anything: Validate = () => true

/** Validators that let through whatever is declared. */
export const openValidators = ({ path, query, headers, cookies }: InputManifest): RouteValidators => {
  const place = (parameters: readonly Parameter[]) =>
    Object.fromEntries(parameters.map(({ name }) => [name, anything]))
  return {
    path: place(path),
    query: place(query),
    headers: place(headers),
    cookies: place(cookies),
    body: { whole: anything, required: [], members: {} },
  }
}

const route: GateRoute = {
  access: {
    kind: 'token',
    fingerprint: 'policy-1',
    bind: [{ claim: 'sub', pathParameter: 'userId' }],
    authentication: { acrValues: [], mfa: false, maxAgeSeconds: 300 },
    rule: "claims.plan == 'pro'",
  },
  input: {
    ...emptyInput,
    path: [{ name: 'userId', wire: 'string', many: false, required: true, reserved: [] }],
    body: {
      kind: 'json',
      types: ['application/json'],
      required: true,
      maxBytes: 20,
      projection: { members: { title: {} } },
    },
  },
  limits: {
    cost: 1,
    layers: [
      {
        layer: 'user',
        of: '',
        bounds: [{ counter: 'api', max: 2, windowMs: 60_000, leased: false, when: null }],
        tiers: null,
      },
    ],
    openWithoutStore: false,
  },
  output: {
    kind: 'declared',
    accept: 'application/json',
    binary: [],
    statuses: {
      200: {
        kind: 'json',
        mediaType: 'application/json',
        projection: { members: { ok: {} } },
        visibility: null,
        maxBytes: null,
        headers: [],
        cookies: [],
      },
    },
  },
  stub: null,
}

export const manifest: GateManifest = {
  format: 'sallyport/gate@1',
  api: 'Api',
  gate: 'Crm',
  upstream: { kind: 'stub' },
  state: { table: 'state', budgetMs: 150 },
  clientAddress: null,
  clientCertificates: false,
  audit: false,
  speaksCel: true,
  cors: null,
  routes: { 'PUT /users/{userId}': route },
}

export const nowMs = 1_900_000_000_000

export const ticket: Ticket = {
  route: 'PUT /users/{userId}',
  fingerprint: 'policy-1',
  issuer: 'https://login.example.com',
  subject: 'user-1',
  client: '',
  tokenId: 'token-1',
  issuedAt: nowMs / 1000 - 60,
  expiresAt: nowMs / 1000 + 60,
  claims: { sub: 'user-1', auth_time: nowMs / 1000 - 60, plan: 'pro' },
  viewers: [],
}

/** An event that passes, as API Gateway makes it; with changes. */
export const eventOf = (changes: Record<string, unknown> = {}) => ({
  httpMethod: 'PUT',
  resource: '/users/{userId}',
  path: '/users/user-1',
  pathParameters: { userId: 'user-1' },
  multiValueHeaders: { 'content-type': ['application/json'] },
  multiValueQueryStringParameters: null,
  body: '{"title":"a"}',
  isBase64Encoded: false,
  requestContext: {
    extendedRequestId: 'id-1',
    identity: { sourceIp: '192.0.2.1' },
    authorizer: ticketContext(ticket),
  },
  ...changes,
})

// What middy's types make of an event that becomes another one on its way.
type Both = APIGatewayProxyEvent & DeclaredRequest

/** The real pipeline, with its state in memory and an upstream that keeps what it is called with. */
export function assembleGate(changes: Partial<GateParts> = {}) {
  const { telemetry, ...told } = silentTelemetry()
  const policy = changes.manifest ?? manifest
  const { rules, conditions } = readRules(policy)
  const { state, limits } = memoryLimits(policy, {
    conditions,
    clock: { wall: () => nowMs, steady: () => nowMs },
  })
  const called: DeclaredRequest[] = []
  const gate = createGate({
    manifest,
    validators: {
      'PUT /users/{userId}': {
        ...openValidators(route.input),
        body: { whole: isObject, required: ['title'], members: { title: isText } },
      },
    },
    outputs: { 'PUT /users/{userId}': { 200: () => true } },
    rules,
    limits,
    upstream: async request => {
      called.push(request)
      return allow({
        status: 200,
        headers: { 'content-type': ['application/json'], 'x-powered-by': ['x'] },
        body: '{}',
      })
    },
    telemetry,
    now: () => nowMs,
    ...changes,
  })
  return {
    ...told,
    called,
    state,
    handle: (event: unknown) =>
      gate(event as Both, { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 13_000 } as Context),
  }
}
