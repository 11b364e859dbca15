import { Duration } from 'aws-cdk-lib'
import { checkDuration, checkFlag, checkOptions, checkTexts, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/** Which pages may use an API from a browser. Everything a page sends is still checked as any other request is. */
export interface CorsOptions {
  /**
   * The pages' origins, exactly: scheme, host, and the port where it is not the scheme's own, as browsers write them
   * (RFC 6454 §6.2). `https` only, but for `http://localhost:<port>`, where pages are developed. No wildcards, no `null`.
   *
   * Security: whoever controls a page of such an origin can do with this API what its visitors may.
   */
  readonly origins: readonly string[]
  /**
   * Whether browsers may send what they keep for this API (cookies, client certificates) with a page's requests. A token that
   * the page puts into `Authorization` needs it not. @default false
   */
  readonly credentials?: boolean
  /**
   * How long a browser may remember what a preflight was told: up to a day; Chromium keeps it for two hours at most. Zero asks
   * anew for every request. @default Duration.minutes(10)
   */
  readonly maxAge?: Duration
  /**
   * Response headers that pages may read, beside those that they always may (`content-type`, `content-language`, `cache-control`,
   * `last-modified` and a few more); with limits also `ratelimit`, `ratelimit-policy` and `retry-after`. @default - none
   */
  readonly exposeHeaders?: readonly string[]
}

/** {@link CorsOptions}, checked. */
export interface Cors {
  readonly origins: readonly string[]
  readonly credentials: boolean
  readonly maxAgeSeconds: number
  /** Lower case. */
  readonly exposeHeaders: readonly string[]
}

/** Reads what an API declares of its pages. Throws a {@link DeclarationError} for what no browser would send, or honour. */
export function readCors(at: string, options: CorsOptions): Cors {
  checkOptions(at, options, ['origins', 'credentials', 'maxAge', 'exposeHeaders'])
  const { origins, credentials = false, maxAge = Duration.minutes(10), exposeHeaders = [] } = options
  checkFlag(
    `${at} credentials`,
    credentials,
    'write credentials: true only if pages need cookies or client certificates',
  )
  const named = checkTexts(`${at} origins`, origins, { fix: "for example ['https://app.example.com']" })
  named.forEach((origin, i) => {
    checkOrigin(`${at} origins[${i}]`, origin)
  })
  return {
    origins: named,
    credentials,
    maxAgeSeconds: checkDuration(`${at} maxAge`, maxAge, {
      unit: 'seconds',
      least: 0,
      most: 86_400,
      fix: 'state at most a day; no browser remembers for longer',
    }).toSeconds(),
    exposeHeaders: checkExposed(`${at} exposeHeaders`, exposeHeaders),
  }
}

/** The same, with more headers that pages may read. */
export const withExposed = (cors: Cors, more: readonly string[]): Cors => ({
  ...cors,
  exposeHeaders: [...new Set([...cors.exposeHeaders, ...more])],
})

const hostShape = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])$/

/** Refuses whatever is not byte for byte what a browser would put into `Origin`: it would never be equal to it. */
function checkOrigin(at: string, given: string): void {
  const complain = (fix: string): never => {
    throw new DeclarationError({
      at,
      given: describeValue(given),
      allowed: 'an exact https origin, or http://localhost:<port>',
      fix,
    })
  }
  if (given.includes('*'))
    complain('name each origin: a pattern lets in whoever can register a name that fits')
  if (given === 'null') complain('give the page an origin: every sandboxed frame and local file has this one')
  const url = URL.canParse(given) ? new URL(given) : complain('write for example https://app.example.com')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && url.hostname === 'localhost')) {
    complain('serve the page over https: anyone on the network can change one that is not')
  }
  if (!hostShape.test(url.hostname)) complain('write the host as browsers do: without a final dot')
  if (url.origin !== given) complain(`write ${url.origin}, as browsers do`)
}

// Fetch §4.7: what no page can read, whatever is declared.
const neverExposed = ['set-cookie', 'set-cookie2']

function checkExposed(at: string, given: readonly string[]): readonly string[] {
  const names = checkTexts(at, given, { atLeast: 0, fix: "for example ['etag']" }).map(name =>
    name.toLowerCase(),
  )
  names.forEach((name, i) => {
    if (/^[a-z0-9._-]+$/.test(name) && !neverExposed.includes(name) && names.indexOf(name) === i) return
    throw new DeclarationError({
      at: `${at}[${i}]`,
      given: describeValue(given[i]),
      allowed: 'the name of a response header, once; not set-cookie, which no page can read',
      fix: 'name each header that pages are to read',
    })
  })
  return names
}
