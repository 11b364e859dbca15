import type { GateManifest } from '../../contract/gate-manifest.ts'
import { ticketContext } from '../../contract/ticket.ts'

const id = '6d120b42-0000-4000-8000-000000000001'
const typicalKey = 'PUT /customers/{customerId}/orders'

const order = (lines: number) => ({
  reference: id,
  currency: 'EUR',
  address: { name: 'A. Person', street: '1 Long Street', city: 'Old Town', country: 'DE' },
  lines: Array.from({ length: lines }, (_, i) => ({
    sku: `chair-${1000 + i}`,
    text: `A chair of oak, number ${i} of a set that belongs together`,
    count: 1 + (i % 4),
    price: 129.5 + i,
  })),
  note: 'Ring twice, please.',
})

/** With as many lines as fill that many bytes. */
function filled(bytes: number, more: Record<string, unknown>): string {
  let [lines, text] = [0, '']
  while (text.length < bytes) text = JSON.stringify({ ...order(++lines), ...more })
  return text
}

// Each with something undeclared in it, as clients and services have it.
const asked = filled(2048, { clientVersion: '1.2.3' })
export const answered = filled(4096, {
  id,
  status: 'open',
  total: 4321.5,
  createdAt: '2026-01-02T03:04:05Z',
  internalScore: 0.7,
})

/** As many headers as a browser sends, four of them declared. */
const headers = {
  Accept: 'application/json',
  'Accept-Encoding': 'gzip, deflate, br',
  'Accept-Language': 'en-GB,en;q=0.9',
  Authorization: `Bearer ${'x'.repeat(700)}`,
  'Content-Type': 'application/json',
  Host: 'api.example.com',
  'Idempotency-Key': id,
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  'X-Amzn-Trace-Id': 'Root=1-00000000-000000000000000000000000',
  'X-Forwarded-For': '192.0.2.1',
  'X-Forwarded-Port': '443',
  'X-Forwarded-Proto': 'https',
  'X-Tags': 'urgent, trade',
  'X-Tenant': 'north',
}
const query = { expand: 'lines', dryRun: 'false' }
const listed = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]))

/** What API Gateway sends the gate, new for each request: steps may change it. */
export function typicalEvent({ routes }: GateManifest) {
  const access = routes[typicalKey]?.access
  if (access?.kind !== 'token') throw new Error('the typical route is not guarded')
  const ticket = ticketContext({
    route: typicalKey,
    fingerprint: access.fingerprint,
    issuer: 'https://login.example.com',
    subject: 'user-1',
    client: 'bench',
    tokenId: 'bench',
    issuedAt: Math.floor(Date.now() / 1000),
    expiresAt: Math.floor(Date.now() / 1000) + 3600,
    claims: {},
    viewers: [],
  })
  return () => ({
    httpMethod: 'PUT',
    resource: '/customers/{customerId}/orders',
    path: `/customers/${id}/orders`,
    pathParameters: { customerId: id },
    queryStringParameters: { ...query },
    multiValueQueryStringParameters: listed(query),
    headers: { ...headers },
    multiValueHeaders: listed(headers),
    requestContext: {
      apiId: 'bench00000',
      stage: 'live',
      extendedRequestId: 'bench',
      identity: { sourceIp: '192.0.2.1' },
      authorizer: { ...ticket },
    },
    body: asked,
    isBase64Encoded: false,
  })
}
export type TypicalEvent = ReturnType<ReturnType<typeof typicalEvent>>
