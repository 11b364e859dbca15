import type { Duration } from 'aws-cdk-lib'
import type { AuthenticationManifest } from '../../contract/gate-manifest.ts'
import { checkDuration, checkFlag, checkTexts } from './checks.ts'
import { checkQuotable } from './scopes.ts'

/** How a caller must have signed in. What is lacking is answered with the challenge of RFC 9470. */
export interface AuthenticationOptions {
  /**
   * The token's `acr` must be one of these. Best first: the order is handed on to whoever signs the caller in again.
   * @default - any way to sign in
   */
  readonly acr?: readonly string[]
  /**
   * Whether the caller must have used more than one factor: `amr` holds `mfa` (RFC 8176 §2). A challenge has no word for it, so
   * where the issuer has an `acr` for it, ask for that as well.
   * @default false
   */
  readonly mfa?: boolean
  /**
   * How long ago the caller may have signed in at most, by `auth_time`. From a second to a year.
   * @default - any time
   */
  readonly maxAuthenticationAge?: Duration
}

/** Undefined where nothing is asked for. */
export function readAuthentication({
  acr,
  mfa = false,
  maxAuthenticationAge,
}: AuthenticationOptions): AuthenticationManifest | undefined {
  const acrValues = acr === undefined ? [] : checkAcr(acr)
  checkFlag('Access.token mfa', mfa, 'write mfa: true, or leave it out')
  const maxAgeSeconds = maxAuthenticationAge === undefined ? null : checkAge(maxAuthenticationAge)
  const authentication = { acrValues, mfa, maxAgeSeconds }
  return acrValues.length > 0 || mfa || maxAgeSeconds !== null ? authentication : undefined
}

function checkAcr(given: unknown): readonly string[] {
  const fix = "write acr: ['phr'], or leave acr out where any way to sign in will do"
  const at = 'Access.token acr'
  return checkQuotable(at, 'acr value', checkTexts(at, given, { fix }))
}

const checkAge = (given: unknown): number =>
  checkDuration('Access.token maxAuthenticationAge', given, {
    unit: 'seconds',
    least: 1,
    most: 365 * 24 * 3600,
    fix: 'state a Duration within these bounds',
  }).toSeconds()
