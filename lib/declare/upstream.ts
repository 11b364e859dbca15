import { Duration, Size } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { DeclarationError, onlyKnownKeys } from './declaration-error.ts'
import { checkHttps } from './issuer.ts'

export interface HttpUpstreamOptions {
  /** How long the upstream may take in all. Beyond it the caller gets 504. @default Duration.seconds(10) */
  readonly timeout?: Duration
  /** The largest answer that is passed on. Beyond it the caller gets 502. @default Size.mebibytes(5) */
  readonly maxResponse?: Size
}

export interface LambdaUpstreamOptions {
  /** How long the function may take. Beyond it the caller gets 504. @default Duration.seconds(10) */
  readonly timeout?: Duration
}

export type UpstreamTarget =
  | { readonly kind: 'http'; readonly url: string; readonly timeout: Duration; readonly maxResponse: Size }
  | { readonly kind: 'lambda'; readonly function: IFunction; readonly timeout: Duration }
  | { readonly kind: 'stub'; readonly status: number; readonly body: unknown }

/** What stands behind a route. */
export class Upstream {
  /**
   * A service over HTTPS. A route's path is appended to the URL's own; nothing else of a request can change where it goes.
   *
   * @param url scheme `https`, host, and optionally a base path
   */
  static http(url: string, options: HttpUpstreamOptions = {}): Upstream {
    const at = 'Upstream.http'
    onlyKnownKeys(at, options, ['timeout', 'maxResponse'])
    checkHttps(at, 'url', url)
    return new Upstream({
      kind: 'http',
      url,
      timeout: checkTimeout(at, options.timeout),
      maxResponse: options.maxResponse ?? Size.mebibytes(5),
    })
  }

  /** A Lambda function. It receives the declared request and the principal, and answers `{ statusCode, headers?, body }`. */
  static lambda(fn: IFunction, options: LambdaUpstreamOptions = {}): Upstream {
    onlyKnownKeys('Upstream.lambda', options, ['timeout'])
    return new Upstream({
      kind: 'lambda',
      function: fn,
      timeout: checkTimeout('Upstream.lambda', options.timeout),
    })
  }

  /** A fixed answer, as JSON. No network is touched. */
  static stub(status: number, body: unknown): Upstream {
    if (!Number.isInteger(status) || status < 200 || status > 499 || JSON.stringify(body) === undefined) {
      throw new DeclarationError({
        at: 'Upstream.stub',
        given: `status ${status} with a body of type ${typeof body}`,
        allowed: 'a status from 200 to 499 and a JSON value',
        fix: "for example Upstream.stub(200, { status: 'ok' })",
      })
    }
    return new Upstream({ kind: 'stub', status, body })
  }

  readonly target: UpstreamTarget

  private constructor(target: UpstreamTarget) {
    this.target = target
  }
}

// API Gateway gives up after 29 seconds; the gate must still be there to answer for the upstream.
const longest = 25

function checkTimeout(at: string, given = Duration.seconds(10)): Duration {
  const ms = given.toMilliseconds()
  if (ms >= 100 && ms <= longest * 1000) return given
  throw new DeclarationError({
    at,
    given: `a timeout of ${ms} ms`,
    allowed: `100 ms to ${longest} s`,
    fix: 'API Gateway answers within 29 s; make longer work asynchronous',
  })
}
