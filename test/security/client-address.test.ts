import { Duration } from 'aws-cdk-lib'
import { Access, ClientAddress, Issuer, Limit, Output, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSmallCloud, upstreamOrigin } from './small-cloud.ts'

/** An API that lets two requests of one address through in an hour, and a rule that admits one range. */
const start = (clientAddress?: ClientAddress) =>
  startSmallCloud(stack => {
    const api = new ZeroTrustApi(stack, 'Api', {
      issuers: [
        Issuer.oidc('https://login.example.com', {
          audience: 'https://api.example.com',
          algorithms: ['ES256'],
        }),
      ],
      limits: { ip: Limit.perHour(2), budget: Duration.seconds(2) },
      ...(clientAddress && { clientAddress }),
    })
    const upstream = Upstream.http(upstreamOrigin)
    const output = Output.unsafeAny('a test of addresses')
    api.addRoute('GET /open', { upstream, output, access: Access.public() })
    api.addRoute('GET /office', {
      upstream,
      output,
      access: Access.token({ rule: "source.ip.inRange('198.51.100.0/24')" }),
      limits: { ip: Limit.unsafeNone('a test of rules') },
    })
  })

type Cloud = Awaited<ReturnType<typeof start>>
const from = (...way: string[]) => ({ headers: { 'x-forwarded-for': way.join(', ') } })
const statuses = async (cloud: Cloud, ways: ReadonlyArray<readonly string[]>) => {
  const found: number[] = []
  for (const way of ways) found.push((await fetch(`${cloud.url}/open`, from(...way))).status)
  return found
}

describe('behind a declared proxy, which this machine is', () => {
  let cloud: Cloud
  beforeAll(async () => {
    cloud = await start(ClientAddress.behindProxies({ from: ['127.0.0.0/8'], hops: 1 }))
  })
  afterAll(() => cloud.close())

  test('callers are counted each by the address that the proxy names', async () => {
    expect(await statuses(cloud, [['192.0.2.1'], ['192.0.2.1'], ['192.0.2.1']])).toEqual([200, 200, 429])
    expect(await statuses(cloud, [['192.0.2.2']])).toEqual([200])
  })

  test('nobody gets a count of their own by what they write before it', async () => {
    const ways = [1, 2, 3].map(i => [`203.0.113.${i}`, '192.0.2.3'])
    expect(await statuses(cloud, ways)).toEqual([200, 200, 429])
  })

  test('a caller with all of an IPv6 /64 is one', async () => {
    const ways = ['2001:db8::1', '2001:db8::2:1', '2001:db8::ffff'].map(address => [address])
    expect(await statuses(cloud, ways)).toEqual([200, 200, 429])
    expect(await statuses(cloud, [['2001:db8:0:1::1']])).toEqual([200])
  })

  test('a proxy that names nobody is counted itself, with all its callers', async () => {
    expect(await statuses(cloud, [['unknown'], ['-'], ['not an address']])).toEqual([200, 200, 429])
  })

  test('a rule’s source.ip is the caller', async () => {
    expect((await cloud.call('/office', {}, from('198.51.100.7'))).status).toBe(200)
    await cloud.expectDenied(() => cloud.call('/office', {}, from('192.0.2.1')), 'rule.not_met', [
      403,
      'access.denied',
    ])
    await cloud.expectDenied(
      () => cloud.call('/office', {}, from('198.51.100.7', '192.0.2.1')),
      'rule.not_met',
      [403, 'access.denied'],
    )
  })
})

describe('without a declared proxy, or from another address than its own', () => {
  test.each([
    ['nothing declared', undefined],
    ['a proxy elsewhere', ClientAddress.behindProxies({ from: ['203.0.113.0/24'] })],
  ])('nobody gets a count of their own by naming an address: %s', async (_, clientAddress) => {
    const cloud = await start(clientAddress)
    try {
      expect(await statuses(cloud, [['192.0.2.1'], ['192.0.2.2'], ['192.0.2.3']])).toEqual([200, 200, 429])
    } finally {
      await cloud.close()
    }
  })
})
