import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Lookup } from '../../../../functions/gate/upstreams/http/connection/guarded-lookup.ts'
import { createTestAuthority } from '../../../support/certificates.ts'
import { startTlsServer } from '../../../support/tls-server.ts'
import { leadLocally, openTestExchange, requestOf, resolvingTo } from '../http-exchange.ts'

let server: Awaited<ReturnType<typeof startTlsServer>>
let authorities: string[]
beforeAll(async () => {
  const authority = await createTestAuthority('Test CA')
  authorities = [authority.certificate]
  server = await startTlsServer(await authority.sign({ names: ['crm.example.com', '127.0.0.1'] }))
})
afterAll(() => server.close())
beforeEach(leadLocally)
afterEach(() => {
  vi.restoreAllMocks()
})

const ask = async (lookup: Lookup, network: 'public' | 'private' = 'public', host = 'crm.example.com') => {
  const before = server.connections()
  const exchange = await openTestExchange(
    `https://${host}:${server.port}`,
    { connection: { authorities, network } },
    { lookup },
  )
  const answer = await exchange(requestOf(), 5000)
  return { answer, connected: server.connections() - before }
}

describe('a name that resolves', () => {
  test('to a public address is connected to', async () => {
    const { answer, connected } = await ask(resolvingTo('192.0.2.1'))
    expect(answer).toMatchObject({ ok: true, value: { status: 200 } })
    expect(connected).toBe(1)
  })

  test.each<[string, string[], string]>([
    ['to loopback', ['127.0.0.1'], 'loopback'],
    ['to loopback in IPv6', ['::1'], 'loopback'],
    ['to the metadata service', ['169.254.169.254'], 'link-local'],
    ['to a private address', ['10.0.0.7'], 'private'],
    ['to loopback in disguise', ['::ffff:127.0.0.1'], 'reserved'],
    ['to a public address and a private one', ['192.0.2.1', '10.0.0.7'], 'private'],
    ['to a private address and a public one', ['10.0.0.7', '192.0.2.1'], 'private'],
    ['to a public address and the metadata service in IPv6', ['192.0.2.1', 'fd00:ec2::254'], 'metadata'],
  ])('%s is refused, and no connection is made', async (_, addresses, note) => {
    const { answer, connected } = await ask(resolvingTo(...addresses))
    expect(answer).toEqual({ ok: false, reason: 'upstream.address_refused', note })
    expect(connected).toBe(0)
  })

  test('to a private address is connected to where that is declared; to loopback it is not', async () => {
    expect((await ask(resolvingTo('10.0.0.7'), 'private')).answer.ok).toBe(true)
    for (const address of ['127.0.0.1', '169.254.169.254', 'fd00:ec2::254']) {
      const { answer, connected } = await ask(resolvingTo('10.0.0.7', address), 'private')
      expect(answer).toMatchObject({ ok: false, reason: 'upstream.address_refused' })
      expect(connected).toBe(0)
    }
  })

  test('to something else each time is judged each time it is connected to', async () => {
    const answers = ['192.0.2.1', '127.0.0.1']
    const lookup: Lookup = (...given) => resolvingTo(answers.shift() ?? '127.0.0.1')(...given)
    const exchange = await openTestExchange(
      `https://crm.example.com:${server.port}`,
      { connection: { authorities } },
      { lookup },
    )
    server.answerWith((_, response) => response.writeHead(200, { connection: 'close' }).end('{}'))
    expect(await exchange(requestOf(), 5000)).toMatchObject({ ok: true })
    expect(await exchange(requestOf(), 5000)).toMatchObject({ reason: 'upstream.address_refused' })
  })

  test('to nothing is unreachable', async () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND'), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
    })
    const lookup: Lookup = (_, __, done) => done(error, [])
    expect((await ask(lookup)).answer).toEqual({
      ok: false,
      reason: 'upstream.unreachable',
      note: 'ENOTFOUND',
    })
  })
})

test.each([
  ['127.0.0.1', 'loopback'],
  ['2130706433', 'loopback'],
  ['[::1]', 'loopback'],
  ['[::ffff:127.0.0.1]', 'reserved'],
])('the address %s, which nothing resolves, is refused as well', async (host, note) => {
  const { answer, connected } = await ask(resolvingTo('192.0.2.1'), 'private', host)
  expect(answer).toEqual({ ok: false, reason: 'upstream.address_refused', note })
  expect(connected).toBe(0)
})

test('the name of this machine is refused by what this machine’s own resolver says', async () => {
  vi.restoreAllMocks()
  const exchange = await openTestExchange(
    `https://localhost:${server.port}`,
    { connection: { authorities } },
    { lookup: undefined },
  )
  expect(await exchange(requestOf(), 5000)).toMatchObject({ reason: 'upstream.address_refused' })
})
