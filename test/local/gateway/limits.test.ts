import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { documentWith, operation, returned, startApi } from './support.ts'

const MB10 = 10 * 1024 * 1024
const body = documentWith({ '/{p+}': { get: operation(), post: operation() } })

describe('the limits of a REST API (platform-facts §5.4)', () => {
  it('accepts a body of exactly 10 MB', async () => {
    const cloud = await startApi({ body })
    expect((await cloud.ask('/a', { method: 'POST', body: Buffer.alloc(MB10, 'a') })).status).toBe(200)
  })

  it('refuses one byte more by its announced length, without reading it', async () => {
    const cloud = await startApi({ body })
    const answer = await cloud.askRaw(`POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${MB10 + 1}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('HTTP content length exceeded 10485760 bytes.')
    expect(cloud.calls).toEqual([])
  })

  it('refuses one byte more in chunks of unannounced length', async () => {
    const cloud = await startApi({ body })
    const chunk = `${(MB10 + 1).toString(16)}\r\n${'a'.repeat(MB10 + 1)}`
    const answer = await cloud.askRaw(
      `POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(cloud.calls).toEqual([])
  })

  it('accepts 10,240 bytes of header values and refuses one more', async () => {
    const cloud = await startApi({ body })
    // Host and Connection are headers too.
    const room = 10_240 - 'api.example.com'.length - 'close'.length
    const headers = (size: number) => ['Connection', 'close', 'X-A', 'a'.repeat(size)]
    expect((await cloud.ask('/a', { headers: headers(room) })).status).toBe(200)
    expect((await cloud.ask('/a', { headers: headers(room + 1) })).status).toBe(431)
  })

  it('accepts a URL of 10,240 bytes and refuses one more', async () => {
    const cloud = await startApi({ body })
    expect((await cloud.ask(`/${'a'.repeat(10_239)}`)).status).toBe(200)
    expect((await cloud.ask(`/${'a'.repeat(10_240)}`)).status).toBe(414)
  })

  it('refuses an unencoded pipe in the query', async () => {
    const cloud = await startApi({ body })
    expect((await cloud.ask('/a?x=1|2')).status).toBe(400)
    expect((await cloud.ask('/a?x=1%7C2')).status).toBe(200)
  })
})

describe('a client that leaves', () => {
  it('in the middle of its body calls nothing and leaves the API working', async () => {
    const cloud = await startApi({ body })
    const socket = connect(cloud.port, '127.0.0.1')
    const [message] = await Promise.all([
      once(cloud.server, 'request'),
      once(socket, 'connect').then(() =>
        socket.write('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc'),
      ),
    ])
    const closed = once(message[1], 'close')
    socket.destroy()
    await closed
    expect((await cloud.ask('/b')).status).toBe(200)
    expect(cloud.calls.map(call => call.event.path)).toEqual(['/b'])
    expect(cloud.faults).toEqual([])
  })

  it('while the function runs lets it finish, and leaves the API working', async () => {
    const gone = Promise.withResolvers<void>()
    const started = Promise.withResolvers<void>()
    const cloud = await startApi({
      body,
      gate: async ({ event }) => {
        if (event.path === '/slow') {
          started.resolve()
          await gone.promise
        }
        return returned({ body: 'x'.repeat(100_000) })
      },
    })
    const socket = connect(
      cloud.port,
      '127.0.0.1',
      () => void socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'),
    )
    const [[, response]] = await Promise.all([once(cloud.server, 'request'), started.promise])
    const closed = once(response, 'close')
    socket.destroy()
    await closed
    gone.resolve()
    expect((await cloud.ask('/b')).status).toBe(200)
    expect(cloud.logs.map(log => log.summary.path)).toEqual(['/slow', '/b'])
    expect(cloud.faults).toEqual([])
  })
})
