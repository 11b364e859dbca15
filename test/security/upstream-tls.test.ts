import { Duration, Size, type Stack } from 'aws-cdk-lib'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import {
  Access,
  ClientCertificate,
  type HttpUpstreamOptions,
  Output,
  Trust,
  Upstream,
  ZeroTrustApi,
} from 'sallyport'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ReasonCode } from '../../contract/reasons.ts'
import { type LocalCloud, startCloud } from '../../local/cloud.ts'
import { type Assemblies, createAssemblies } from '../local/assemblies.ts'
import { type Certified, createTestAuthority, hoursFromNow, pinOf } from '../support/certificates.ts'
import { startRecorder } from '../support/deal-desk.ts'
import { type Answers, serialOf, startTlsServer } from '../support/tls-server.ts'
import { expectRefusal } from './answers.ts'

// The deployed bundles, and TLS all the way: each name leads to the server itself.

type Authority = Awaited<ReturnType<typeof createTestAuthority>>
type TlsServer = Awaited<ReturnType<typeof startTlsServer>>

let ours: Authority
let other: Authority
let clients: Authority
let server: Certified
let client: Certified
let nextClient: Certified

let crm: TlsServer
let mutual: TlsServer
let plain: Awaited<ReturnType<typeof startRecorder>>
let assemblies: Assemblies
let cloud: LocalCloud
const logs: Array<Record<string, unknown>> = []
const lines: string[] = []
let secret = ''

const certified = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:crm/gate-a1B2c3'
const json: Answers = (_, response) =>
  response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end('{"ok":true}')

function declare(stack: Stack): void {
  const api = new ZeroTrustApi(stack, 'Api')
  const add = (name: string, host: string, options: HttpUpstreamOptions) =>
    api.addRoute(`GET /${name}` as 'GET /', {
      upstream: api.addUpstream(name, Upstream.http(`https://${host}`, options)),
      access: Access.public(),
      output: Output.unsafeAny('a test of TLS'),
    })
  const trust = Trust.authorities(ours.certificate)
  const clientCertificate = ClientCertificate.fromSecret(
    Secret.fromSecretCompleteArn(stack, 'Certificate', certified),
    { cacheTtl: Duration.seconds(5) },
  )
  const empty = ClientCertificate.fromSecret(new Secret(stack, 'Empty'))
  add('own', 'crm.example.com', { trust, timeout: Duration.seconds(1), maxResponse: Size.kibibytes(50) })
  add('public', 'public.example.com', {})
  add('pinned', 'pinned.example.com', { trust: trust.withPublicKeys(pinOf(server)) })
  add('old', 'old.example.com', { trust, unsafeTls12: 'a test of it' })
  add('mutual', 'mutual.example.com', { trust, clientCertificate })
  add('anonymous', 'anonymous.example.com', { trust })
  add('empty', 'empty.example.com', { trust, clientCertificate: empty })
  add('played', 'played.example.com', { trust })
}

const names = ['crm', 'public', 'pinned', 'old', 'mutual', 'anonymous', 'empty', 'played'].map(
  name => `${name}.example.com`,
)

beforeAll(async () => {
  ;[ours, other, clients] = await Promise.all([
    createTestAuthority('Ours'),
    createTestAuthority('Other'),
    createTestAuthority('Clients'),
  ])
  ;[server, client, nextClient] = await Promise.all([
    ours.sign({ names }),
    clients.sign({ of: 'client', names: ['gate'] }),
    clients.sign({ of: 'client', names: ['gate'] }),
  ])
  secret = JSON.stringify(client)
  ;[crm, mutual, plain] = await Promise.all([
    startTlsServer(server),
    startTlsServer(server, { requestCert: true, ca: clients.certificate }),
    startRecorder(),
  ])
  assemblies = createAssemblies()
  const own = `tls://127.0.0.1:${crm.port}`
  const asking = `tls://127.0.0.1:${mutual.port}`
  cloud = await startCloud({
    assembly: assemblies.synthesize(declare),
    upstreams: {
      'https://crm.example.com': own,
      'https://public.example.com': own,
      'https://pinned.example.com': own,
      'https://old.example.com': own,
      'https://mutual.example.com': asking,
      'https://anonymous.example.com': asking,
      'https://empty.example.com': asking,
      'https://played.example.com': plain.origin,
    },
    secrets: { [certified]: () => secret },
    onLog: line => {
      lines.push(line)
      if (line.includes('"denied"')) logs.push(JSON.parse(line))
    },
  })
})
afterAll(async () => {
  await cloud.close()
  await Promise.all([crm.close(), mutual.close(), plain.close()])
  assemblies.remove()
})
beforeEach(() => {
  crm.present(server)
  crm.answerWith(json)
  mutual.answerWith(json)
})

const ask = (name: string) => fetch(`${cloud.url}/${name}`, { redirect: 'manual' })

async function expectDenied(name: string, status: number, reason: ReasonCode, note: unknown) {
  const problem = await expectRefusal(await ask(name), status, reason)
  const line = await vi.waitFor(() => {
    const found = logs.find(({ requestId }) => requestId === problem.requestId)
    if (!found) throw new Error('not logged yet')
    return found
  })
  expect(line).toMatchObject({ reason, note })
}

