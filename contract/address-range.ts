import { BlockList, isIP } from 'node:net'

/** Whether an IP address is in the range. Throws for what is no address: neither yes nor no would be true of it. */
export type AddressRange = (address: string) => boolean

const family = (version: number) => (version === 6 ? 'ipv6' : 'ipv4')

/**
 * Reads `10.0.0.0/8` or `2001:db8::/32` (RFC 4632, RFC 4291 §2.3). Undefined for anything else, also for an address with bits
 * beyond its prefix.
 */
export function readAddressRange(text: string): AddressRange | undefined {
  const [address = '', prefix = '', ...more] = text.split('/')
  const version = isIP(address)
  const bits = /^(?:0|[1-9]\d{0,2})$/.test(prefix) ? Number(prefix) : Number.NaN
  if (version === 0 || more.length > 0 || !(bits <= (version === 6 ? 128 : 32))) return undefined
  // Such as 10.0.0.1/8, which is most of the time meant to be one address and would be sixteen million.
  if (bitsOf(address, version).slice(bits).includes('1')) return undefined
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

/**
 * What a caller is counted and quarantined as: an IPv4 address, or of IPv6 its /64, all of which one caller has to itself (RFC 6177).
 * Undefined for what is no address.
 */
export function networkOf(address: string): string | undefined {
  const version = isIP(address)
  if (version === 0 || address.includes('%')) return undefined
  if (version === 4) return address
  const bits = bitsOf(address, version)
  if (mapped().check(address, 'ipv6')) return octets(bits.slice(96)).join('.')
  return `${octets(bits.slice(0, 64))
    .map(octet => octet.toString(16).padStart(2, '0'))
    .join('')}/64`
}

const octets = (bits: string): number[] =>
  Array.from({ length: bits.length / 8 }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2))

/** IPv4 written as IPv6 (RFC 4291 §2.5.5.2). */
const mapped = () => listOf('::ffff:0:0', 96, 6)

function listOf(address: string, bits: number, version: number): BlockList {
  const list = new BlockList()
  list.addSubnet(address, bits, family(version))
  return list
}

/** An address as zeros and ones. */
function bitsOf(address: string, version: number): string {
  if (version === 4) return digits(address.split('.').map(Number), 8)
  const [head = [], tail] = address.split('::').map(groupsOf)
  if (tail === undefined) return digits(head, 16)
  return digits([...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail], 16)
}

/** The 16-bit groups of an IPv6 address, or of a part of one; its last 32 bits may be written as IPv4. */
const groupsOf = (text: string): number[] =>
  (text === '' ? [] : text.split(':')).flatMap(group => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })

const digits = (numbers: readonly number[], width: number): string =>
  numbers.map(number => number.toString(2).padStart(width, '0')).join('')
