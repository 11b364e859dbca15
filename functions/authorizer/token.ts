import { type CryptoKey, compactVerify, errors } from 'jose'
import { allow, type Decision, deny } from '../../contract/decision.ts'
import type { Clock } from '../runtime/clock.ts'
import { judgeClaims } from './claims.ts'
import type { Issuers } from './issuers.ts'
import { readJws } from './jws.ts'
import type { KeyName, Keys } from './keys.ts'
import { tokenId, type VerifiedToken, type VerifiedTokens } from './verified-tokens.ts'

interface VerificationParts {
  readonly issuers: Issuers
  readonly verified: VerifiedTokens
  readonly clock: Clock
}

/**
 * Verifies one access token (RFC 9068 §4, RFC 8725). The issuer it names chooses the declaration, and only that
 * declaration's keys, algorithms and audiences count: one trusted issuer cannot speak for another.
 */
export async function verifyToken(
  token: string,
  { issuers, verified, clock }: VerificationParts,
): Promise<Decision<VerifiedToken>> {
  const id = tokenId(token)
  const known = verified.recall(id)
  if (known) return allow(known)

  const jws = readJws(token)
  if (!jws.ok) return jws
  const { header, payload } = jws.value
  if (typeof payload.iss !== 'string') return deny('claim.missing', { note: 'iss' })
  const issuer = issuers.named(payload.iss)
  if (!issuer) return deny('token.issuer_unknown')
  // Before any key is looked for: what a header says must never decide how it is checked.
  if (!issuer.algorithms.some(algorithm => algorithm === header.alg))
    return deny('token.algorithm_not_allowed')
  if (header.typ !== issuer.tokenType) return deny('token.type_not_allowed')

  const key = await findSigningKey(token, header, issuer.keys)
  if (!key.ok) return key
  const judged = judgeClaims(payload, issuer, clock.wall() / 1000)
  if (!judged.ok) return judged
  return allow(verified.remember({ id, size: token.length, name: header }, issuer, judged.value, key.value))
}

/** The issuer's key under which the token's signature holds. */
async function findSigningKey(token: string, name: KeyName, keys: Keys): Promise<Decision<CryptoKey>> {
  const current = keys.current(name)
  const key = current ? allow(current) : await keys.find(name)
  if (!key.ok) return key
  if (await holds(token, key.value, name)) return key
  // A key may be replaced under the same name.
  const other = await keys.replacing(key.value, name)
  if (other && (await holds(token, other, name))) return allow(other)
  return deny('token.signature_invalid')
}

async function holds(token: string, key: CryptoKey, { alg }: KeyName): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [alg] })
    return true
  } catch (error) {
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}
