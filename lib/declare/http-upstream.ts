import { type Duration, Size } from 'aws-cdk-lib'
import { checkHttps, checkOptions, checkSize } from './checks.ts'
import {
  type ConnectionOptions,
  connectionOptions,
  type DeclaredConnection,
  readConnection,
} from './connection.ts'
import { type Credentials, readCredentials } from './credentials.ts'
import type { LimitBounds, NoLimit } from './limit.ts'
import { type DeclaredLimit, type ReadsAndWrites, readUpstreamLimit } from './limits.ts'
import { Principal, readPrincipal } from './principal.ts'
import { checkReservedConcurrency } from './reserved-concurrency.ts'
import {
  type DeclaredResilience,
  type ResilienceOptions,
  readResilience,
  resilienceKeys,
} from './resilience.ts'
import { checkTimeout } from './upstream-timeout.ts'

export interface HttpUpstreamOptions extends ConnectionOptions, ResilienceOptions {
  /** How long the upstream may take in all. Beyond it the caller gets 504. @default Duration.seconds(10) */
  readonly timeout?: Duration
  /** The largest answer that is passed on, up to 5 MiB. Beyond it the caller gets 502. @default Size.mebibytes(5) */
  readonly maxResponse?: Size
  /** What it takes in all, from all routes it is behind. @default - the API's `limits.upstream` */
  readonly limit?: ReadsAndWrites<LimitBounds> | NoLimit
  /**
   * How many requests its gate serves at a time, over all instances; as many are kept free for it. Beyond it the caller gets 500
   * (`gateway.fault`). It counts against the account's concurrency, of which Lambda keeps 100 unreserved.
   * @default - as many as the account has left
   * @see docs/segmentation.md
   */
  readonly reservedConcurrency?: number
  /**
   * What it is told of who is calling. @default - `Principal.header()`; with `Credentials.gatewayToken`, which says it better,
   * `Principal.none()`
   */
  readonly principal?: Principal
  /**
   * How it can tell that a request came through the gateway.
   * @default - it cannot: whoever can reach it may say anything
   */
  readonly credentials?: Credentials
}

/** What `Upstream.http` declares. */
export interface HttpTarget {
  readonly kind: 'http'
  readonly url: string
  readonly timeout: Duration
  readonly maxResponseBytes: number
  readonly resilience: DeclaredResilience
  readonly limit: DeclaredLimit | undefined
  readonly reservedConcurrency: number | undefined
  readonly principal: Principal
  readonly credentials: Credentials | undefined
  readonly connection: DeclaredConnection
}

/** Throws a `DeclarationError`. */
export function readHttpUpstream(at: string, url: string, options: HttpUpstreamOptions): HttpTarget {
  checkOptions(at, options, [
    ...['timeout', 'maxResponse', 'limit', 'principal', 'credentials', 'reservedConcurrency'],
    ...connectionOptions,
    ...resilienceKeys,
  ])
  checkHttps(at, 'url', url)
  const timeout = checkTimeout(at, options.timeout)
  const credentials = readCredentials(`${at} credentials`, options.credentials)
  const saidByToken = credentials?.declared.kind === 'gatewayToken'
  return {
    kind: 'http',
    url,
    timeout,
    maxResponseBytes: checkSize(`${at} maxResponse`, options.maxResponse ?? Size.mebibytes(5)),
    resilience: readResilience(at, options),
    limit: readUpstreamLimit(`${at} limit`, options.limit),
    reservedConcurrency: checkReservedConcurrency(`${at} reservedConcurrency`, options.reservedConcurrency),
    principal:
      readPrincipal(`${at} principal`, options.principal) ??
      (saidByToken ? Principal.none() : Principal.header()),
    credentials,
    connection: readConnection(at, url, timeout, options),
  }
}
