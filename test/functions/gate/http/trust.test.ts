import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { UpstreamKind } from '../../../../contract/upstream-manifest.ts'
import { type Certified, createTestAuthority, hoursFromNow, pinOf } from '../../../support/certificates.ts'
import { startTlsServer } from '../../../support/tls-server.ts'
import { leadLocally, openTestExchange, requestOf } from '../http-exchange.ts'

type Authority = Awaited<ReturnType<typeof createTestAuthority>>
type Connection = Partial<UpstreamKind<'http'>['connection']>

let ours: Authority
let other: Authority
beforeAll(async () => {
  ;[ours, other] = await Promise.all([createTestAuthority('Ours'), createTestAuthority('Other')])
})
const servers: Array<Awaited<ReturnType<typeof startTlsServer>>> = []
afterEach(() => Promise.all(servers.splice(0).map(server => server.close())))
beforeEach(leadLocally)
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

async function ask(own: Certified, connection: Connection = {}, options = {}, host = 'crm.example.com') {
  const server = await startTlsServer(own, options)
  servers.push(server)
  const exchange = await openTestExchange(`https://${host}:${server.port}`, {
    connection: { authorities: [ours.certificate], ...connection },
  })
  const answer = await exchange(requestOf(), 5000)
  if (!answer.ok) expect(server.asked).toEqual([])
  return answer.ok ? answer.value.status : [answer.reason, answer.note]
}

describe('an upstream is believed', () => {
  test('with a certificate of a declared authority, for its name, now', async () => {
    expect(await ask(await ours.sign())).toBe(200)
    expect(await ask(await ours.sign({ names: ['*.example.com'] }))).toBe(200)
  })

  test('by an intermediate authority alone, where that is the one declared', async () => {
    const below = await ours.intermediate('Below')
    const leaf = await below.sign()
    expect(await ask(leaf, { authorities: [below.certificate] })).toBe(200)
    const chain = { ...leaf, certificate: `${leaf.certificate}\n${below.certificate}` }
    expect(await ask(chain)).toBe(200)
    expect(await ask(await ours.sign(), { authorities: [below.certificate] })).toEqual([
      'upstream.untrusted',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ])
  })

  test('by one of several authorities', async () => {
    const authorities = [other.certificate, ours.certificate]
    expect(await ask(await other.sign(), { authorities })).toBe(200)
    expect(await ask(await ours.sign(), { authorities })).toBe(200)
  })

  test('with the declared public key, or another that is declared', async () => {
    const own = await ours.sign()
    const next = pinOf(await ours.sign()).slice(7)
    expect(await ask(own, { publicKeys: [next, pinOf(own).slice(7)] })).toBe(200)
  })
})

describe('an upstream is not believed', () => {
  test.each<[string, () => Promise<Certified>, string]>([
    ['whose authority is another', () => other.sign(), 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    [
      'whose certificate expired an hour ago',
      () => ours.sign({ validity: [hoursFromNow(-2), hoursFromNow(-1)] }),
      'CERT_HAS_EXPIRED',
    ],
    [
      'whose certificate is valid in an hour',
      () => ours.sign({ validity: [hoursFromNow(1), hoursFromNow(2)] }),
      'CERT_NOT_YET_VALID',
    ],
    [
      'with another name',
      () => ours.sign({ names: ['billing.example.com'] }),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'with a wildcard for names below it',
      () => ours.sign({ names: ['*.crm.example.com'] }),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'with a part of a name as wildcard',
      () => ours.sign({ names: ['cr*.example.com'] }),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    ['with a certificate for clients', () => ours.sign({ of: 'client' }), 'INVALID_PURPOSE'],
  ])('%s', async (_, sign, note) => {
    expect(await ask(await sign())).toEqual(['upstream.untrusted', note])
  })

  test('for a common name, where it proves no other', async () => {
    const authority = await createTestAuthority('crm.example.com')
    const own = await authority.sign({ names: [] })
    expect(await ask(own, { authorities: [authority.certificate] })).toEqual([
      'upstream.untrusted',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ])
  })

  test('by public authorities where it has one of its own', async () => {
    expect(await ask(await ours.sign(), { authorities: null })).toEqual([
      'upstream.untrusted',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ])
  })

  test('with another public key than declared, whatever else is right', async () => {
    const pin = pinOf(await ours.sign()).slice(7)
    expect(await ask(await ours.sign(), { publicKeys: [pin] })).toEqual([
      'upstream.untrusted',
      'PUBLIC_KEY_NOT_PINNED',
    ])
  })

  test('with the declared public key alone: authority and name are asked as well', async () => {
    const own = await other.sign({ names: ['billing.example.com'] })
    const publicKeys = [pinOf(own).slice(7)]
    expect(await ask(own, { publicKeys })).toEqual([
      'upstream.untrusted',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ])
    expect(await ask(own, { publicKeys, authorities: [other.certificate] })).toEqual([
      'upstream.untrusted',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ])
  })

  test('because the environment says that anyone is', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    expect(await ask(await other.sign())).toEqual(['upstream.untrusted', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'])
  })
})

describe('TLS 1.2', () => {
  const old = { maxVersion: 'TLSv1.2' }

  test('is not spoken', async () => {
    expect(await ask(await ours.sign(), {}, old)).toEqual([
      'upstream.untrusted',
      expect.stringMatching(/^ERR_SSL_.*(?:VERSION|PROTOCOL)/),
    ])
  })

  test('is where that is declared, with forward secrecy, and 1.3 where there is a choice', async () => {
    const minVersion = 'TLSv1.2'
    expect(await ask(await ours.sign(), { minVersion }, old)).toBe(200)
    expect(await ask(await ours.sign(), { minVersion }, { minVersion: 'TLSv1.3' })).toBe(200)
    expect(
      await ask(await ours.sign(), { minVersion }, { ...old, ciphers: 'ECDHE-ECDSA-AES128-SHA' }),
    ).toEqual(['upstream.untrusted', expect.stringMatching(/HANDSHAKE_FAILURE/)])
  })

  test.each(['TLSv1', 'TLSv1.1'])('declared is not %s', async maxVersion => {
    const older = { minVersion: 'TLSv1', maxVersion, ciphers: 'DEFAULT:@SECLEVEL=0' }
    expect(await ask(await ours.sign(), { minVersion: 'TLSv1.2' }, older)).toEqual([
      'upstream.untrusted',
      expect.stringMatching(/^ERR_SSL_/),
    ])
  })
})

test('each connection is proved anew: a session is not resumed', async () => {
  const resumed: boolean[] = []
  const server = await startTlsServer(await ours.sign())
  servers.push(server)
  server.answerWith((request, response) => {
    resumed.push((request.socket as TLSSocket).isSessionReused())
    response.writeHead(200, { connection: 'close' }).end('{}')
  })
  const exchange = await openTestExchange(`https://crm.example.com:${server.port}`, {
    connection: { authorities: [ours.certificate] },
  })
  for (let i = 0; i < 3; i += 1) expect((await exchange(requestOf(), 5000)).ok).toBe(true)
  expect(resumed).toEqual([false, false, false])
})

test('a server that speaks no TLS is not believed', async () => {
  const server = createServer(socket => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const exchange = await openTestExchange(`https://crm.example.com:${port}`)
  expect(await exchange(requestOf(), 5000)).toMatchObject({ ok: false, reason: 'upstream.untrusted' })
  server.close()
})
