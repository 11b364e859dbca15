import { networkOf, readAddressRange } from '../../contract/address-range.ts'
import type { ClientAddressManifest } from '../../contract/gate-manifest.ts'
import { headerValues } from '../runtime/header-values.ts'
import type { Limited, Step } from './passage.ts'

/**
 * Finds the caller's address. Whoever called API Gateway, unless that is a declared proxy: then what the proxies wrote into
 * `x-forwarded-for` counts, read from its end. Everything further left is a caller's own word, and would make a counter of
 * one's own for every request.
 */
export function findClient({
  clientAddress,
}: {
  clientAddress: ClientAddressManifest | null
}): Step<Limited> {
  const isProxy = clientAddress && proxiesOf(clientAddress)
  return {
    before: ({ event, internal }) => {
      const sourceIp: unknown = event.requestContext?.identity?.sourceIp
      const peer = typeof sourceIp === 'string' ? sourceIp : ''
      const forwarded = clientAddress
        ? headerValues(event.multiValueHeaders, 'x-forwarded-for').flatMap(line => line.split(','))
        : []
      const way = forwarded.map(address => address.trim())
      // API Gateway writes its own caller down last.
      if (way.at(-1) !== peer) way.push(peer)
      let address = peer
      for (let hop = 0; clientAddress && isProxy && hop < clientAddress.hops; hop += 1) {
        const before = way.at(-2 - hop)
        // A proxy that does not say whom it speaks for is the caller itself: all its callers count as one.
        if (!isProxy(address) || before === undefined || networkOf(before) === undefined) break
        address = before
      }
      // What is no address (the console's test button sends none) is counted as one.
      internal.client = { address, network: networkOf(address) ?? 'unknown' }
    },
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
