import { once } from 'node:events'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { setImmediate as pause } from 'node:timers/promises'
import tls, { createServer, type TLSSocket } from 'node:tls'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { deny } from '../../../../contract/decision.ts'
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

test('what proves the gate may take half of the time that is left, and what it lacks is not the upstream’s failure', async () => {
  const given: number[] = []
  const exchange = await openTestExchange(
    `https://crm.example.com:${port}`,
    { timeoutMs: 3000, connection: { authorities } },
    {
      credentials: async (_, __, withinMs) => {
        given.push(withinMs)
        return deny('credentials.unavailable')
      },
    },
  )
  const reasons = [await exchange(requestOf(), 1000), await exchange(requestOf(), 10_000)]
  expect(reasons).toMatchObject([
    { reason: 'credentials.unavailable' },
    { reason: 'credentials.unavailable' },
  ])
  expect(given.map((ms, i) => ms > 0 && ms <= (i === 0 ? 500 : 1500))).toEqual([true, true])
  expect(asked).toBe(0)
})

test('of an answer in chunks of one byte each no more is kept than its bytes', async () => {
  const count = 1024 * 1024
  speak = socket => {
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n`)
    socket.write('1\r\nx\r\n'.repeat(count))
  }
  const exchange = await openTestExchange(`https://crm.example.com:${port}`, {
    timeoutMs: 20_000,
    maxResponseBytes: count,
    connection: { authorities },
  })
  const before = heapUsed()
  const answer = exchange(requestOf(), 20_000)
  await vi.waitFor(() => expect(ours()?.bytesRead).toBeGreaterThanOrEqual(6 * count), 20_000)
  expect(heapUsed() - before).toBeLessThan(32 * count)
  for (const socket of sockets) socket.write('0\r\n\r\n')
  expect(await answer).toMatchObject({ ok: true, value: { body: { length: count } } })
})

/** The gate's own end of the last connection. */
const ours = (): TLSSocket | undefined => vi.mocked(tls.connect).mock.results.at(-1)?.value

/** Bytes, once all that nobody holds is gone. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

test.each(['wall', 'steady'] as const)(
  'a connection is used again, and a new one is made where the last has been idle for too long by the %s clock, if the other stands still',
  async ticking => {
    const clock = { wall: () => 1_000_000, steady: () => 1_000_000, [ticking]: () => now }
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
  },
)

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

describe('a server that takes the connection and nothing more is given up', () => {
  test.each([
    ['at the declared time', 100, 20_000, 'UND_ERR_CONNECT_TIMEOUT'],
    ['when no time is left of the request', 20_000, 100, 'TimeoutError'],
  ])('%s', async (_, connectMs, withinMs, note) => {
    let held = 0
    const server = createTcpServer(socket => {
      held += 1
      socket.resume().once('close', () => {
        held -= 1
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const exchange = await openTestExchange(
      `https://crm.example.com:${(server.address() as AddressInfo).port}`,
      { timeoutMs: 20_000, connection: { timeoutMs: connectMs } },
    )
    expect(await exchange(requestOf(), withinMs)).toMatchObject({ reason: 'upstream.timeout', note })
    // Nor does anything of it go on.
    await vi.waitFor(() => expect(held).toBe(0))
    server.close()
  })

  test('by one request, and not by another that has more time', async () => {
    let accept: (() => void) | undefined
    const server = createTcpServer(socket => {
      const through = connect(port, '127.0.0.1')
      accept = () => void socket.pipe(through).pipe(socket)
      for (const side of [socket, through]) side.on('error', () => {})
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    speak = socket => socket.write(`${head}content-length: 2\r\n\r\n{}`)
    const exchange = await openTestExchange(
      `https://crm.example.com:${(server.address() as AddressInfo).port}`,
      { timeoutMs: 20_000, connection: { timeoutMs: 20_000, authorities } },
    )
    const [hasty, patient] = [exchange(requestOf('POST /a'), 100), exchange(requestOf('POST /b'), 20_000)]
    expect(await hasty).toMatchObject({ reason: 'upstream.timeout' })
    accept?.()
    expect(await patient).toMatchObject({ ok: true })
    expect(asked).toBe(1)
    for (const socket of transports) socket.destroy()
    server.close()
  })
})