describe('an upstream whose own server is met', () => {
  test('is believed with the declared authority, name and key', async () => {
    expect((await ask('own')).status).toBe(200)
    expect((await ask('pinned')).status).toBe(200)
  })

  test.each<[string, () => Promise<Certified>, string]>([
    ['of another authority', () => other.sign({ names }), 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    [
      'that expired',
      () => ours.sign({ names, validity: [hoursFromNow(-2), hoursFromNow(-1)] }),
      'CERT_HAS_EXPIRED',
    ],
    ['of another host', () => ours.sign({ names: ['evil.example.com'] }), 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('with a certificate %s gets 502, and no request', async (_, sign, note) => {
    crm.present(await sign())
    const before = crm.asked.length
    await expectDenied('own', 502, 'upstream.untrusted', note)
    expect(crm.asked.length).toBe(before)
    // And is asked again once it is itself.
    crm.present(server)
    expect((await ask('own')).status).toBe(200)
  })

  test('with another key than the declared one gets 502, and no request', async () => {
    crm.present(await ours.sign({ names }))
    const before = crm.asked.length
    await expectDenied('pinned', 502, 'upstream.untrusted', 'PUBLIC_KEY_NOT_PINNED')
    expect(crm.asked.length).toBe(before)
  })

  test('of an authority of its own, where public ones are declared, gets 502', async () => {
    await expectDenied('public', 502, 'upstream.untrusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })

  test('that speaks TLS 1.2 at the most gets 502, unless that is declared', async () => {
    crm.present(server, { maxVersion: 'TLSv1.2' })
    await expectDenied('own', 502, 'upstream.untrusted', expect.stringMatching(/^ERR_SSL_.*VERSION/))
    expect((await ask('old')).status).toBe(200)
  })

  test('that is played by a server without TLS is met as one of the local authority', async () => {
    expect((await ask('played')).status).toBe(200)
    expect(plain.received).toHaveLength(1)
  })
})

describe('an upstream that asks for a certificate', () => {
  test('gets 502 of a gate that has none to show, and no request', async () => {
    const before = mutual.asked.length
    await expectDenied('anonymous', 502, 'upstream.untrusted', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
    expect(mutual.asked.length).toBe(before)
  })

  test('is not called while the secret has no value, and that is said at the start', async () => {
    const before = mutual.connections()
    await expectDenied('empty', 503, 'upstream.certificate_unavailable', 'ResourceNotFoundException')
    expect(mutual.connections()).toBe(before)
    expect(cloud.secretsWithoutValue()).toEqual([expect.stringContaining('Empty')])
  })

  test('sees the new one when it is replaced in mid-traffic, without a request that fails', async () => {
    mutual.shown.length = 0
    expect((await ask('mutual')).status).toBe(200)
    secret = JSON.stringify(nextClient)
    await vi.waitFor(
      async () => {
        const statuses = await Promise.all([ask('mutual'), ask('mutual')])
        expect(statuses.map(({ status }) => status)).toEqual([200, 200])
        // What fails of this is waited for; what fails above is not.
        if (mutual.shown.at(-1) !== serialOf(nextClient)) throw new Error('not yet')
      },
      { timeout: 15_000, interval: 250 },
    )
    expect(mutual.shown[0]).toBe(serialOf(client))
    expect(new Set(mutual.shown)).toEqual(new Set([serialOf(client), serialOf(nextClient)]))
  })

  test('never has its key in a log', () => {
    expect(lines.join()).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE/)
  })
})

describe('an upstream that answers', () => {
  test.each<[string, Answers, number, ReasonCode, string]>([
    [
      'with a redirect to the metadata service is not followed',
      (_, response) =>
        response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
      502,
      'upstream.invalid_response',
      'status 302: not declared',
    ],
    ['never', () => {}, 504, 'upstream.timeout', 'TimeoutError'],
    [
      'drop by drop',
      (_, response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write(' '), 50)
        response.once('close', () => clearInterval(drip))
      },
      504,
      'upstream.timeout',
      'TimeoutError',
    ],
    [
      'without end',
      (_, response) => {
        response.writeHead(200)
        const pour = setInterval(() => response.write('x'.repeat(10_000)), 1)
        response.once('close', () => clearInterval(pour))
      },
      502,
      'upstream.invalid_response',
      'UND_ERR_RES_EXCEEDED_MAX_SIZE',
    ],
    [
      'with headers beyond measure',
      (_, response) => response.writeHead(200, { 'x-a': 'b'.repeat(17_000) }).end(),
      502,
      'upstream.invalid_response',
      'UND_ERR_HEADERS_OVERFLOW',
    ],
    [
      'and hangs up',
      (request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('x')
        setTimeout(() => request.socket.destroy(), 20)
      },
      502,
      'upstream.unreachable',
      'UND_ERR_SOCKET',
    ],
  ])('%s', async (_, answers, status, reason, note) => {
    crm.answerWith(answers)
    const before = crm.asked.length
    await expectDenied('own', status, reason, note)
    expect(crm.asked.length - before).toBe(1)
  })
})
