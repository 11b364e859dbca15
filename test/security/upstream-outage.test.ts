import { Duration } from 'aws-cdk-lib'
import { Access, Breaker, Output, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { says, startServer } from '../functions/gate/http/support.ts'
import { expectRefusal } from './answers.ts'
import { startSmallCloud, upstreamOrigin } from './small-cloud.ts'

// The gate as it is deployed, before a server that fails. Five minutes: no probe comes between.
let server: Awaited<ReturnType<typeof startServer>>
let small: Awaited<ReturnType<typeof startSmallCloud>>
beforeAll(async () => {
  server = await startServer(says(200))
  small = await startSmallCloud(stack => {
    const api = new ZeroTrustApi(stack, 'Api')
    const breaker = Breaker.after({ failures: 3, of: 3, openFor: Duration.minutes(5) })
    const inner = api.addUpstream('Inner', Upstream.http(upstreamOrigin, { breaker }))
    const open = { upstream: inner, access: Access.public(), output: Output.unsafeAny('a test of outages') }
    api.addRoute('GET /a', open)
    api.addRoute('POST /a', open)
  }, server.origin)
})
afterAll(async () => {
  await small.close()
  await server.close()
})

const send = (method: string) => fetch(`${small.url}/a`, { method })

// The server ends idle connections when it likes; here, just when the next request is on its way.
test('a read on a connection that the upstream has closed goes on, and a write is refused', async () => {
  server.behave(({ socket }, response, nth) => {
    if (nth > 1) socket.destroy()
    else response.end('{}')
  })
  expect((await send('GET')).status).toBe(200)
  const before = server.calls()
  expect((await send('GET')).status).toBe(200)
  expect(server.calls() - before).toBe(2)
  await expectRefusal(await send('POST'), 502, 'upstream.unreachable')
  expect(server.calls() - before).toBe(3)
  server.behave(says(200))
  expect((await send('POST')).status).toBe(200)
})

test('an upstream that keeps failing is left alone: callers get 503 at once, and operators see the state', async () => {
  server.behave(says(200))
  for (let sent = 0; sent < 3; sent++) expect((await send('GET')).status).toBe(200)
  server.behave(says(503))
  const before = server.calls()
  for (let failed = 0; failed < 3; failed++) await expectRefusal(await send('GET'), 502, 'upstream.failed')
  for (let refused = 0; refused < 20; refused++) {
    const response = await send(refused % 2 ? 'GET' : 'POST')
    const retryAfter = Number(response.headers.get('retry-after'))
    expect(retryAfter).toBeGreaterThan(0)
    expect(retryAfter).toBeLessThanOrEqual(5 * 60 * 1.2)
    await expectRefusal(response, 503, 'upstream.circuit_open')
  }
  expect(server.calls() - before).toBe(3)

  const written = await vi.waitFor(() => {
    const found = small.lines.filter(line => /"breaker"|BreakerOpen/.test(line)).map(line => JSON.parse(line))
    expect(found.length).toBe(2)
    return found
  })
  expect(written).toContainEqual(
    expect.objectContaining({ message: 'breaker', upstream: 'Inner', state: 'open' }),
  )
  expect(written).toContainEqual(expect.objectContaining({ api: 'Api', upstream: 'Inner', BreakerOpen: 1 }))
})
