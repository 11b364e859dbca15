import { isDeepStrictEqual } from 'node:util'
import type { LocalNames } from '../network/names.ts'
import type { DeclaredIssuer } from '../policies.ts'
import { UsageError } from '../usage-error.ts'
import { createHosts } from './hosts.ts'
import { createOpenIdProvider, type OpenIdProvider } from './openid-provider.ts'
import { type BuiltInIssuer, servedBy } from './provider.ts'
import { hostsOf, issuerClaims, refuseSharedHosts } from './shared-hosts.ts'
import { sitesOf } from './sites.ts'
import { ownClaims } from './token-profile.ts'

/** One issuer of the running app, and how to come by its tokens. */
export interface PlayedIssuer {
  readonly issuer: string
  /**
   * Where it is served on this machine: the origin of the developer's own server; for a `builtIn` one the issuer's path
   * follows: `http://127.0.0.1:PORT/realms/main`. Null: nowhere, since its keys are pinned.
   */
  readonly origin: string | null
  /** Whether the built-in provider plays it, which alone can be asked for tokens. */
  readonly builtIn: boolean
  readonly audiences: readonly string[]
  /** Claims that its tokens must have. */
  readonly requiredClaims: readonly string[]
  /** Claims that the built-in provider puts into every token by itself. */
  readonly ownClaims: readonly string[]
  /** The claim that a token's scopes go into; null where its tokens carry none. */
  readonly scopesClaim: string | null
  /** Where a token's roles go, from the outermost claim inwards: `realm_access.roles`; null where its tokens carry none. */
  readonly rolesClaim: string | null
}

/** The issuers of the running app: the built-in provider for each, or a server the developer named instead. */
export interface Issuers {
  /** In the order in which they are declared. */
  readonly all: () => readonly PlayedIssuer[]
  /** The built-in provider of an issuer. */
  readonly builtIn: (issuer: string) => BuiltInIssuer | undefined
  /** The hosts of all issuers and of their key sets. */
  readonly names: () => LocalNames
  /**
   * Serves what is declared and nothing else. Unchanged issuers keep their keys, changed ones start anew, a host that stays keeps
   * its port. When it rejects, everything is as before.
   * Rejects with a {@link UsageError} for an own server of an issuer that is not declared or has pinned keys, and for a host that
   * would need two servers;
   * with a `TypeError` for an issuer that cannot be served.
   */
  readonly serve: (declared: readonly DeclaredIssuer[]) => Promise<void>
  readonly close: () => Promise<void>
}

interface Running {
  readonly declared: DeclaredIssuer
  readonly served:
    | { readonly own: string }
    | { readonly provider: OpenIdProvider }
    | { readonly pinned: true }
}

/** @param own issuer → local origin that takes the built-in provider's place */
export function createIssuers(own: Readonly<Record<string, string>>): Issuers {
  const hosts = createHosts()
  let running: readonly Running[] = []

  async function run(declared: DeclaredIssuer): Promise<Running> {
    const same = running.find(other => isDeepStrictEqual(other.declared, declared))
    if (same) return same
    if (declared.pinned) return { declared, served: { pinned: true } }
    const origin = own[declared.issuer]
    if (origin !== undefined) return { declared, served: { own: origin } }
    return { declared, served: { provider: await createOpenIdProvider(declared) } }
  }

  const builtIn = ({ served }: Running): BuiltInIssuer | undefined =>
    'provider' in served ? servedBy(served.provider, hosts) : undefined

  return {
    all: () =>
      running.map(entry => ({
        issuer: entry.declared.issuer,
        origin: 'own' in entry.served ? entry.served.own : (builtIn(entry)?.url ?? null),
        builtIn: 'provider' in entry.served,
        audiences: entry.declared.audiences,
        requiredClaims: entry.declared.requiredClaims,
        ownClaims: ownClaims(entry.declared),
        scopesClaim: entry.declared.scopes?.claim ?? null,
        rolesClaim: entry.declared.roles?.join('.') ?? null,
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
      const pinned = declared.find(entry => entry.pinned && Object.hasOwn(own, entry.issuer))
      if (pinned) {
        throw new UsageError(
          `--issuer ${pinned.issuer}: its keys are pinned, so no server is ever asked for them\n` +
            '  fix: leave the option out, or declare the issuer with Issuer.oidc while you develop',
        )
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
