import { networkOf, readAddressRange } from '../../contract/address-range.ts'
import type { ClientAddressManifest } from '../../contract/client-address.ts'
import { headerValues } from './header-values.ts'

/** What of an event tells whom it comes from. */
interface Called {
  readonly requestContext?: { readonly identity?: { readonly sourceIp?: unknown } } | null
  readonly multiValueHeaders?: Record<string, string[] | undefined> | null
}

/**
 * Says the caller's address: whoever called API Gateway, unless that is a declared proxy. Then what the proxies wrote into
 * `x-forwarded-for` counts, read from its end. Everything further left is a caller's own word, and would make a counter of
 * one's own for every request. Empty where nobody says.
 */
export function clientAddresses(clientAddress: ClientAddressManifest | null): (event: Called) => string {
  const isProxy = clientAddress && proxiesOf(clientAddress)
  return ({ requestContext, multiValueHeaders }) => {
    const sourceIp = requestContext?.identity?.sourceIp
    const peer = typeof sourceIp === 'string' ? sourceIp : ''
    if (!clientAddress || !isProxy) return peer
    const forwarded = headerValues(multiValueHeaders, 'x-forwarded-for').flatMap(line => line.split(','))
    const way = forwarded.map(address => address.trim())
    // API Gateway writes its own caller down last.
    if (way.at(-1) !== peer) way.push(peer)
    let address = peer
    for (let hop = 0; hop < clientAddress.hops; hop += 1) {
      const before = way.at(-2 - hop)
      // A proxy that does not say whom it speaks for is the caller itself: all its callers count as one.
      if (!isProxy(address) || before === undefined || networkOf(before) === undefined) break
      address = before
    }
    return address
  }
}

function proxiesOf({ from }: ClientAddressManifest): (address: string) => boolean {
  if (from === null) return () => true
  const ranges = from.map(text => {
    const range = readAddressRange(text)
    if (!range) throw new Error('a range of proxies that cannot be read')
    return range
  })
  return address => networkOf(address) !== undefined && ranges.some(range => range(address))
}
