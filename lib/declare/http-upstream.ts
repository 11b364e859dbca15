import { type Duration, Size } from 'aws-cdk-lib'
import { checkHttps, checkOptions, checkSize } from './checks.ts'
import {
  type ConnectionOptions,
  connectionOptions,
  type DeclaredConnection,
  readConnection,
} from './connection.ts'
import type { LimitBounds, NoLimit } from './limit.ts'
import { type DeclaredLimit, type ReadsAndWrites, readUpstreamLimit } from './limits.ts'
import { checkTimeout } from './upstream-timeout.ts'

export interface HttpUpstreamOptions extends ConnectionOptions {
  /** How long the upstream may take in all. Beyond it the caller gets 504. @default Duration.seconds(10) */
  readonly timeout?: Duration
  /** The largest answer that is passed on, up to 5 MiB. Beyond it the caller gets 502. @default Size.mebibytes(5) */
  readonly maxResponse?: Size
  /** What it takes in all, from all routes it is behind. @default - the API's `limits.upstream` */
  readonly limit?: ReadsAndWrites<LimitBounds> | NoLimit
}

/** What `Upstream.http` declares. */
export interface HttpTarget {
  readonly kind: 'http'
  readonly url: string
  readonly timeout: Duration
  readonly maxResponseBytes: number
  readonly limit: DeclaredLimit | undefined
  readonly connection: DeclaredConnection
}

/** Throws a `DeclarationError`. */
export function readHttpUpstream(at: string, url: string, options: HttpUpstreamOptions): HttpTarget {
  checkOptions(at, options, ['timeout', 'maxResponse', 'limit', ...connectionOptions])
  checkHttps(at, 'url', url)
  const timeout = checkTimeout(at, options.timeout)
  return {
    kind: 'http',
    url,
    timeout,
    maxResponseBytes: checkSize(`${at} maxResponse`, options.maxResponse ?? Size.mebibytes(5)),
    limit: readUpstreamLimit(`${at} limit`, options.limit),
    connection: readConnection(at, url, timeout, options),
  }
}
