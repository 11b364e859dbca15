import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import { allow, type Decision, deny, Refused } from '../../contract/decision.ts'
import type { ReasonCode } from '../../contract/reasons.ts'
import type { Issuer, Issuers } from './issuers.ts'

/** A token whose signature, issuer, audience, type and times hold. */
export interface VerifiedToken {
  readonly issuer: Issuer
  readonly claims: JWTPayload & { readonly sub: string; readonly exp: number }
}

/**
 * Verifies one access token (RFC 9068 §4). The issuer it names chooses the declaration, and only that declaration's
 * keys, algorithms and audiences count: one trusted issuer cannot speak for another.
 */
export async function verifyToken(
  token: string,
  issuers: Issuers,
  nowMs: number,
): Promise<Decision<VerifiedToken>> {
  const claimed = claimedIssuer(token)
  if (!claimed.ok) return claimed
  const issuer = issuers.named(claimed.value)
  if (!issuer) return deny('token.issuer_unknown')
  try {
    const { payload } = await jwtVerify(token, issuer.keys.find, {
      algorithms: [...issuer.algorithms],
      issuer: issuer.name,
      audience: [...issuer.audiences],
      typ: issuer.tokenType,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
      clockTolerance: 0,
      currentDate: new Date(nowMs),
    })
    const { sub, exp } = payload
    if (!sub || sub.length > 255 || !exp) return deny('claim.invalid')
    return allow({ issuer, claims: { ...payload, sub, exp } })
  } catch (error) {
    if (error instanceof Refused) return error.denial
    return deny(reasonFor(error))
  }
}

/** Read before anything is verified, and used for nothing but choosing what to verify against. */
function claimedIssuer(token: string): Decision<string> {
  try {
    const { iss } = decodeJwt(token)
    return typeof iss === 'string' ? allow(iss) : deny('claim.missing', { note: 'iss' })
  } catch {
    return deny('token.malformed')
  }
}

function reasonFor(error: unknown): ReasonCode {
  if (error instanceof errors.JWTExpired) return 'token.expired'
  if (error instanceof errors.JWTClaimValidationFailed) return claimReason(error)
  if (error instanceof errors.JOSEAlgNotAllowed) return 'token.algorithm_not_allowed'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'token.signature_invalid'
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return 'token.key_unknown'
  }
  if (error instanceof errors.JOSEError) return 'token.malformed'
  throw error
}

function claimReason({ claim, reason }: errors.JWTClaimValidationFailed): ReasonCode {
  if (claim === 'typ') return 'token.type_not_allowed'
  if (reason === 'missing') return 'claim.missing'
  if (claim === 'aud') return 'claim.audience_mismatch'
  if (claim === 'nbf') return 'token.not_yet_valid'
  if (claim === 'iss') return 'token.issuer_unknown'
  return 'claim.invalid'
}
