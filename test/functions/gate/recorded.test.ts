import { describe, expect, test } from 'vitest'
import { ticketContext } from '../../../contract/ticket.ts'
import { cors } from './origins.ts'
import { assembleGate, eventOf, manifest, nowMs, ticket } from './parts.ts'

const { issuer, subject } = ticket
const context = (more: object) => ({ requestContext: { ...eventOf().requestContext, ...more } })

async function recordedOf(event: unknown, gate = assembleGate()) {
  await gate.handle(event)
  expect(gate.outcomes).toHaveLength(1)
  const [outcome] = gate.outcomes
  return { ...outcome, ...outcome?.decided }
}

describe('the second door records', () => {
  test('who asked for what, from where, under which policy, and what became of it', async () => {
    expect(await recordedOf(eventOf())).toMatchObject({
      route: 'PUT /users/{userId}',
      status: 200,
      startedAt: nowMs,
      durationMs: 0,
      method: 'PUT',
      requestId: 'id-1',
      sourceIp: '192.0.2.1',
      fingerprint: 'policy-1',
      principal: { issuer, subject },
    })
  })

  test('a principal once its ticket is admitted, also where it is refused then', async () => {
    const refused = await recordedOf(eventOf({ body: '{"title":7}' }))
    expect(refused).toMatchObject({ status: 400, principal: { issuer, subject } })
  })

  test.each([
    ['no ticket', null],
    ['one of another route', ticketContext({ ...ticket, route: 'GET /other' })],
    ['one that has expired', ticketContext({ ...ticket, expiresAt: nowMs / 1000 })],
    ['one that was granted under another policy', ticketContext({ ...ticket, fingerprint: 'policy-0' })],
  ])('no principal for a request with %s', async (_, authorizer) => {
    const recorded = await recordedOf(eventOf(context({ authorizer })))
    expect(recorded).toMatchObject({ fingerprint: 'policy-1', principal: undefined })
  })

  test('the caller’s address where API Gateway was called by a declared proxy', async () => {
    const gate = assembleGate({ manifest: { ...manifest, clientAddress: { from: null, hops: 1 } } })
    const event = eventOf({
      multiValueHeaders: {
        'content-type': ['application/json'],
        'x-forwarded-for': ['203.0.113.9, 192.0.2.1'],
      },
    })
    expect((await recordedOf(event, gate)).sourceIp).toBe('203.0.113.9')
  })

  test.each([
    ['of no route', { resource: '/undeclared' }, 404],
    ['without a ticket', context({ authorizer: null }), 403],
    ['of another site’s page', { multiValueHeaders: { origin: ['https://elsewhere.example'] } }, 403],
  ])('the caller’s address, not its proxy’s, of a request %s', async (_, more, status) => {
    const gate = assembleGate({ manifest: { ...manifest, clientAddress: { from: null, hops: 1 } } })
    const event = eventOf(more)
    const headers = { ...event.multiValueHeaders, 'X-Forwarded-For': ['203.0.113.9, 192.0.2.1'] }
    const recorded = await recordedOf({ ...event, multiValueHeaders: headers }, gate)
    expect(recorded).toMatchObject({ sourceIp: '203.0.113.9', status })
  })

  test.each([null, {}, { requestContext: null }, { httpMethod: 'DELETE', resource: '/undeclared' }])(
    'a refusal of %j, of no route, under an id that a log can be searched for',
    async event => {
      const recorded = await recordedOf(event)
      expect(recorded).toMatchObject({ route: 'undeclared', requestId: 'aws-1', principal: undefined })
      expect(recorded.status).toBeGreaterThanOrEqual(400)
    },
  )

  test('no preflight as a decision; but an OPTIONS that no preflight is declared for', async () => {
    const options = eventOf({ httpMethod: 'OPTIONS' })
    const decidedBy = async (event: unknown, declared: typeof cors | null) => {
      const gate = assembleGate({ manifest: { ...manifest, cors: declared } })
      return (await recordedOf(event, gate)).decided
    }
    expect(await decidedBy(options, cors)).toBeNull()
    expect(await decidedBy(options, null)).toMatchObject({ method: 'OTHER' })
  })
})
