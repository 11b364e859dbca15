import tls, { type TLSSocket, type TlsOptions } from 'node:tls'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { allow } from '../../../../contract/decision.ts'
import {
  createClientCertificate,
  type ReadSecret,
} from '../../../../functions/gate/upstreams/http/connection/client-certificate.ts'
import type { Credentials } from '../../../../functions/gate/upstreams/http/credentials/credentials.ts'
import {
  type Certified,
  createTestAuthority,
  hoursFromNow,
  selfSignedRsa,
} from '../../../support/certificates.ts'
import { serialOf, startTlsServer } from '../../../support/tls-server.ts'
import { leadLocally, openTestExchange, requestOf } from '../http-exchange.ts'

type Authority = Awaited<ReturnType<typeof createTestAuthority>>
const ttlMs = 300_000

let servers: Authority
let clients: Authority
let first: Certified
let second: Certified
beforeAll(async () => {
  ;[servers, clients] = await Promise.all([createTestAuthority('Servers'), createTestAuthority('Clients')])
  ;[first, second] = await Promise.all([
    clients.sign({ of: 'client', names: ['gate'] }),
    clients.sign({ of: 'client', names: ['gate'] }),
  ])
})

/** Secrets Manager, and a clock beside it. */
function secretHolding(certified: Certified | string | Error) {
  let now = Date.now()
  let held = certified
  let reads = 0
  let waiting: Promise<void> | undefined
  const read: ReadSecret = async () => {
    reads += 1
    const value = held
    await waiting
    if (value instanceof Error) throw value
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return { version: text, value: text }
  }
  return {
    read,
    clock: { wall: () => now, steady: () => now },
    reads: () => reads,
    pass: (ms: number) => {
      now += ms
    },
    hold: (next: typeof held) => {
      held = next
    },
    hang: (until: Promise<void>) => {
      waiting = until
    },
  }
}
const unreachable = Object.assign(new Error('connect'), { name: 'TimeoutError' })
/** The gate's own end of the last connection. */
const ours = (): TLSSocket | undefined => vi.mocked(tls.connect).mock.results.at(-1)?.value
const settled = () => new Promise(done => setImmediate(done))

