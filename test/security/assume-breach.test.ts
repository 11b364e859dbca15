import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { securityHeaders } from '../../contract/headers.ts'
import type { ReasonCode } from '../../contract/reasons.ts'
import type { Ticket } from '../../contract/ticket.ts'
import { readApp } from '../../local/template/app.ts'
import { gateEvent, startGateFunction } from './gate-function.ts'

let gate: Awaited<ReturnType<typeof startGateFunction>>
beforeAll(async () => {
  gate = await startGateFunction()
})
afterAll(() => gate.close())

const route = 'GET /deals'
const ofUser = {
  resource: '/users/{userId}/deals',
  path: '/users/user-1/deals',
  pathParameters: { userId: 'user-1' },
}

async function expectDenied(event: unknown, status: number, code: ReasonCode) {
  const before = gate.upstream.received.length
  const { statusCode, headers, body } = await gate.invoke(event)
  expect([statusCode, JSON.parse(body).code]).toEqual([status, code])
  expect(headers).toMatchObject(securityHeaders)
  expect(gate.upstream.received.length).toBe(before)
}

test('with the ticket of the first door for this very route, the gate answers', async () => {
  expect((await gate.invoke(gateEvent(gate.ticketFor(route)))).statusCode).toBe(200)
})

describe('someone who got past API Gateway is denied', () => {
  test.each<[string, () => unknown]>([
    ['without a context: a method wired without authorizer', () => undefined],
    ['with a null context', () => null],
    ['with an empty context', () => ({})],
    ['with the context of another authorizer', () => ({ principalId: 'user-1', claims: { sub: 'user-1' } })],
    ['with a ticket of another version', () => ({ ...gate.ticketFor(route), ticket: '0' })],
    ['with a ticket that is true', () => ({ ...gate.ticketFor(route), ticket: true })],
    ['with a list as context', () => [gate.ticketFor(route)]],
    ['with text as context', () => JSON.stringify(gate.ticketFor(route))],
    ['with a list as subject', () => ({ ...gate.ticketFor(route), subject: ['user-1'] })],
    ['with no subject', () => gate.ticketFor(route, { subject: '' })],
    ['with a number as expiry', () => ({ ...gate.ticketFor(route), expiresAt: 9_999_999_999 })],
    ['with an infinite expiry', () => ({ ...gate.ticketFor(route), expiresAt: 'Infinity' })],
    ["with another route's ticket", () => gate.ticketFor('GET /deals/{dealId}')],
    ['with a ticket for another method', () => gate.ticketFor('POST /deals')],
    ["with another gate's ticket", () => gate.ticketFor('POST /invoices')],
  ])('%s', async (_, context) => {
    await expectDenied(gateEvent(context()), 403, 'access.denied')
  })

  test('with an expired ticket, from the second it expires', async () => {
    const expiresAt = Math.floor(Date.now() / 1000)
    await expectDenied(gateEvent(gate.ticketFor(route, { expiresAt })), 401, 'token.rejected')
  })

  test('with a ticket of a policy that has changed since, who is told to come back', async () => {
    const event = gateEvent({ ...gate.ticketFor(route), fingerprint: 'the-policy-before' })
    await expectDenied(event, 503, 'ticket.outdated')
    expect((await gate.invoke(event)).headers['retry-after']).toBe('5')
  })

  test('with a ticket that is put anywhere but in the context', async () => {
    const ticket = gate.ticketFor(route)
    const more = {
      authorizer: ticket,
      headers: ticket,
      multiValueHeaders: Object.fromEntries(Object.entries(ticket).map(([name, value]) => [name, [value]])),
      stageVariables: ticket,
      body: JSON.stringify({ requestContext: { authorizer: ticket } }),
    }
    await expectDenied(gateEvent(undefined, more), 403, 'access.denied')
  })

  test("with one user's ticket on another user's path", async () => {
    const ticket = gate.ticketFor('GET /users/{userId}/deals')
    expect((await gate.invoke(gateEvent(ticket, ofUser))).statusCode).toBe(200)
    const other = { ...ofUser, pathParameters: { userId: 'user-2' } }
    await expectDenied(gateEvent(ticket, other), 403, 'access.denied')
  })

  test.each<Ticket['claims']>([
    {},
    { sub: '' },
    { sub: ['user-1'] },
    { sub: { toString: 'user-1' } },
    { iss: 'user-1' },
  ])('with a ticket of the claims %j', async claims => {
    const ticket = gate.ticketFor('GET /users/{userId}/deals', { claims })
    await expectDenied(gateEvent(ticket, ofUser), 403, 'access.denied')
  })

  test.each([
    { resource: '/admin' },
    { resource: '/deals/' },
    { resource: undefined },
    { httpMethod: 'DELETE' },
    { httpMethod: 'get' },
    { httpMethod: undefined },
    { resource: '/{proxy+}', path: '/deals' },
  ])('on a route that is not declared: %j', async more => {
    await expectDenied(gateEvent(gate.ticketFor(route), more), 404, 'route.undeclared')
  })
})

describe('the functions as deployed', () => {
  test('hold no route of another gate', () => {
    const manifests = readApp(inject('dealDesk')).functions.map(({ folder }) =>
      JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')),
    )
    const routesOf = (name: string) =>
      Object.keys(manifests.find(manifest => manifest.gate === name)?.routes ?? {}).sort()
    expect(routesOf('Billing')).toEqual(['POST /invoices'])
    expect(routesOf('Crm')).toEqual([
      'GET /deals',
      'GET /deals/{dealId}',
      'GET /users/{userId}/deals',
      'POST /deals',
    ])
  })
})
