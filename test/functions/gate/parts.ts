import type { APIGatewayProxyEvent, Context } from 'aws-lambda'
import { allow } from '../../../contract/decision.ts'
import type { GateManifest, GateRoute, InputManifest } from '../../../contract/manifest.ts'
import { type Ticket, ticketContext } from '../../../contract/ticket.ts'
import type { DeclaredRequest } from '../../../functions/gate/passage.ts'
import { createGate, type GateParts } from '../../../functions/gate/pipeline.ts'
import { readRules } from '../../../functions/gate/read-rules.ts'
import { silentTelemetry } from '../silent-telemetry.ts'
import { simulateCounters } from './simulated-counters.ts'

export const emptyInput: InputManifest = { path: [], query: [], headers: [], cookies: [], body: null }

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
    path: [{ name: 'userId', wire: 'string', many: false, reserved: [] }],
    body: { required: false, maxBytes: 20, projection: { members: { title: {} } } },
  },
  userLimit: { counter: 'api', max: 2, periodSeconds: 60 },
  stub: null,
}

export const manifest: GateManifest = {
  format: 'sallyport/gate@1',
  api: 'Api',
  gate: 'Crm',
  upstream: { kind: 'stub' },
  table: 'counters',
  routes: { 'PUT /users/{userId}': route },
}

export const nowMs = 1_900_000_000_000

export const ticket: Ticket = {
  route: 'PUT /users/{userId}',
  fingerprint: 'policy-1',
  issuer: 'https://login.example.com',
  subject: 'user-1',
  client: '',
  expiresAt: nowMs / 1000 + 60,
  claims: { sub: 'user-1', auth_time: nowMs / 1000 - 60, plan: 'pro' },
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

/** The real pipeline, with counters in memory and an upstream that keeps what it is called with. */
export function assembleGate(changes: Partial<GateParts> = {}) {
  const { telemetry, denials, faults, statuses } = silentTelemetry()
  const { instances, store } = simulateCounters({ instances: 1, startMs: nowMs })
  const called: DeclaredRequest[] = []
  const gate = createGate({
    manifest,
    validators: {
      'PUT /users/{userId}': candidate =>
        typeof (candidate as { body?: { title?: unknown } }).body?.title === 'string',
    },
    rules: readRules(changes.manifest ?? manifest),
    counters: instances[0] ?? null,
    upstream: async request => {
      called.push(request)
      return allow({
        status: 200,
        headers: { 'content-type': 'application/json', 'x-powered-by': 'x' },
        body: '{}',
      })
    },
    telemetry,
    now: () => nowMs,
    ...changes,
  })
  return {
    called,
    denials,
    faults,
    statuses,
    store,
    handle: (event: unknown) => gate(event as Both, { awsRequestId: 'aws-1' } as Context),
  }
}
