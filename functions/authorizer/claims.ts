import { allow, type Decision, type Deny, deny } from '../../contract/decision.ts'
import { onFirstUse } from '../runtime/on-first-use.ts'
import type { Issuer } from './issuers.ts'

/** What an issuer's rules let be believed of a token (RFC 7519 §4.1, RFC 9068 §2.2). */
export interface Claims {
  readonly sub: string
  /** Seconds since the epoch. */
  readonly exp: number
  readonly [claim: string]: unknown
}

/** Claims, and the seconds since the epoch from and until which they hold without being judged anew. */
export interface JudgedClaims {
  readonly claims: Claims
  readonly from: number
  readonly until: number
}

type Expectations = Pick<
  Issuer,
  'audience' | 'requiredClaims' | 'fixedClaims' | 'leewaySeconds' | 'maxLifetimeSeconds' | 'maxAgeSeconds'
>

/**
 * Judges the claims of a token whose signature holds. Denials: `claim.missing`, `claim.invalid`,
 * `claim.audience_mismatch`, `token.expired`, `token.not_yet_valid`.
 */
export function judgeClaims(
  payload: Readonly<Record<string, unknown>>,
  expected: Expectations,
  nowSeconds: number,
): Decision<JudgedClaims> {
  const { audience, requiredClaims, fixedClaims } = expected
  const needed = [
    'sub',
    audience.claim,
    'exp',
    'iat',
    ...requiredClaims,
    ...fixedClaims.map(([name]) => name),
  ]
  const missing = needed.find(name => !Object.hasOwn(payload, name))
  if (missing !== undefined) return deny('claim.missing', { note: missing })

  const { sub, exp, iat, nbf = iat } = payload
  const stranger = refuseAudience(payload, expected)
  if (stranger) return stranger

  if (!isText(sub)) return invalid('sub')
  const untextual = requiredClaims.find(name => !isText(payload[name]))
  if (untextual !== undefined) return invalid(untextual)
  const other = fixedClaims.find(([name, value]) => payload[name] !== value)
  if (other) return invalid(other[0])

  if (!isTime(exp)) return invalid('exp')
  if (!isTime(iat)) return invalid('iat')
  if (!isTime(nbf)) return invalid('nbf')
  const { leewaySeconds: leeway, maxLifetimeSeconds, maxAgeSeconds } = expected
  if (exp <= iat || exp - iat > maxLifetimeSeconds) return deny('claim.invalid', { note: 'lifetime' })
  if (nowSeconds >= exp + leeway) return deny('token.expired')
  const oldest = maxAgeSeconds === null ? Number.POSITIVE_INFINITY : iat + maxAgeSeconds + leeway
  if (nowSeconds >= oldest) return deny('token.expired', { note: 'as old as the declared age' })
  const from = Math.max(nbf, iat) - leeway
  if (nowSeconds < from) return deny('token.not_yet_valid')
  return allow({ claims: { ...payload, sub, exp }, from, until: Math.min(exp + leeway, oldest) })
}

/** Why a token is not meant for this API, if it is not. */
function refuseAudience(
  payload: Readonly<Record<string, unknown>>,
  { audience, fixedClaims }: Expectations,
): Deny | undefined {
  const named = payload[audience.claim]
  const audiences = typeof named === 'string' ? [named] : named
  if (!Array.isArray(audiences) || !audiences.every(value => typeof value === 'string'))
    return invalid(audience.claim)
  if (!audiences.some(value => audience.values.includes(value))) return deny('claim.audience_mismatch')
  // Where tokens need no `aud`, one that has it is for whom it names (RFC 7519 §4.1.3).
  const isJudged = audience.claim === 'aud' || fixedClaims.some(([name]) => name === 'aud')
  return isJudged || !Object.hasOwn(payload, 'aud') ? undefined : deny('claim.audience_mismatch')
}

const invalid = (claim: string) => deny('claim.invalid', { note: claim })

/** Bounded, and nothing in it that could become another line, another header or an invisible twin. */
export const isText = (value: unknown): value is string =>
  typeof value === 'string' && printable().test(value)

// Made with the first token: reading Unicode's tables takes a good part of a millisecond, and every start would pay it.
const printable = onFirstUse(() => /^[^\p{C}\p{Zl}\p{Zp}]{1,255}$/u)

// NumericDate (RFC 7519 §2) from 2001 to 2286: milliseconds, 1e400 and nonsense are none.
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value >= 1_000_000_000 && value < 10_000_000_000
