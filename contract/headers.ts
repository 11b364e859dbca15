import type { AuthenticationManifest } from './gate-manifest.ts'

/**
 * Sent with every response, refusals included. An API answers with data, never with a page:
 * nothing in it may be framed, sniffed, executed, or kept by a cache.
 */
export const securityHeaders = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  // For what is fetched without CORS (an image, a script); a page that asks by CORS is answered by `cors` alone.
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

/** A token (RFC 9110 §5.6.2), of which names of headers and of cookies (RFC 6265 §4.1.1) are. */
export const httpToken = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i

/** What tells a caller how near it is to a limit, and when to come back. */
export const limitHeaders = ['ratelimit', 'ratelimit-policy', 'retry-after'] as const

/** The challenge of a 401 (RFC 6750 §3). It says nothing about the cause: see `reasons.ts`. */
export const bearerChallenge = 'Bearer'

/**
 * The challenge of a 401 that another sign-in would mend (RFC 9470 §3). All of it is declared: acr values are checked at
 * synth not to break out of their quotes.
 */
export const stepUpChallenge = ({ acrValues, mfa, maxAgeSeconds }: AuthenticationManifest): string =>
  [
    'Bearer error="insufficient_user_authentication"',
    ...(mfa ? ['error_description="More than one factor is required"'] : []),
    ...(acrValues.length > 0 ? [`acr_values="${acrValues.join(' ')}"`] : []),
    ...(maxAgeSeconds === null ? [] : [`max_age="${maxAgeSeconds}"`]),
  ].join(', ')

/** The challenge of a 403 for lack of scope (RFC 6750 §3.1). Scopes are declared, so nothing a caller sent is in it. */
export const scopeChallenge = (scopes: readonly string[]): string =>
  `Bearer error="insufficient_scope", scope="${scopes.join(' ')}"`
