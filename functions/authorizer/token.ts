import { compactVerify, errors } from 'jose'
import { allow, type Decision, type Deny, deny, Refused } from '../../contract/decision.ts'
import type { ReasonCode } from '../../contract/reasons.ts'
import { type Claims, judgeClaims } from './claims.ts'
import type { Issuer, Issuers } from './issuers.ts'
import { readJws } from './jws.ts'

/** A token whose shape, signature, issuer, audience, type and times hold. */
export interface VerifiedToken {
  readonly issuer: Issuer
  readonly claims: Claims
}

/**
 * Verifies one access token (RFC 9068 §4, RFC 8725). The issuer it names chooses the declaration, and only that
 * declaration's keys, algorithms and audiences count: one trusted issuer cannot speak for another.
 */
export async function verifyToken(
  token: string,
  issuers: Issuers,
  nowMs: number,
): Promise<Decision<VerifiedToken>> {
  const jws = readJws(token)
  if (!jws.ok) return jws
  const { header, payload } = jws.value
  if (typeof payload.iss !== 'string') return deny('claim.missing', { note: 'iss' })
  const issuer = issuers.named(payload.iss)
  if (!issuer) return deny('token.issuer_unknown')
  // Before any key is looked for: what a header says must never decide how it is checked.
  if (!issuer.algorithms.includes(header.alg)) return deny('token.algorithm_not_allowed')
  if (header.typ !== issuer.tokenType) return deny('token.type_not_allowed')

  const refusal = await refuseSignature(token, issuer)
  if (refusal) return refusal
  const claims = judgeClaims(payload, issuer, nowMs / 1000)
  return claims.ok ? allow({ issuer, claims: claims.value }) : claims
}

async function refuseSignature(token: string, { keys, algorithms }: Issuer): Promise<Deny | undefined> {
  try {
    await compactVerify(token, keys.find, { algorithms: [...algorithms] })
    return undefined
  } catch (error) {
    return error instanceof Refused ? error.denial : deny(reasonFor(error))
  }
}

function reasonFor(error: unknown): ReasonCode {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'token.signature_invalid'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'token.algorithm_not_allowed'
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return 'token.key_unknown'
  }
  if (error instanceof errors.JOSEError) return 'token.malformed'
  throw error
}
