import type { IssuerManifest } from '../../contract/authorizer-manifest.ts'
import { createIssuers } from '../../functions/authorizer/issuers.ts'
import { verifyToken } from '../../functions/authorizer/token.ts'
import { createVerifiedTokens } from '../../functions/authorizer/verified-tokens.ts'
import { systemClock } from '../../functions/runtime/clock.ts'

/** The first door's verification for one issuer, without the door: throws what the door would refuse. */
export function createVerification(issuer: IssuerManifest, fetch: typeof globalThis.fetch) {
  const clock = systemClock
  const issuers = createIssuers([issuer], { environment: {}, fetch, clock, telemetry: silent })
  const parts = { issuers, verified: createVerifiedTokens(300, clock), clock }
  return async (token: string) => {
    const decision = await verifyToken(token, parts)
    if (!decision.ok) throw new Error(decision.reason)
    return decision.value
  }
}

// Nothing is to be reported here: a key server in memory has no trouble.
const unexpected = () => {
  throw new Error('trouble with the keys')
}
const silent = { trouble: unexpected, keyFetchFailed: unexpected, staleKeysUsed: unexpected }
