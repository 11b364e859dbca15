import { allow, type Decision, deny } from '../../contract/decision.ts'
import { onFirstUse } from '../runtime/on-first-use.ts'
import type { Issuer } from './issuers.ts'

/** What an issuer's rules let be believed of a token (RFC 7519 §4.1, RFC 9068 §2.2). */
export interface Claims {
  readonly sub: string
  /** Seconds since the epoch. */
  readonly exp: number
  readonly [claim: string]: unknown
}

type Expectations = Pick<
  Issuer,
  'audiences' | 'requiredClaims' | 'leewaySeconds' | 'maxLifetimeSeconds' | 'maxAgeSeconds'
>

/**
 * Judges the claims of a token whose signature holds. Denials: `claim.missing`, `claim.invalid`,
 * `claim.audience_mismatch`, `token.expired`, `token.not_yet_valid`.
 */
export function judgeClaims(
  payload: Readonly<Record<string, unknown>>,
  expected: Expectations,
  nowSeconds: number,
): Decision<Claims> {
  const missing = ['sub', 'aud', 'exp', 'iat', ...expected.requiredClaims].find(
    name => !Object.hasOwn(payload, name),
  )
  if (missing !== undefined) return deny('claim.missing', { note: missing })

  const { aud, sub, exp, iat, nbf = iat } = payload
  const audiences = typeof aud === 'string' ? [aud] : aud
  if (!Array.isArray(audiences) || !audiences.every(value => typeof value === 'string')) return invalid('aud')
  if (!audiences.some(audience => expected.audiences.includes(audience)))
    return deny('claim.audience_mismatch')

  if (!isText(sub)) return invalid('sub')
  const untextual = expected.requiredClaims.find(name => !isText(payload[name]))
  if (untextual !== undefined) return invalid(untextual)

  if (!isTime(exp)) return invalid('exp')
  if (!isTime(iat)) return invalid('iat')
  if (!isTime(nbf)) return invalid('nbf')
  const { leewaySeconds: leeway, maxLifetimeSeconds, maxAgeSeconds } = expected
  if (exp <= iat || exp - iat > maxLifetimeSeconds) return deny('claim.invalid', { note: 'lifetime' })
  if (nowSeconds >= exp + leeway) return deny('token.expired')
  if (maxAgeSeconds !== null && nowSeconds - iat > maxAgeSeconds + leeway) {
    return deny('token.expired', { note: 'older than the declared age' })
  }
  if (nowSeconds + leeway < Math.max(nbf, iat)) return deny('token.not_yet_valid')
  return allow({ ...payload, sub, exp })
}

const invalid = (claim: string) => deny('claim.invalid', { note: claim })

/** Bounded, and nothing in it that could become another line, another header or an invisible twin. */
const isText = (value: unknown): value is string => typeof value === 'string' && printable().test(value)

// Made with the first token: reading Unicode's tables takes a good part of a millisecond, and every start would pay it.
const printable = onFirstUse(() => /^[^\p{C}\p{Zl}\p{Zp}]{1,255}$/u)

// NumericDate (RFC 7519 §2) from 2001 to 2286: milliseconds, 1e400 and nonsense are none.
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value >= 1_000_000_000 && value < 10_000_000_000
