import { type CryptoKey, compactVerify, errors } from 'jose'
import { allow, type Decision, type Deny, deny } from '../../contract/decision.ts'
import { type Claims, judgeClaims } from './claims.ts'
import type { Issuer, Issuers } from './issuers.ts'
import { type JwsHeader, readJws } from './jws.ts'

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

  const refusal = await refuseSignature(token, header, issuer)
  if (refusal) return refusal
  const claims = judgeClaims(payload, issuer, nowMs / 1000)
  return claims.ok ? allow({ issuer, claims: claims.value }) : claims
}

async function refuseSignature(
  token: string,
  header: JwsHeader,
  { keys }: Issuer,
): Promise<Deny | undefined> {
  const key = await keys.find(header)
  if (!key.ok) return key
  if (await holds(token, key.value, header)) return undefined
  // A key may be replaced under the same name.
  const other = await keys.replacing(key.value, header)
  if (other && (await holds(token, other, header))) return undefined
  return deny('token.signature_invalid')
}

async function holds(token: string, key: CryptoKey, { alg }: JwsHeader): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [alg] })
    return true
  } catch (error) {
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}
