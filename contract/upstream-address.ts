import { isIP } from 'node:net'
import { type AddressRange, readAddressRange } from './address-range.ts'

/** Where an upstream may be: at addresses anyone can reach, or also at those of a private network. */
export type UpstreamNetwork = 'public' | 'private'

/** Why an upstream may not be at an address. */
export type AddressKind =
  | 'unspecified'
  | 'loopback'
  | 'link-local'
  | 'metadata'
  | 'private'
  | 'multicast'
  | 'reserved'

type Ranges = ReadonlyArray<readonly [AddressKind, AddressRange]>

const ranges = (kinds: Partial<Record<AddressKind, readonly string[]>>): Ranges =>
  Object.entries(kinds).flatMap(([kind, texts]) =>
    texts.map(text => {
      const range = readAddressRange(text)
      if (!range) throw new Error(`${text} is no range of addresses`)
      return [kind as AddressKind, range] as const
    }),
  )

// The IANA registries of special-purpose addresses (RFC 6890). Documentation addresses (RFC 5737, RFC 3849) are not on the list: nobody is
// reached by them, and the local cloud needs some that are nobody's.
const ipv4 = ranges({
  unspecified: ['0.0.0.0/8'],
  loopback: ['127.0.0.0/8'],
  // Of AWS, 169.254.169.254 with the credentials of whatever runs there.
  'link-local': ['169.254.0.0/16'],
  // 100.64.0.0/10 (RFC 6598) is used within VPCs as well.
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
  multicast: ['224.0.0.0/4'],
  reserved: ['192.0.0.0/24', '192.88.99.0/24', '198.18.0.0/15', '240.0.0.0/4'],
})

const ipv6 = ranges({
  unspecified: ['::/128'],
  loopback: ['::1/128'],
  'link-local': ['fe80::/10'],
  // AWS's services for instances: fd00:ec2::254 is the metadata service.
  metadata: ['fd00:ec2::/32'],
  private: ['fc00::/7'],
  multicast: ['ff00::/8'],
  // Teredo and other protocols (RFC 2928); 6to4, which has an IPv4 address in it.
  reserved: ['2001::/23', '2002::/16'],
})

/** All that is given out (RFC 4291 §2.4). The rest of IPv6 holds IPv4 in disguise (mapped, compatible, NAT64), or nothing. */
const global = ranges({ reserved: ['2000::/3'] })

/**
 * What is against an upstream at this IP address. Undefined: nothing. Of a private network no more is let through than private
 * addresses: loopback, link-local and metadata addresses stay closed.
 */
export function objectionTo(address: string, network: UpstreamNetwork): AddressKind | undefined {
  const version = isIP(address)
  if (version === 0 || address.includes('%')) return 'reserved'
  const found = (version === 4 ? ipv4 : ipv6).find(([, holds]) => holds(address))
  if (found) return found[0] === 'private' && network === 'private' ? undefined : found[0]
  return version === 4 || global.some(([, holds]) => holds(address)) ? undefined : 'reserved'
}

/** The same of a host as URLs name it; undefined where only its resolution will tell. */
export function objectionToHost(hostname: string, network: UpstreamNetwork): AddressKind | undefined {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  if (isIP(host) !== 0) return objectionTo(host, network)
  // RFC 6761 §6.3.
  return host === 'localhost' || host.endsWith('.localhost') ? 'loopback' : undefined
}
