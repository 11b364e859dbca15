import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startDealDesk } from '../support/deal-desk.ts'
import { expectRefusal } from './answers.ts'
import { sendRaw } from './raw-request.ts'

let desk: Awaited<ReturnType<typeof startDealDesk>>
beforeAll(async () => {
  desk = await startDealDesk()
})
afterAll(() => desk.close())

let token: string
beforeEach(async () => {
  token = await desk.mint({
    subject: randomUUID(),
    scope: 'deals:read',
    claims: { roles: ['sales', 'finance'] },
  })
})

const raw = (requestLine: string, ...headers: string[]) =>
  sendRaw(desk.cloud.url, [`${requestLine} HTTP/1.1`, `Authorization: Bearer ${token}`, ...headers])

describe('what is not declared does not exist', () => {
  test.each([
    'GET /',
    'GET /admin',
    'GET /DEALS',
    'GET /dealsX',
    'GET /deal',
    'GET /deals/1/2',
    'GET /users',
    'GET /users/user-1',
    'GET /users//deals',
    'GET /deals.json',
    'GET /deals;admin=true',
    'GET /deals%3Fstatus=open',
    'GET /deals%00',
    'GET /%2e%2e/deals',
    'GET /deals/../health',
    'GET /health/../deals',
    'GET /live/deals',
    'GET /health/deals',
    'GET /invoices',
    'PUT /deals',
    'DELETE /deals',
    'PATCH /deals',
    'HEAD /deals',
    'OPTIONS /deals',
    'TRACE /deals',
    'PROPFIND /deals',
    'POST /health',
    'POST /users/user-1/deals',
    'DELETE /deals/3f2c0e9e-7f2e-4bb1-9a29-0a6a5d3b8f51',
  ])('%s', async requestLine => {
    const before = desk.upstream.received.length
    const response = await raw(requestLine)
    if (requestLine.startsWith('HEAD')) expect(response.status).toBe(404)
    else await expectRefusal(response, 404, 'route.undeclared')
    expect(desk.upstream.received.length).toBe(before)
  })

  test('also without a token, and in the same words', async () => {
    const strip = ({ requestId: _, ...problem }: { requestId: string }) => problem
    const stranger = await expectRefusal(await desk.call('/admin'), 404, 'route.undeclared')
    const known = await expectRefusal(await desk.call('/admin', { token }), 404, 'route.undeclared')
    expect(strip(stranger)).toEqual(strip(known))
  })
})

describe('slashes reach the same rule or none:', () => {
  const deviations = [
    '/deals/',
    '//deals',
    '///deals',
    '//deals/',
    '/deals//',
    '//deals//',
    '/./deals',
    '/deals/.',
    '/%2fdeals',
  ]

  test.each(deviations)('%s with the scope', async path => {
    const response = await raw(`GET ${path}`)
    expect([200, 400, 404]).toContain(response.status)
    if (response.status === 200) expect(desk.upstream.last()?.url).toBe('/deals')
  })

  test.each(deviations)('%s without the scope', async path => {
    token = await desk.mint({ subject: randomUUID(), scope: 'deals:write' })
    const before = desk.upstream.received.length
    expect([400, 403, 404]).toContain((await raw(`GET ${path}`)).status)
    expect(desk.upstream.received.length).toBe(before)
  })

  test.each(deviations)('%s without a token', async path => {
    const response = await sendRaw(desk.cloud.url, [`GET ${path} HTTP/1.1`])
    expect([401, 404]).toContain(response.status)
  })

  test('a trailing slash is routed as AWS routes it', async () => {
    expect((await raw('GET /deals/')).status).toBe(200)
    expect((await raw('GET /users/user-1/deals/')).status).toBe(403)
  })
})

describe('a request cannot choose another rule', () => {
  const body = '{"title":"a","amount":1,"currency":"EUR"}'

  test('by an override of its method, which counts as the method itself', async () => {
    for (const name of ['X-HTTP-Method-Override', 'x-http-method-override']) {
      await expectRefusal(await raw('GET /deals', `${name}: POST`), 403, 'access.denied')
      await expectRefusal(await raw('GET /deals', `${name}: DELETE`), 404, 'route.undeclared')
    }
    for (const name of ['X-HTTP-Method', 'X-Method-Override']) {
      expect((await raw('GET /deals', `${name}: DELETE`)).status).toBe(200)
      expect(desk.upstream.last()?.method).toBe('GET')
    }
  })

  test('by an override of its path', async () => {
    await raw('GET /deals', 'X-Original-URL: /admin', 'X-Rewrite-URL: /admin', 'X-Forwarded-Prefix: /admin')
    expect(desk.upstream.last()?.url).toBe('/deals')
    expect(JSON.stringify(desk.upstream.last()?.rawHeaders)).not.toContain('admin')
  })

  test('by its host', async () => {
    await raw('GET /deals', 'X-Forwarded-Host: evil.example.com', 'Forwarded: host=evil.example.com')
    expect(desk.upstream.last()?.headers.host).toBe('crm.internal.example.com')
    expect(JSON.stringify(desk.upstream.last()?.rawHeaders)).not.toContain('evil')
  })

  test('by an address before its path', async () => {
    const response = await raw('GET http://evil.example.com/deals')
    expect([200, 400, 404]).toContain(response.status)
    if (response.status === 200) expect(desk.upstream.last()?.headers.host).toBe('crm.internal.example.com')
  })

  test('by two messages in one', async () => {
    const before = desk.upstream.received.length
    const smuggled = await sendRaw(
      desk.cloud.url,
      [
        'POST /deals HTTP/1.1',
        `Authorization: Bearer ${token}`,
        'Transfer-Encoding: chunked',
        'Content-Type: application/json',
      ],
      `0\r\n\r\nGET /deals HTTP/1.1\r\nHost: x\r\n\r\n${body}`,
    )
    expect(smuggled.status).toBe(400)
    expect(desk.upstream.received.length).toBe(before)
  })

  test('by asking for another protocol', async () => {
    const response = await raw('GET /deals', 'Upgrade: websocket')
    expect(response.status).not.toBe(101)
    expect(desk.upstream.last()?.headers.upgrade).toBeUndefined()
  })
})
