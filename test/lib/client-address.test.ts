import { Access, ClientAddress } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { complaintOf, login, newApi, ok, synthesized } from './support.ts'

const manifestOf = (clientAddress?: ClientAddress) =>
  synthesized(api => api.addRoute('GET /a', { upstream: ok, access: Access.public() }), {
    issuers: [login],
    ...(clientAddress && { clientAddress }),
  }).gate('Stubs').manifest.clientAddress

describe('the address of a caller', () => {
  it('is that of whoever called API Gateway, unless proxies are declared', () => {
    expect(manifestOf()).toBeNull()
  })

  it('is what declared proxies say of theirs, as many of them as are declared', () => {
    const from = ['203.0.113.0/24', '2001:db8::/32']
    expect(manifestOf(ClientAddress.behindProxies({ from }))).toEqual({ from, hops: 1 })
    expect(manifestOf(ClientAddress.behindProxies({ from, hops: 10 }))).toEqual({ from, hops: 10 })
  })

  it('is what any proxy says, where that is declared with a reason', () => {
    const any = ClientAddress.unsafeBehindAnyProxy({
      hops: 2,
      reason: 'a resource policy admits the CDN alone',
    })
    expect(manifestOf(any)).toEqual({ from: null, hops: 2 })
  })

  it('is told in the contract as people say it', () => {
    const text = (clientAddress: ClientAddress) =>
      synthesized(api => api.addRoute('GET /a', { upstream: ok, access: Access.public() }), {
        clientAddress,
      }).template.toJSON().Metadata['Api clientAddress']
    expect(text(ClientAddress.behindProxies({ from: ['203.0.113.0/24'] }))).toBe(
      'behind a proxy at 203.0.113.0/24',
    )
    expect(text(ClientAddress.unsafeBehindAnyProxy({ hops: 2, reason: 'the CDN alone gets in' }))).toBe(
      'unsafe, behind 2 proxies in a row at any address: the CDN alone gets in',
    )
  })
})

describe('what is refused', () => {
  const behind = (options: unknown) => () => ClientAddress.behindProxies(options as never)
  const any = (options: unknown) => () => ClientAddress.unsafeBehindAnyProxy(options as never)
  const from = ['203.0.113.0/24']
  it.each([
    ['no range', behind({ from: [] }), 'ClientAddress.behindProxies from', 'an empty list'],
    ['no ranges', behind({}), 'ClientAddress.behindProxies from', 'nothing'],
    ['an address', behind({ from: ['203.0.113.7'] }), 'ClientAddress.behindProxies from[0]', '"203.0.113.7"'],
    [
      'bits beyond a prefix',
      behind({ from: ['10.0.0.1/8'] }),
      'ClientAddress.behindProxies from[0]',
      '"10.0.0.1/8"',
    ],
    [
      'every address',
      behind({ from: ['0.0.0.0/0'] }),
      'ClientAddress.behindProxies from[0]',
      '"0.0.0.0/0", which is every address',
    ],
    [
      'every address of IPv6',
      behind({ from: ['::/0'] }),
      'ClientAddress.behindProxies from[0]',
      '"::/0", which is every address',
    ],
    ['no hop', behind({ from, hops: 0 }), 'ClientAddress.behindProxies hops', '0'],
    ['too many hops', behind({ from, hops: 11 }), 'ClientAddress.behindProxies hops', '11'],
    ['a misspelt option', behind({ from, hop: 1 }), 'ClientAddress.behindProxies', 'unknown option "hop"'],
    ['any proxy for no reason', any({ hops: 1 }), 'ClientAddress.unsafeBehindAnyProxy reason', 'nothing'],
    [
      'another thing in its place',
      () => newApi({ clientAddress: '10.0.0.0/8' as never }),
      'S/Api clientAddress',
      '"10.0.0.0/8"',
    ],
  ])('%s', (_, declare, at, given) => {
    expect(complaintOf(declare)).toMatchObject({ at, given })
  })
})
