import { isDeepStrictEqual } from 'node:util'
import type { LocalNames } from '../network/names.ts'
import type { DeclaredIssuer } from '../policies.ts'
import { UsageError } from '../usage-error.ts'
import { createHosts } from './hosts.ts'
import { createOpenIdProvider, type OpenIdProvider } from './openid-provider.ts'
import { type BuiltInIssuer, servedBy } from './provider.ts'
import { hostsOf, issuerClaims, refuseSharedHosts } from './shared-hosts.ts'
import { sitesOf } from './sites.ts'

/** The issuers of the running app: the built-in provider for each, or a server the developer named instead. */
export interface Issuers {
  /**
   * Issuer → where it is served on this machine: the origin of the developer's own server; for a `builtIn` one, which can make
   * tokens, the issuer's path follows: `http://127.0.0.1:PORT/realms/main`.
   */
  readonly all: () => ReadonlyArray<{
    issuer: string
    origin: string
    builtIn: boolean
    audiences: readonly string[]
    requiredClaims: readonly string[]
  }>
  /** The built-in provider of an issuer. */
  readonly builtIn: (issuer: string) => BuiltInIssuer | undefined
  /** The hosts of all issuers and of their key sets. */
  readonly names: () => LocalNames
  /**
   * Serves what is declared and nothing else. Unchanged issuers keep their keys, changed ones start anew, a host that stays keeps
   * its port. When it rejects, everything is as before.
   * Rejects with a {@link UsageError} for an own server of an issuer that is not declared, and for a host that would need two servers;
   * with a `TypeError` for an issuer that cannot be served.
   */
  readonly serve: (declared: readonly DeclaredIssuer[]) => Promise<void>
  readonly close: () => Promise<void>
}

interface Running {
  readonly declared: DeclaredIssuer
  readonly served: { readonly own: string } | { readonly provider: OpenIdProvider }
}

/** @param own issuer → local origin that takes the built-in provider's place */
export function createIssuers(own: Readonly<Record<string, string>>): Issuers {
  const hosts = createHosts()
  let running: readonly Running[] = []

  async function run(declared: DeclaredIssuer): Promise<Running> {
    const same = running.find(other => isDeepStrictEqual(other.declared, declared))
    if (same) return same
    const origin = own[declared.issuer]
    if (origin !== undefined) return { declared, served: { own: origin } }
    return { declared, served: { provider: await createOpenIdProvider(declared) } }
  }

  const builtIn = ({ served }: Running): BuiltInIssuer | undefined =>
    'provider' in served ? servedBy(served.provider, hosts.origins()) : undefined

  return {
    all: () =>
      running.map(entry => ({
        issuer: entry.declared.issuer,
        origin: 'own' in entry.served ? entry.served.own : (builtIn(entry)?.url ?? ''),
        builtIn: 'provider' in entry.served,
        audiences: entry.declared.audiences,
        requiredClaims: entry.declared.requiredClaims,
      })),
    builtIn(issuer) {
      const entry = running.find(({ declared }) => declared.issuer === issuer)
      return entry && builtIn(entry)
    },
    names: () => ({
      ...hosts.origins(),
      ...Object.fromEntries(
        running.flatMap(({ declared, served }) =>
          'own' in served ? hostsOf(declared).map(host => [host, served.own]) : [],
        ),
      ),
    }),
    async serve(declared) {
      const unknown = Object.keys(own).find(issuer => !declared.some(entry => entry.issuer === issuer))
      if (unknown !== undefined) {
        const names = declared.map(entry => entry.issuer).join(', ') || 'none'
        throw new UsageError(`--issuer ${unknown}: the app declares no such issuer; it declares ${names}`)
      }
      refuseSharedHosts(issuerClaims(declared, own))
      const next: Running[] = []
      for (const entry of declared) next.push(await run(entry))
      await hosts.serve(
        sitesOf(next.flatMap(({ served }) => ('provider' in served ? [served.provider] : []))),
      )
      running = next
    },
    async close() {
      running = []
      await hosts.close()
    },
  }
}
