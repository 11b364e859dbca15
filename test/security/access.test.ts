import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MintRequest } from '../../local/issuer/provider.ts'
import { startDealDesk, deal as usualDeal } from '../support/deal-desk.ts'
import { expectRefusal } from './answers.ts'

let desk: Awaited<ReturnType<typeof startDealDesk>>
beforeAll(async () => {
  desk = await startDealDesk()
})
afterAll(() => desk.close())

const deal = { title: 'Forty chairs', amount: 5200, currency: 'EUR' }

async function call(request: MintRequest, path: string, body?: unknown) {
  const token = await desk.mint(request)
  return desk.call(path, {
    token,
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
}

describe('a declared route with a good token', () => {
  test("answers 200 with the upstream's own answer", async () => {
    const response = await call({ subject: randomUUID(), scope: 'deals:read' }, '/deals')
    expect(response.status).toBe(200)
    const { margin: _forManagers, ...seen } = usualDeal
    expect(await response.json()).toEqual([seen])
  })

  test('tells the upstream who is calling, whatever the caller says', async () => {
    const subject = 'user "ü"; admin'
    const token = await desk.mint({ subject, scope: 'deals:read' })
    const forged = Buffer.from('{"sub":"admin"}').toString('base64url')
    await desk.call('/deals', {
      token,
      headers: { 'sallyport-principal': forged, 'Sallyport-Principal': forged },
    })
    const principal = String(desk.upstream.last()?.headers['sallyport-principal'])
    expect(JSON.parse(Buffer.from(principal, 'base64url').toString('utf8'))).toEqual({
      iss: 'https://login.example.com',
      sub: subject,
      client_id: 'sallyport-cli',
    })
  })

  test('never hands the token on', async () => {
    const token = await desk.mint({ subject: randomUUID(), scope: 'deals:read' })
    await desk.call('/deals', { token })
    expect(JSON.stringify(desk.upstream.last())).not.toContain(token.split('.')[1])
  })
})

describe('a good token that does not permit the route gets 403, and nothing reaches the upstream:', () => {
  test.each<[string, MintRequest, path: string, body?: unknown]>([
    ['no scope', { subject: 'a' }, '/deals'],
    ['another scope', { subject: 'a', scope: 'deals:write invoices:write' }, '/deals'],
    ['a longer scope', { subject: 'a', scope: 'deals:readall' }, '/deals'],
    ['no role', { subject: 'a', scope: 'deals:write' }, '/deals', deal],
    ['another role', { subject: 'a', scope: 'deals:write', claims: { roles: ['finance'] } }, '/deals', deal],
    [
      'a role in another claim',
      { subject: 'a', scope: 'deals:write', claims: { role: 'sales' } },
      '/deals',
      deal,
    ],
    ['a role as text', { subject: 'a', scope: 'deals:write', claims: { roles: 'sales' } }, '/deals', deal],
    [
      'the role without the scope',
      { subject: 'a', scope: 'deals:read', claims: { roles: ['sales'] } },
      '/deals',
      deal,
    ],
    ["another user's userId", { subject: 'user-1', scope: 'deals:read' }, '/users/user-2/deals'],
    ["another case of one's userId", { subject: 'user-1', scope: 'deals:read' }, '/users/USER-1/deals'],
    ["one's userId with a space", { subject: 'user-1', scope: 'deals:read' }, '/users/user-1%20/deals'],
    ["the upstream's word for oneself", { subject: 'user-1', scope: 'deals:read' }, '/users/me/deals'],
  ])('%s', async (_, request, path, body) => {
    const before = desk.upstream.received.length
    await expectRefusal(await call(request, path, body), 403, 'access.denied')
    expect(desk.upstream.received.length).toBe(before)
  })

  test('and is told which scope is missing, where it is a scope (RFC 6750 §3.1)', async () => {
    const lacking = await call({ subject: 'a', scope: 'deals:write' }, '/deals')
    expect(lacking.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="deals:read"',
    )
    const roleless = await call({ subject: 'a', scope: 'deals:write' }, '/deals', deal)
    expect(roleless.headers.get('www-authenticate')).toBeNull()
  })
})

describe("one's own userId", () => {
  test.each(['user-1', 'user%2D1', 'user@example.com', 'ü', '100%'])('%s is permitted', async subject => {
    const path = subject.includes('%2D') ? subject : encodeURIComponent(subject)
    const response = await call(
      { subject: decodeURIComponent(path), scope: 'deals:read' },
      `/users/${path}/deals`,
    )
    expect(response.status).toBe(200)
    expect(desk.upstream.last()?.url).toBe(`/users/${encodeURIComponent(decodeURIComponent(path))}/deals`)
  })
})

describe('a route that is public', () => {
  test.each([undefined, 'not.a.token'])('answers with the token %s', async token => {
    const response = await desk.call('/health', token === undefined ? {} : { token })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'ok' })
  })
})
