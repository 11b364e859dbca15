import { httpToken } from '../../contract/headers.ts'
import { DeclarationError } from './declaration-error.ts'

/**
 * Response headers that no upstream may send, by what they would let it do: speak for the connection (RFC 9110 §7.6.1) or for
 * the gateway, undo its security headers, say who may read an answer, who may keep it, or what software runs.
 * API Gateway would rename some of them (`www-authenticate`, `date`, …), so that what was declared would not arrive.
 */
const reserved: ReadonlyArray<readonly [RegExp, why: string]> = [
  [
    /^(?:connection|keep-alive|te|trailer|transfer-encoding|upgrade|http2-settings|expect|max-forwards|host|via|user-agent|(?:www|proxy)-authenticate|authorization|proxy-.*|date|server)$/,
    'it belongs to a connection, or API Gateway renames it on its way out',
  ],
  [/^set-cookie2?$/, 'cookies are declared one by one: cookies: [name]'],
  [
    /^content-(?:type|length|encoding|range|md5)$|^accept-ranges$|^digest$|^(?:content|repr)-digest$/,
    'it describes the bytes, which the gateway writes anew',
  ],
  [
    /^(?:strict-transport-security|x-content-type-options|content-security-policy.*|x-content-security-policy.*|x-webkit-csp.*|x-frame-options|referrer-policy|permissions-policy.*|feature-policy.*|cross-origin-.*|x-xss-protection|x-permitted-cross-domain-policies|x-download-options|x-ua-compatible|integrity-policy.*|(?:require-)?document-policy.*)$/,
    'what browsers may do with an answer is said by the gateway',
  ],
  [
    // A worker for all of the origin, what is fetched or rendered ahead, what each further request carries, where reports go.
    /^(?:speculation-rules|no-vary-search|supports-loading-mode|default-style|refresh|service-worker.*|accept-ch.*|critical-ch|delegate-ch|content-dpr|origin-agent-cluster|origin-isolation|origin-trial|x-dns-prefetch-control|clear-site-data|set-login|activate-storage-access|observe-browsing-topics|attribution-reporting-.*|ad-auction-.*|shared-storage-write|secure-session-.*|sec-.*|use-as-dictionary|available-dictionary|dictionary-id|sourcemap|x-sourcemap|alt-svc|alternate-protocol|onion-location|public-key-pins.*|expect-ct|expect-staple|nel|report-to|reporting-endpoints|large-allocation)$/,
    "it would steer what browsers do with the API's whole origin, or where they report it",
  ],
  [/^(?:access-control-.*|timing-allow-origin|origin)$/, 'who may read an answer is said by cors'],
  [
    /^(?:cache-control|cdn-cache-control|surrogate-control|pragma|expires|age|vary)$/,
    'no answer may be kept',
  ],
  [
    /^(?:x-powered-by|x-aspnet.*|x-generator|x-runtime|x-version|x-backend.*|x-served-by|x-cache.*)$/,
    'it says what software runs',
  ],
  [
    /^(?:x-sallyport-.*|sallyport-.*|x-amz.*|x-forwarded-.*|forwarded|x-real-ip|x-original-.*|x-rewrite-.*|x-accel-.*|x-sendfile|cookie)$/,
    "it speaks in the gateway's name, or to whoever stands in between",
  ],
]

/**
 * The name of a response header, in lower case. Throws where it cannot be declared. An underscore counts as a hyphen: some in between
 * know no difference.
 */
export function checkAnswerHeader(at: string, given: string): string {
  const name = given.toLowerCase()
  const hyphenated = name.replaceAll('_', '-')
  const why = reserved.find(([pattern]) => pattern.test(hyphenated))?.[1]
  if (why === undefined && httpToken.test(name) && name !== '__proto__') return name
  throw new DeclarationError({
    at,
    given: why === undefined ? `the name ${JSON.stringify(given)}` : `the reserved header "${name}"`,
    allowed:
      'names of headers (RFC 9110 §5.1) that say something of the answer itself, such as location or retry-after',
    fix: why === undefined ? 'correct its spelling' : `remove it: ${why}`,
  })
}

export function checkAnswerCookie(at: string, name: string): void {
  if (httpToken.test(name) && name !== '__proto__') return
  throw new DeclarationError({
    at,
    given: `the name ${JSON.stringify(name)}`,
    allowed: 'a token of RFC 9110 §5.6.2 (RFC 6265 §4.1.1)',
    fix: 'rename the cookie',
  })
}
