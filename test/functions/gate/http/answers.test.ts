import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { setImmediate as pause } from 'node:timers/promises'
import { createServer, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTestAuthority } from '../../../support/certificates.ts'
import { leadLocally, openTestExchange, requestOf } from '../http-exchange.ts'

const timeoutMs = 400
const maxResponseBytes = 20_000

let authorities: string[]
let port = 0
let speak: (socket: TLSSocket) => void
let asked = 0
const sockets = new Set<Socket>()
const transports: Socket[] = []
let close: () => Promise<void>

beforeAll(async () => {
  const authority = await createTestAuthority('Test CA')
  authorities = [authority.certificate]
  const own = await authority.sign()
  const server = createServer({ cert: own.certificate, key: own.privateKey }, socket => {
    sockets.add(socket.once('close', () => sockets.delete(socket)))
    socket.on('error', () => {})
    socket.on('data', () => {
      asked += 1
      speak(socket)
    })
  })
  server.on('connection', (socket: Socket) => transports.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  close = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
})
afterAll(() => close())
beforeEach(() => {
  asked = 0
  leadLocally()
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Writes for as long as the other side listens. */
const every = (socket: TLSSocket, text: string, pauseMs = 20) => {
  const timer = setInterval(() => socket.write(text), pauseMs)
  socket.once('close', () => clearInterval(timer))
}
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

async function ask(say: typeof speak, withinMs = 60_000, timeout = timeoutMs) {
  speak = say
  const exchange = await openTestExchange(`https://crm.example.com:${port}`, {
    timeoutMs: timeout,
    maxResponseBytes,
    connection: { authorities },
  })
  const answer = await exchange(requestOf(), withinMs)
  return answer.ok ? answer.value : { reason: answer.reason, note: answer.note }
}

describe('an upstream that', () => {
  test.each<[string, (socket: TLSSocket) => void, string, string | RegExp]>([
    ['says nothing', () => {}, 'upstream.timeout', 'TimeoutError'],
    [
      'drips its headers',
      socket => {
        socket.write('HTTP/1.1 200 OK\r\n')
        every(socket, 'x-a: b\r\n', 100)
      },
      'upstream.timeout',
      'TimeoutError',
    ],
    [
      'says for ever that it is about to answer',
      socket => every(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
      'upstream.timeout',
      'TimeoutError',
    ],
    [
      'drips its body',
      socket => {
        socket.write(`${head}content-length: 1000\r\n\r\n`)
        every(socket, ' ')
      },
      'upstream.timeout',
      'TimeoutError',
    ],
    [
      'never stops',
      socket => {
        socket.write(`${head}transfer-encoding: chunked\r\n\r\n`)
        every(socket, `1000\r\n${'x'.repeat(0x1000)}\r\n`, 1)
      },
      'upstream.invalid_response',
      'UND_ERR_RES_EXCEEDED_MAX_SIZE',
    ],
    [
      'answers with one byte more than is let through',
      socket =>
        socket.write(
          `${head}content-length: ${maxResponseBytes + 1}\r\n\r\n${'x'.repeat(maxResponseBytes + 1)}`,
        ),
      'upstream.invalid_response',
      'UND_ERR_RES_EXCEEDED_MAX_SIZE',
    ],
    [
      'has headers without end',
      socket => {
        socket.write('HTTP/1.1 200 OK\r\n')
        every(socket, `x-a: ${'b'.repeat(4000)}\r\n`, 1)
      },
      'upstream.invalid_response',
      'UND_ERR_HEADERS_OVERFLOW',
    ],
    ['hangs up before it answers', socket => socket.end(), 'upstream.unreachable', 'UND_ERR_SOCKET'],
    [
      'resets before it answers',
      () => transports.at(-1)?.resetAndDestroy(),
      'upstream.unreachable',
      /^(?:ECONNRESET|UND_ERR_SOCKET)$/,
    ],
    [
      'resets in the middle of its headers',
      socket => socket.write('HTTP/1.1 200 OK\r\nx-a: b\r\n', () => transports.at(-1)?.resetAndDestroy()),
      'upstream.unreachable',
      /^(?:ECONNRESET|UND_ERR_SOCKET)$/,
    ],
    [
      'resets in the middle of its body',
      socket =>
        socket.write(`${head}content-length: 100\r\n\r\n{"half":`, () =>
          transports.at(-1)?.resetAndDestroy(),
        ),
      'upstream.unreachable',
      /^(?:ECONNRESET|UND_ERR_SOCKET)$/,
    ],
    [
      'hangs up in the middle of its body',
      socket => socket.end(`${head}content-length: 100\r\n\r\n{"half":`),
      'upstream.unreachable',
      /^(?:UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
    ],
    [
      'gives two lengths of its body',
      socket => socket.write(`${head}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`),
      'upstream.invalid_response',
      /./,
    ],
    [
      'gives a length and chunks',
      socket =>
        socket.write(`${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`),
      'upstream.invalid_response',
      /./,
    ],
  ])('%s is given up within its time, and once', async (_, say, reason, note) => {
    expect(await ask(say)).toEqual({ reason, note: expect.stringMatching(note) })
    expect(asked).toBe(1)
    // Nothing of it goes on behind the answer.
    await vi.waitFor(() => expect(sockets.size).toBe(0))
  })

  test('answers at exactly the most that is let through is passed on', async () => {
    const body = 'x'.repeat(maxResponseBytes)
    const answer = await ask(socket => socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`))
    expect(answer).toMatchObject({ status: 200 })
  })

  test('redirects to a metadata address is told as it answered: nobody follows', async () => {
    const location = 'http://169.254.169.254/latest/meta-data/iam/security-credentials/'
    const answer = await ask(socket =>
      socket.write(`HTTP/1.1 302 Found\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`),
    )
    expect(answer).toMatchObject({ status: 302 })
    expect(asked).toBe(1)
  })

  test('is slow has no more time than is left of the request', async () => {
    expect(await ask(() => {}, 50, 25_000)).toMatchObject({ reason: 'upstream.timeout' })
  })
})

test('a connection is used again, and a new one is made where the last has been idle for too long', async () => {
  const clock = { wall: () => now, steady: () => now }
  let now = 1_000_000
  const before = transports.length
  speak = socket => socket.write(`${head}content-length: 2\r\n\r\n{}`)
  const exchange = await openTestExchange(
    `https://crm.example.com:${port}`,
    { connection: { authorities } },
    { clock },
  )
  const connectionsAfter = async (passedMs: number) => {
    now += passedMs
    expect((await exchange(requestOf(), 5000)).ok).toBe(true)
    // undici has a connection free again a moment after its answer.
    await pause()
    return transports.length - before
  }
  expect(await connectionsAfter(0)).toBe(1)
  expect(await connectionsAfter(30_000)).toBe(1)
  expect(await connectionsAfter(30_001)).toBe(2)
  await vi.waitFor(() =>
    expect(transports.slice(before).map(({ destroyed }) => destroyed)).toEqual([true, false]),
  )
})

test('no connection is used five minutes after it was made, however busy it was', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const before = transports.length
    speak = socket => socket.write(`${head}content-length: 2\r\n\r\n{}`)
    const exchange = await openTestExchange(
      `https://crm.example.com:${port}`,
      { connection: { authorities } },
      { clock: { wall: () => 0, steady: () => 0 } },
    )
    const connectionsAfter = async (passedMs: number) => {
      vi.setSystemTime(Date.now() + passedMs)
      expect((await exchange(requestOf(), 5000)).ok).toBe(true)
      await pause()
      return transports.length - before
    }
    expect(await connectionsAfter(0)).toBe(1)
    expect(await connectionsAfter(300_000)).toBe(1)
    expect(await connectionsAfter(1)).toBe(2)
  } finally {
    vi.useRealTimers()
  }
})

test('a server that takes the connection and nothing more is given up at the declared time', async () => {
  const held: Socket[] = []
  const server = createTcpServer(socket => held.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const exchange = await openTestExchange(
    `https://crm.example.com:${(server.address() as AddressInfo).port}`,
    { timeoutMs: 20_000, connection: { timeoutMs: 100 } },
  )
  expect(await exchange(requestOf(), 20_000)).toMatchObject({
    reason: 'upstream.timeout',
    note: 'UND_ERR_CONNECT_TIMEOUT',
  })
  for (const socket of held) socket.destroy()
  server.close()
})
