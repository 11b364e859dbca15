import type { Dispatcher } from 'undici'
import Pool from 'undici/lib/dispatcher/pool.js'
import type { UpstreamKind } from '../../../../../contract/upstream-manifest.ts'
import { type Clock, type Instant, instant, since } from '../../../../runtime/clock.ts'
import type { ClientIdentity } from './client-certificate.ts'
import { type Connector, openConnector } from './connector.ts'
import type { Lookup } from './guarded-lookup.ts'

/** Idle for longer, a connection may have been closed by the other side. */
const idleMs = 30_000
/** After this a connection is proved anew: addresses and certificates change, and are withdrawn. */
const ageMs = 5 * 60_000

/** Does something with the connections that show an identity. */
export type Connections = <T>(
  identity: ClientIdentity | null,
  use: (pool: Dispatcher) => Promise<T>,
) => Promise<T>

/**
 * The connections to one upstream that are kept between requests. Those that show another identity than before are new ones, as are all
 * once they have been idle for too long (timers stand still while an instance is frozen); the old end when they have answered what
 * they were asked. Where nothing was answered, none is left.
 */
export function openConnections(
  base: URL,
  { timeoutMs, maxResponseBytes, connection }: UpstreamKind<'http'>,
  clock: Clock,
  lookup?: Lookup,
): Connections {
  let made: { readonly version: string | undefined; readonly connect: Connector } | undefined
  /** Certificates are read once for each identity. */
  const connectorFor = (identity: ClientIdentity | null) => {
    if (!made || made.version !== identity?.version)
      made = { version: identity?.version, connect: openConnector(base, connection, identity, lookup) }
    return made.connect
  }
  const open = (identity: ClientIdentity | null, givenUp: AbortSignal) =>
    new Pool(base.origin, {
      connect: connectorFor(identity)(givenUp),
      clientTtl: ageMs,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxHeaderSize: 16_384,
      maxResponseSize: maxResponseBytes,
    })
  interface Current {
    readonly pool: Pool
    readonly version: string | undefined
    /** Ends connections that are only being made; `pool` ends those that are. */
    readonly connecting: AbortController
    users: number
    usedAt: Instant
  }
  let current: Current | undefined

  const take = (identity: ClientIdentity | null): Current => {
    const usedAt = instant(clock)
    if (!current || current.version !== identity?.version || since(current.usedAt, clock) > idleMs) {
      current?.pool.close().catch(() => {})
      const connecting = new AbortController()
      const pool = open(identity, connecting.signal)
      current = { pool, version: identity?.version, connecting, users: 0, usedAt }
    }
    current.usedAt = usedAt
    return current
  }

  return async (identity, use) => {
    const taken = take(identity)
    taken.users += 1
    try {
      return await use(taken.pool)
    } catch (error) {
      // undici would connect once more for a request that was given up, only to find that it was.
      if (taken.users === 1) {
        if (current === taken) current = undefined
        taken.pool.destroy().catch(() => {})
        taken.connecting.abort()
      }
      throw error
    } finally {
      taken.users -= 1
    }
  }
}
