import tls from 'node:tls'
import { vi } from 'vitest'
import { allow } from '../../../contract/decision.ts'
import type { UpstreamKind } from '../../../contract/upstream-manifest.ts'
import type { DeclaredRequest } from '../../../functions/gate/passage.ts'
import type { Lookup } from '../../../functions/gate/upstreams/http/connection/guarded-lookup.ts'
import { type ExchangeServices, openExchange } from '../../../functions/gate/upstreams/http/exchange.ts'
import type { Upstream } from '../../../functions/gate/upstreams/upstream.ts'
import { publicRequest } from './upstreams/declared-request.ts'

type Connection = UpstreamKind<'http'>['connection']

const connection: Connection = {
  timeoutMs: 2000,
  minVersion: 'TLSv1.3',
  authorities: null,
  publicKeys: null,
  network: 'public',
  clientCertificate: null,
}

/** An answer of a resolver. */
export const resolvingTo =
  (...addresses: readonly string[]): Lookup =>
  (_, __, done) =>
    done(
      null,
      addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
    )

/** Leads connections to public addresses here, below the guard, as the local cloud does; to be called in each test that connects. */
export function leadLocally(): void {
  const connect = tls.connect.bind(tls) as (options: tls.ConnectionOptions) => tls.TLSSocket
  vi.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions) => {
    const { lookup } = options
    if (!lookup) return connect(options)
    return connect({
      ...options,
      lookup: (host, asked, done) =>
        lookup(host, asked, error =>
          error ? done(error, []) : done(null, [{ address: '127.0.0.1', family: 4 }]),
        ),
    })
  }) as typeof tls.connect)
}

/** The real exchange with a server of this machine, whose name resolves to a public address: see {@link leadLocally}. */
export const openTestExchange = (
  url: string,
  more: Partial<Omit<UpstreamKind<'http'>, 'connection'>> & {
    readonly connection?: Partial<Connection>
  } = {},
  services: Partial<ExchangeServices> = {},
): Promise<Upstream> =>
  openExchange(
    {
      kind: 'http',
      url,
      timeoutMs: 3000,
      maxResponseBytes: 100_000,
      resilience: { retries: 0, breaker: null, maxConcurrent: 50 },
      principal: { kind: 'header' },
      credentials: null,
      ...more,
      connection: { ...connection, ...more.connection },
    },
    {},
    { lookup: resolvingTo('192.0.2.1'), credentials: async outgoing => allow(outgoing), ...services },
  )

export const requestOf = (
  key: DeclaredRequest['key'] = 'GET /deals',
  path: Record<string, string> = {},
): DeclaredRequest => publicRequest({ key, path })
