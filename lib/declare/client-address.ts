import { checkAddressRanges } from './address-ranges.ts'
import { checkOptions, checkText, checkWhole } from './checks.ts'

export interface ProxiesOptions {
  /** Addresses that the proxies call from, as ranges: `203.0.113.0/24`, `2001:db8::/32`; one address is `198.51.100.7/32`. */
  readonly from: readonly string[]
  /**
   * How many proxies stand in a row, each of which writes its caller down in `x-forwarded-for`: 1 to 10. Security: one too many, and
   * callers choose their own address. @default 1
   */
  readonly hops?: number
}

export interface AnyProxyOptions {
  /** As in {@link ProxiesOptions}. @default 1 */
  readonly hops?: number
  /** Why API Gateway can be reached through the proxies only, for whoever reads the contract. */
  readonly reason: string
}

/** Where the caller's address stands when proxies or a CDN stand before the API: for `limits.ip`, quarantines and `source.ip` in rules. */
export class ClientAddress {
  /**
   * Behind proxies with known addresses. A request of anybody else is counted as what it came from: who goes around the proxies
   * gains nothing.
   */
  static behindProxies(options: ProxiesOptions): ClientAddress {
    const at = 'ClientAddress.behindProxies'
    const fix = "for example ClientAddress.behindProxies({ from: ['203.0.113.0/24'], hops: 1 })"
    checkOptions(at, options, ['from', 'hops'], "{ from: ['203.0.113.0/24'], hops: 1 }")
    const from = checkAddressRanges(`${at} from`, options.from, {
      fix,
      everyone: 'where any address may be a proxy, write ClientAddress.unsafeBehindAnyProxy({ reason })',
    })
    return new ClientAddress(from, checkHops(at, options.hops), null)
  }

  /**
   * Behind proxies whose addresses are not known. Security: whoever can call API Gateway without them chooses an address for every
   * request, which makes `limits.ip` worth nothing and opens rules on `source.ip`.
   */
  static unsafeBehindAnyProxy(options: AnyProxyOptions): ClientAddress {
    const at = 'ClientAddress.unsafeBehindAnyProxy'
    checkOptions(
      at,
      options,
      ['hops', 'reason'],
      "{ hops: 1, reason: 'a resource policy admits the CDN alone' }",
    )
    const reason = checkText(`${at} reason`, options.reason, {
      fix: "say what keeps callers from going around them: reason: 'a resource policy admits the CDN alone'",
    })
    return new ClientAddress(null, checkHops(at, options.hops), reason)
  }

  /** Null: whatever called API Gateway. */
  readonly from: readonly string[] | null
  readonly hops: number
  readonly reason: string | null

  private constructor(from: readonly string[] | null, hops: number, reason: string | null) {
    this.from = from
    this.hops = hops
    this.reason = reason
  }

  /** As people say it. */
  toString(): string {
    const way = `behind ${this.hops === 1 ? 'a proxy' : `${this.hops} proxies in a row`}`
    return this.from
      ? `${way} at ${[...this.from].sort().join(' or ')}`
      : `unsafe, ${way} at any address: ${this.reason}`
  }
}

const checkHops = (at: string, given: unknown = 1): number =>
  checkWhole(`${at} hops`, given, {
    least: 1,
    most: 10,
    fix: 'count the proxies between the caller and API Gateway that add to x-forwarded-for',
  })
