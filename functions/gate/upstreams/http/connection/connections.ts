import Pool from 'undici/lib/dispatcher/pool.js'
import type { UpstreamKind } from '../../../../../contract/upstream-manifest.ts'
import type { Clock } from '../../../../runtime/clock.ts'
import type { ClientIdentity } from './client-certificate.ts'
import { openConnector } from './connector.ts'
import type { Lookup } from './guarded-lookup.ts'

/** Idle for longer, a connection may have been closed by the other side. */
const idleMs = 30_000
/** After this a connection is proved anew: addresses and certificates change, and are withdrawn. */
const ageMs = 5 * 60_000

/**
 * The connections to one upstream that are kept between requests.
 *
 * @returns those that show this identity. Where it is another than before, or all have been idle for too long (timers stand still while
 * an instance is frozen), these are new ones; the old end once they have answered what they were asked.
 */
export function openConnections(
  base: URL,
  { timeoutMs, maxResponseBytes, connection }: UpstreamKind<'http'>,
  clock: Clock,
  lookup?: Lookup,
) {
  const open = (identity: ClientIdentity | null) =>
    new Pool(base.origin, {
      connect: openConnector(base, connection, identity, lookup),
      clientTtl: ageMs,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxHeaderSize: 16_384,
      maxResponseSize: maxResponseBytes,
    })
  let current: { readonly pool: Pool; readonly version: string | undefined } | undefined
  let usedAt = clock.wall()

  return (identity: ClientIdentity | null): Pool => {
    const now = clock.wall()
    if (!current || current.version !== identity?.version || now - usedAt > idleMs) {
      current?.pool.close().catch(() => {})
      current = { pool: open(identity), version: identity?.version }
    }
    usedAt = now
    return current.pool
  }
}
