import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ReasonCode } from '../../contract/reasons.ts'
import { startDealDesk } from '../support/deal-desk.ts'
import { expectRefusal, expectSecurityHeaders } from './answers.ts'

let desk: Awaited<ReturnType<typeof startDealDesk>>
beforeAll(async () => {
  desk = await startDealDesk()
})
afterAll(() => desk.close())
beforeEach(() => desk.upstream.answerWith(async () => ({})))

const get = async (path = '/deals', from = desk) =>
  from.call(path, {
    token: await from.mint({ subject: randomUUID(), scope: 'deals:read' }),
    redirect: 'manual',
  })

describe('an upstream that is down', () => {
  test('gets 502, whether it has gone or was never there', async () => {
    const gone = await startDealDesk()
    const absent = await startDealDesk({ upstreams: {} })
    try {
      expect((await get('/deals', gone)).status).toBe(200)
      await gone.upstream.close()
      await expectRefusal(await get('/deals', gone), 502, 'upstream.unreachable')
      await expectRefusal(await get('/deals', absent), 502, 'upstream.unreachable')
    } finally {
      await gone.close()
      await absent.close()
    }
  })

  test('gets 502 when it hangs up in the middle of its answer', async () => {
    const broken = createServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"half":')
      setTimeout(() => response.destroy(), 20)
    })
    broken.listen(0, '127.0.0.1')
    await once(broken, 'listening')
    const origin = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`
    const halved = await startDealDesk({ upstreams: { 'https://crm.internal.example.com': origin } })
    try {
      const response = await get('/deals', halved)
      expect(response.status).toBe(502)
      expect(await response.text()).not.toContain('half')
    } finally {
      await halved.close()
      broken.close()
    }
  })
})

test.each([
  ['a status that is none', 'HTTP/1.1 000\r\nContent-Length: 2\r\n\r\n{}'],
  ['a change of protocol that nobody asked for', 'HTTP/1.1 101 Upgrade\r\nConnection: upgrade\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 1000\r\n\r\n'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
])(
  'an upstream that answers, but not in HTTP, gave an answer that cannot be passed on: %s',
  async (_, answer) => {
    const server = createSocketServer(socket =>
      socket.once('data', () => socket.end(answer)).on('error', () => {}),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const misled = await startDealDesk({ upstreams: { 'https://crm.internal.example.com': origin } })
    try {
      await expectRefusal(await get('/deals', misled), 502, 'upstream.invalid_response')
      expect(misled.logs.join()).not.toContain('SyntaxError')
    } finally {
      await misled.close()
      server.close()
    }
  },
)

describe('an upstream that is slow', () => {
  test('gets 504 when it says nothing within its declared three seconds', async () => {
    desk.upstream.answerWith(async () => {
      await pause(4000)
      return {}
    })
    await expectRefusal(await get(), 504, 'upstream.timeout')
  })

  test('gets 504 when its answer has begun but does not end within them', async () => {
    const slow = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const drip = setInterval(() => response.write(' '), 200)
      response.on('close', () => clearInterval(drip))
    })
    slow.listen(0, '127.0.0.1')
    await once(slow, 'listening')
    const origin = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`
    const dripping = await startDealDesk({ upstreams: { 'https://crm.internal.example.com': origin } })
    try {
      await expectRefusal(await get('/deals', dripping), 504, 'upstream.timeout')
    } finally {
      await dripping.close()
      slow.close()
      slow.closeAllConnections()
    }
  })
})

describe("an upstream's answer", () => {
  test.each<[number, ReasonCode]>([
    [500, 'upstream.failed'],
    [503, 'upstream.failed'],
    [599, 'upstream.failed'],
    [301, 'upstream.invalid_response'],
    [302, 'upstream.invalid_response'],
    [307, 'upstream.invalid_response'],
    [308, 'upstream.invalid_response'],
  ])('of status %i becomes 502, without its body or headers', async (status, code) => {
    const before = desk.upstream.received.length
    desk.upstream.answerWith(async ({ url }) => {
      if (url === '/elsewhere') return { body: '{"secret":true}' }
      const headers = { location: '/elsewhere', 'retry-after': '7', 'x-secret': 'k3wz9q' }
      return { status, headers, body: '{"stack":"k3wz9q"}' }
    })
    const response = await get()
    await expectRefusal(response.clone(), 502, code)
    expect(await response.text()).not.toContain('k3wz9q')
    expect([response.headers.get('location'), response.headers.get('x-secret')]).toEqual([null, null])
    expect(desk.upstream.received.length - before).toBe(1)
  })

  test('larger than 5 MiB becomes 502', async () => {
    desk.upstream.answerWith(async () => ({ body: JSON.stringify('x'.repeat(5 * 1024 * 1024)) }))
    await expectRefusal(await get(), 502, 'upstream.invalid_response')
  })

  test('after a failed one is served as before', async () => {
    desk.upstream.answerWith(async () => ({ status: 500 }))
    expect((await get()).status).toBe(502)
    desk.upstream.answerWith(async () => ({}))
    expect((await get()).status).toBe(200)
  })
})

describe('security headers are on every answer', () => {
  test.each<[number, path: string, init: RequestInit & { scope?: string }]>([
    [200, '/health', {}],
    [200, '/deals', { scope: 'deals:read' }],
    [400, '/deals?limit=x', { scope: 'deals:read' }],
    [401, '/deals', {}],
    [403, '/deals', { scope: 'deals:write' }],
    [403, '/users/someone-else/deals', { scope: 'deals:read' }],
    [404, '/nowhere', {}],
    [404, '/deals', { method: 'OPTIONS' }],
  ])('%i of %s', async (status, path, { scope, ...init }) => {
    const token = scope && (await desk.mint({ subject: randomUUID(), scope }))
    const response = await desk.call(path, { ...init, ...(token && { token }) })
    expect(response.status).toBe(status)
    expectSecurityHeaders(response.headers)
  })
})
