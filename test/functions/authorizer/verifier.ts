import type { IssuerManifest } from '../../../contract/authorizer-manifest.ts'
import { createIssuers } from '../../../functions/authorizer/issuers.ts'
import { verifyToken } from '../../../functions/authorizer/token.ts'
import { createVerifiedTokens } from '../../../functions/authorizer/verified-tokens.ts'
import { type Clock, systemClock } from '../../../functions/runtime/clock.ts'
import { silentTelemetry } from '../silent-telemetry.ts'
import { declaredIssuer } from './authority.ts'

/** A clock that the test sets: what passes, passes on both; the wall can be set on its own. */
export function testClock(wallMs = 1_900_000_000_000) {
  let wall = wallMs
  let steady = 0
  return {
    wall: () => wall,
    steady: () => steady,
    pass: (ms: number) => {
      wall += ms
      steady += ms
    },
    setBack: (ms: number) => {
      wall -= ms
    },
    /** The instance is frozen: for the steady clock no time passes. */
    freeze: (ms: number) => {
      wall += ms
    },
  }
}

interface VerifierOptions {
  readonly fetch: typeof fetch
  readonly issuers?: readonly IssuerManifest[]
  readonly clock?: Clock
  /** Seconds that verified tokens are remembered. */
  readonly ttlSeconds?: number
}

/** The parts of the first door that verify tokens, as its handler puts them together. */
export function openVerifier(options: VerifierOptions) {
  const { fetch, issuers: declared = [declaredIssuer], clock = systemClock, ttlSeconds = 300 } = options
  const { telemetry, ...told } = silentTelemetry()
  const issuers = createIssuers(declared, { environment: {}, fetch, clock, telemetry })
  const parts = { issuers, verified: createVerifiedTokens(ttlSeconds, clock), clock }
  const verify = (token: string) => verifyToken(token, parts)
  return {
    ...told,
    ...parts,
    telemetry,
    verify,
    /** `accepted`, or why not. */
    verdict: async (token: string) => {
      const decision = await verify(token)
      return decision.ok ? 'accepted' : decision.reason
    },
  }
}