describe('a certificate from a secret', () => {
  const open = (secret: ReturnType<typeof secretHolding>) => {
    const troubles: string[] = []
    const certificate = createClientCertificate(secret.read, ttlMs, {
      clock: secret.clock,
      trouble: note => troubles.push(note),
    })
    return {
      ...certificate,
      troubles,
      shown: async () => {
        const current = await certificate.current(1000)
        return current.ok ? current.value.certificate : [current.reason, current.note]
      },
    }
  }

  test('is read once, and used until it is as old as declared; then it is read beside the requests', async () => {
    const secret = secretHolding(first)
    const certificate = open(secret)
    for (let i = 0; i < 3; i += 1) expect(await certificate.shown()).toBe(first.certificate)
    secret.pass(ttlMs - 1)
    secret.hold(second)
    expect(await certificate.shown()).toBe(first.certificate)
    expect(secret.reads()).toBe(1)
    secret.pass(1)
    expect(await certificate.shown()).toBe(first.certificate)
    await settled()
    expect(await certificate.shown()).toBe(second.certificate)
    expect(secret.reads()).toBe(2)
  })

  test('is read once for all who need it at a time', async () => {
    const secret = secretHolding(first)
    const certificate = open(secret)
    await Promise.all(Array.from({ length: 50 }, () => certificate.shown()))
    expect(secret.reads()).toBe(1)
  })

  test('is shown while there is no other to be had, until it expires, and not after', async () => {
    const expiring = await clients.sign({ of: 'client', validity: [hoursFromNow(-1), hoursFromNow(1)] })
    const secret = secretHolding(expiring)
    const certificate = open(secret)
    await certificate.shown()
    secret.hold(unreachable)
    // Certificates are valid to the second.
    secret.pass(60 * 60_000 - 2000)
    expect(await certificate.shown()).toBe(expiring.certificate)
    await settled()
    expect(await certificate.shown()).toBe(expiring.certificate)
    expect(certificate.troubles).toEqual(['the certificate for the upstream cannot be renewed: TimeoutError'])
    secret.pass(3000)
    expect(await certificate.shown()).toEqual(['upstream.certificate_unavailable', 'expired'])
    secret.hold(first)
    secret.pass(1000)
    expect(await certificate.shown()).toBe(first.certificate)
  })

  test.each([
    ['expired already', -2, -1],
    ['is not valid yet', 1, 2],
  ])('that %s replaces none that is valid', async (_, from, to) => {
    const untimely = await clients.sign({ of: 'client', validity: [hoursFromNow(from), hoursFromNow(to)] })
    const secret = secretHolding(first)
    const certificate = open(secret)
    await certificate.shown()
    secret.hold(untimely)
    secret.pass(ttlMs)
    await certificate.shown()
    await settled()
    expect(await certificate.shown()).toBe(first.certificate)
    expect(certificate.troubles).toEqual([
      'the certificate for the upstream cannot be renewed: UnusableSecret: not valid now',
    ])
  })

  test('that is not valid yet is shown where there is no other, and replaces one as soon as it is valid', async () => {
    const early = await clients.sign({ of: 'client', validity: [hoursFromNow(0.5), hoursFromNow(2)] })
    expect(await open(secretHolding(early)).shown()).toBe(early.certificate)
    const secret = secretHolding(first)
    const certificate = open(secret)
    await certificate.shown()
    secret.hold(early)
    secret.pass(30 * 60_000)
    await certificate.shown()
    await settled()
    expect(await certificate.shown()).toBe(early.certificate)
  })

  test.each<[string, () => Certified | string | Error, string]>([
    ['that cannot be reached', () => unreachable, 'TimeoutError'],
    ['without JSON', () => 'not-json-k3wz9q', 'UnusableSecret: not JSON'],
    [
      'with JSON of another kind',
      () => '[]',
      'UnusableSecret: not a text each as certificate and privateKey',
    ],
    ['of null', () => 'null', 'UnusableSecret: not a text each as certificate and privateKey'],
    [
      'without a key',
      () => JSON.stringify({ certificate: first.certificate }),
      'UnusableSecret: not a text each as certificate and privateKey',
    ],
    [
      'with the key of another',
      () => ({ ...first, privateKey: second.privateKey }),
      'UnusableSecret: the key is of another certificate',
    ],
    [
      'with a key that is no PEM',
      () => ({ ...first, privateKey: 'k3wz9q' }),
      'UnusableSecret: the key cannot be read, or is encrypted',
    ],
    [
      'with an intermediate certificate that is none',
      () => ({
        ...first,
        certificate: `${first.certificate}\n-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----`,
      }),
      'UnusableSecret: TLS does not take it',
    ],
    [
      'with a certificate that is none',
      () => ({ ...first, certificate: 'k3wz9q' }),
      'UnusableSecret: the certificate cannot be read',
    ],
  ])('%s is no certificate at first, and replaces none later', async (_, made, note) => {
    const secret = secretHolding(made())
    const certificate = open(secret)
    expect(await certificate.shown()).toEqual(['upstream.certificate_unavailable', note])
    secret.hold(first)
    // Not asked again at once ...
    expect(await certificate.shown()).toEqual(['upstream.certificate_unavailable', note])
    expect(secret.reads()).toBe(1)
    // ... but a second later.
    secret.pass(1000)
    expect(await certificate.shown()).toBe(first.certificate)
    secret.hold(made())
    secret.pass(ttlMs)
    await certificate.shown()
    await settled()
    expect(await certificate.shown()).toBe(first.certificate)
    expect(secret.reads()).toBe(3)
  })

  test('is not waited for longer than a request has time', async () => {
    const secret = secretHolding(first)
    let release = () => {}
    secret.hang(new Promise(done => (release = done)))
    const certificate = open(secret)
    expect(await certificate.current(20)).toMatchObject({ reason: 'upstream.certificate_unavailable' })
    release()
    await settled()
    expect(await certificate.shown()).toBe(first.certificate)
    expect(secret.reads()).toBe(1)
  })

  test('is asked for anew for one that an upstream refused, five seconds apart', async () => {
    const secret = secretHolding(first)
    const certificate = open(secret)
    const current = await certificate.current(1000)
    if (!current.ok) throw new Error(current.reason)
    expect(await certificate.replacing(current.value, 1000)).toBeUndefined()
    expect(secret.reads()).toBe(1)
    secret.pass(5000)
    expect(await certificate.replacing(current.value, 1000)).toBeUndefined()
    expect(secret.reads()).toBe(2)
    secret.hold(second)
    secret.pass(4999)
    expect(await certificate.replacing(current.value, 1000)).toBeUndefined()
    secret.pass(1)
    expect(await certificate.replacing(current.value, 1000)).toMatchObject({
      certificate: second.certificate,
    })
    expect(secret.reads()).toBe(3)
  })
})

