import dns, { type LookupAddress, type LookupAllOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { deny, Refused } from '../../../../../contract/decision.ts'
import { objectionTo, type UpstreamNetwork } from '../../../../../contract/upstream-address.ts'

/** `dns.lookup`, asked for all addresses. */
export type Lookup = (
  hostname: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * Resolves a name for a socket, and refuses the whole answer for one address in it where no upstream may be. The socket connects to
 * what it is given here: between the check and the connection nothing is resolved anew (DNS rebinding).
 */
export const guardedLookup =
  (network: UpstreamNetwork, lookup: Lookup = dns.lookup): LookupFunction =>
  (hostname, options, done) =>
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, [])
      const objection = addresses.map(({ address }) => objectionTo(address, network)).find(Boolean)
      if (objection) return done(addressRefused(objection), [])
      const [first] = addresses
      if (options.all || !first) return done(null, addresses)
      done(null, first.address, first.family)
    })

export const addressRefused = (kind: string): Refused =>
  new Refused(deny('upstream.address_refused', { note: kind }))
