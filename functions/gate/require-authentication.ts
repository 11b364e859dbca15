import { deny, Refused } from '../../contract/decision.ts'
import type { AuthenticationManifest } from '../../contract/gate-manifest.ts'
import type { Ticket } from '../../contract/ticket.ts'
import type { Admitted, Step } from './passage.ts'

/**
 * Asks for another sign-in where the token's was too weak or too long ago (RFC 9470). Here and not at the first door, which
 * can answer 401 only with a challenge that is the same for every route, and whose answers are cached while time goes by.
 */
export function requireAuthentication({ now }: { now: () => number }): Step<Admitted> {
  return {
    before: ({ internal: { route, ticket } }) => {
      const required = route.access.kind === 'token' ? route.access.authentication : null
      if (!required) return
      const lacking = ticket ? lackOf(required, ticket, now() / 1000) : 'a ticket'
      if (lacking)
        throw new Refused(deny('authentication.insufficient', { note: lacking, authentication: required }))
    },
  }
}

/** What a sign-in lacks, by the names of the claims. */
function lackOf(
  { acrValues, mfa, maxAgeSeconds }: AuthenticationManifest,
  { claims }: Ticket,
  nowSeconds: number,
): 'acr' | 'amr' | 'auth_time' | undefined {
  const { acr, amr, auth_time: signedInAt } = claims
  if (acrValues.length > 0 && !acrValues.some(value => value === acr)) return 'acr'
  // RFC 8176 §2.
  if (mfa && !(Array.isArray(amr) && amr.includes('mfa'))) return 'amr'
  if (maxAgeSeconds === null) return undefined
  const age = typeof signedInAt === 'number' ? nowSeconds - signedInAt : Number.NaN
  // Older than that, of tomorrow, or not known.
  return age <= maxAgeSeconds && age >= -clockSkewSeconds ? undefined : 'auth_time'
}

// The most that an issuer's clock can be declared to differ.
const clockSkewSeconds = 60