test('a certificate and credentials are fetched beside each other while a gate loads, and it is open with both', async () => {
  const secret = secretHolding(first)
  const credentials = Promise.withResolvers<Credentials>()
  const opened = vi.fn()
  const opening = openTestExchange(
    'https://crm.example.com',
    {
      connection: {
        clientCertificate: { secret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a', ttlMs },
      },
    },
    { readSecret: secret.read, clock: secret.clock, credentials: credentials.promise },
  ).then(opened)
  await vi.waitFor(() => expect(secret.reads()).toBe(1))
  await settled()
  expect(opened).not.toHaveBeenCalled()
  credentials.resolve(async outgoing => allow(outgoing))
  await opening
  expect(opened).toHaveBeenCalled()
})

describe('an upstream that asks for a certificate', () => {
  const running: Array<Awaited<ReturnType<typeof startTlsServer>>> = []
  beforeEach(leadLocally)
  afterEach(async () => {
    vi.restoreAllMocks()
    for (const server of running.splice(0)) await server.close()
  })

  async function start(secret: ReturnType<typeof secretHolding> | null, options: TlsOptions = {}) {
    const server = await startTlsServer(await servers.sign(), {
      requestCert: true,
      rejectUnauthorized: true,
      ca: clients.certificate,
      ...options,
    })
    running.push(server)
    const exchange = await openTestExchange(
      `https://crm.example.com:${server.port}`,
      {
        connection: {
          authorities: [servers.certificate],
          clientCertificate: secret && {
            secret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a',
            ttlMs,
          },
        },
      },
      secret ? { readSecret: secret.read, clock: secret.clock } : {},
    )
    const ask = async (key: Parameters<typeof requestOf>[0] = 'GET /deals') => {
      const answer = await exchange(requestOf(key), 5000)
      return answer.ok ? answer.value.status : [answer.reason, answer.note]
    }
    return { server, ask }
  }

  test('is shown it', async () => {
    const { server, ask } = await start(secretHolding(first))
    expect(await ask()).toBe(200)
    expect(server.shown).toEqual([serialOf(first)])
  })

  test('refuses a gate without one', async () => {
    const { server, ask } = await start(null)
    expect(await ask()).toEqual(['upstream.untrusted', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'])
    expect(server.asked).toEqual([])
  })

  test('is not asked where there is none to be had', async () => {
    const { server, ask } = await start(secretHolding(unreachable))
    expect(await ask()).toEqual(['upstream.certificate_unavailable', 'TimeoutError'])
    expect(server.connections()).toBe(0)
  })

  test('refuses one that it does not know, and is shown the next as soon as there is one', async () => {
    const stranger = await servers.sign({ of: 'client', names: ['gate'] })
    const secret = secretHolding(stranger)
    const { server, ask } = await start(secret)
    // Node hangs up without a word.
    expect(await ask()).toEqual(['upstream.unreachable', expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/)])
    secret.hold(first)
    secret.pass(5000)
    expect(await ask()).toEqual(['upstream.unreachable', expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/)])
    await settled()
    expect(await ask()).toBe(200)
    expect(server.shown).toEqual([serialOf(first)])
  })

  test('and says that it takes another is shown the next at once: it has read nothing, so this is no second request', async () => {
    // A client has nothing to show where its key is of a kind that the server does not take: the alert is that of no certificate.
    const secret = secretHolding(await selfSignedRsa())
    const { server, ask } = await start(secret, { sigalgs: 'ecdsa_secp256r1_sha256' })
    expect(await ask('POST /deals')).toEqual([
      'upstream.untrusted',
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    ])
    secret.hold(first)
    secret.pass(5000)
    expect(await ask('POST /deals')).toBe(200)
    expect(server.asked).toEqual(['POST /deals'])
    expect(server.shown).toEqual([serialOf(first)])
  })

  test.each([
    ['before it answers', ''],
    ['while it answers', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"a'],
  ])(
    'and has answered others, then refuses it %s is asked once: it may have read this request',
    async (_, begins) => {
      const secret = secretHolding(first)
      const { server, ask } = await start(secret)
      expect(await ask()).toBe(200)
      // undici has the connection free again a moment after its answer.
      await settled()
      secret.hold(second)
      secret.pass(5000)
      const revoked = Object.assign(new Error('alert'), { code: 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED' })
      server.answerWith(({ socket }) => {
        socket.write(begins, () => setImmediate(() => ours()?.destroy(revoked)))
      })
      expect(await ask('POST /deals')).toEqual(['upstream.unreachable', revoked.code])
      expect(server.asked).toEqual(['GET /deals', 'POST /deals'])
      expect(server.connections()).toBe(1)
    },
  )

  test('sees the old and the new one when it is replaced in mid-traffic, and no request fails', async () => {
    const secret = secretHolding(first)
    const { server, ask } = await start(secret)
    server.answerWith((_, response) => {
      setTimeout(() => response.writeHead(200).end('{}'), 5)
    })
    let done = 0
    const traffic = async () => {
      for (let i = 0; i < 20; i += 1) {
        expect(await ask()).toBe(200)
        done += 1
        if (done === 40) {
          secret.hold(second)
          secret.pass(ttlMs)
        }
      }
    }
    await Promise.all(Array.from({ length: 4 }, traffic))
    expect(done).toBe(80)
    expect(new Set(server.shown)).toEqual(new Set([serialOf(first), serialOf(second)]))
    // Those that showed the old one have ended.
    expect(server.shown.at(-1)).toBe(serialOf(second))
    await vi.waitFor(() => expect(server.showing(serialOf(first))).toBe(0))
    expect(server.showing(serialOf(second))).toBeGreaterThan(0)
  })
})
