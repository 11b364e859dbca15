import { networkOf } from '../../contract/address-range.ts'
import type { ClientAddressManifest } from '../../contract/client-address.ts'
import { clientAddresses } from '../runtime/client-address.ts'
import type { Limited, Step } from './passage.ts'

/** Finds the caller's address, and what it is counted as. */
export function findClient({
  clientAddress,
}: {
  clientAddress: ClientAddressManifest | null
}): Step<Pick<Limited, 'client'>> {
  const addressOf = clientAddresses(clientAddress)
  return {
    before: ({ event, internal }) => {
      const address = addressOf(event)
      // What is no address (the console's test button sends none) is counted as one.
      internal.client = { address, network: networkOf(address) ?? 'unknown' }
    },
  }
}
