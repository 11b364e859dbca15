import { Duration } from 'aws-cdk-lib'
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { GatewayIdentity } from '../gateway-identity.ts'
import { checkOptions, describeValue } from './checks.ts'
import { checkIdentity } from './credentials.ts'
import { DeclarationError } from './declaration-error.ts'
import { checkDirect, checkPatience } from './direct.ts'
import { type HttpTarget, type HttpUpstreamOptions, readHttpUpstream } from './http-upstream.ts'
import type { LimitBounds, NoLimit } from './limit.ts'
import { type DeclaredLimit, type ReadsAndWrites, readUpstreamLimit } from './limits.ts'
import { checkReservedConcurrency } from './reserved-concurrency.ts'
import { checkTimeout } from './upstream-timeout.ts'

export interface LambdaUpstreamOptions {
  /** How long the function may take. Beyond it the caller gets 504. @default Duration.seconds(10) */
  readonly timeout?: Duration
  /** What it takes in all, from all routes it is behind. @default - the API's `limits.upstream` */
  readonly limit?: ReadsAndWrites<LimitBounds> | NoLimit
  /** How many requests its gate serves at a time, as with `Upstream.http`. @default - as many as the account has left */
  readonly reservedConcurrency?: number
}

export interface DirectUpstreamOptions {
  /**
   * How long API Gateway waits for the function, its start included: up to 29 seconds. Beyond it the caller gets 504.
   * @default - the function's own timeout, and 3 seconds more
   */
  readonly timeout?: Duration
  /** What it takes in all, from all routes it is behind. @default - the API's `limits.upstream` */
  readonly limit?: ReadsAndWrites<LimitBounds> | NoLimit
}

export type UpstreamTarget =
  | HttpTarget
  | {
      readonly kind: 'lambda'
      readonly function: IFunction
      readonly timeout: Duration
      readonly limit: DeclaredLimit | undefined
      readonly reservedConcurrency: number | undefined
    }
  | {
      readonly kind: 'direct'
      readonly function: LambdaFunction
      readonly timeout: Duration
      readonly limit: DeclaredLimit | undefined
    }
  | { readonly kind: 'stub'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'keySet'; readonly identity: GatewayIdentity; readonly timeout: Duration }

/** Whether a gate answers by itself: there is nothing behind it that could be overrun, or closed. */
export const answersItself = (
  target: UpstreamTarget,
): target is Extract<UpstreamTarget, { kind: 'stub' | 'keySet' }> =>
  target.kind === 'stub' || target.kind === 'keySet'

/** What stands behind a route. */
export class Upstream {
  /**
   * A service over HTTPS. A route's path is appended to the URL's own; nothing else of a request can change where it goes.
   *
   * @param url scheme `https`, host, and optionally a base path
   */
  static http(url: string, options: HttpUpstreamOptions = {}): Upstream {
    return new Upstream(readHttpUpstream('Upstream.http', url, options))
  }

  /**
   * A Lambda function. It receives the declared request and the principal, and answers as it would to API Gateway:
   * `{ statusCode, headers?, multiValueHeaders?, body?, isBase64Encoded? }`. Any other member is a 502.
   */
  static lambda(fn: IFunction, options: LambdaUpstreamOptions = {}): Upstream {
    const at = 'Upstream.lambda'
    checkOptions(at, options, ['timeout', 'limit', 'reservedConcurrency'])
    const timeout = checkTimeout(at, options.timeout)
    if (typeof (fn as IFunction | undefined)?.functionArn !== 'string') {
      throw new DeclarationError({
        at,
        given: describeValue(fn),
        allowed: 'a Lambda function: a construct, or an imported one',
        fix: 'for a function by its ARN, write Function.fromFunctionArn(this, id, arn)',
      })
    }
    const limit = readUpstreamLimit(`${at} limit`, options.limit)
    const reservedConcurrency = checkReservedConcurrency(
      `${at} reservedConcurrency`,
      options.reservedConcurrency,
    )
    return new Upstream({ kind: 'lambda', function: fn, timeout, limit, reservedConcurrency })
  }

  /**
   * A Lambda function of this app that API Gateway calls itself, with the second door inside it: the function uses
   * `serve()` or `secondDoor()` of `sallyport/middleware`, and its policy comes to it in a layer. One function call for each request, and
   * requests and answers typed by `declareRoute`.
   *
   * Security: the door runs in the function's own process and with its role. It guards against what callers send, not against
   * the function's own code, nor that of its dependencies; and a function that does not use the middleware gets raw requests, which passed the
   * first door only. `Upstream.lambda` keeps door and function apart.
   *
   * The function must run on Node.js 24 or later, in at most 29 seconds, and stand behind one API only.
   *
   * @see docs/functions.md
   */
  static direct(fn: LambdaFunction, options: DirectUpstreamOptions = {}): Upstream {
    const at = 'Upstream.direct'
    checkOptions(at, options, ['timeout', 'limit'])
    checkDirect(at, fn)
    const timeout = checkPatience(at, fn, options.timeout)
    const limit = readUpstreamLimit(`${at} limit`, options.limit)
    return new Upstream({ kind: 'direct', function: fn, timeout, limit })
  }

  /** A fixed answer, as JSON. No network is touched. */
  static stub(status: number, body: unknown): Upstream {
    if (!Number.isInteger(status) || status < 200 || status > 499 || !isJson(body)) {
      throw new DeclarationError({
        at: 'Upstream.stub',
        given: `status ${describeValue(status)} with a body of type ${typeof body}`,
        allowed: 'a status from 200 to 499 and a JSON value',
        fix: "for example Upstream.stub(200, { status: 'ok' })",
      })
    }
    return new Upstream({ kind: 'stub', status, body })
  }

  /** The public keys of an identity. Written `identity.keySet`, which is this, once for all APIs. */
  static keySet(identity: GatewayIdentity): Upstream {
    checkIdentity('Upstream.keySet', identity)
    return new Upstream({ kind: 'keySet', identity, timeout: Duration.seconds(2) })
  }

  readonly target: UpstreamTarget

  private constructor(target: UpstreamTarget) {
    this.target = target
  }
}

/** Whether a value survives JSON: a function or `undefined` does not, a cycle or a bigint throws. */
function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined
  } catch {
    return false
  }
}
