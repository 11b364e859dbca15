import { BlockList, isIP } from 'node:net'

/** Whether an IP address is in the range. Throws for what is no address: neither yes nor no would be true of it. */
export type AddressRange = (address: string) => boolean

const family = (version: number) => (version === 6 ? 'ipv6' : 'ipv4')

/** Reads `10.0.0.0/8` or `2001:db8::/32` (RFC 4632, RFC 4291 §2.3). Undefined for anything else. */
export function readAddressRange(text: string): AddressRange | undefined {
  const [address = '', prefix = '', ...more] = text.split('/')
  const version = isIP(address)
  const bits = /^(?:0|[1-9]\d{0,2})$/.test(prefix) ? Number(prefix) : Number.NaN
  if (version === 0 || more.length > 0 || !(bits <= (version === 6 ? 128 : 32))) return undefined
  const isMapped = mapped()
  // As a range it would miss the same addresses written as IPv4.
  if (version === 6 && bits >= 96 && isMapped.check(address, 'ipv6')) return undefined
  const range = listOf(address, bits, version)
  return given => {
    const is = isIP(given)
    if (is === 0) throw new TypeError('not an IP address')
    const isIpv4 = is === 4 || isMapped.check(given, 'ipv6')
    return isIpv4 === (version === 4) && range.check(given, family(is))
  }
}

/** IPv4 written as IPv6 (RFC 4291 §2.5.5.2). */
const mapped = () => listOf('::ffff:0:0', 96, 6)

function listOf(address: string, bits: number, version: number): BlockList {
  const list = new BlockList()
  list.addSubnet(address, bits, family(version))
  return list
}
