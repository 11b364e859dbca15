import type { DeclaredIssuer } from '../policies.ts'
import { UsageError } from '../usage-error.ts'

/** Someone's need of a production host. */
export interface HostClaim {
  readonly kind: 'issuer' | 'upstream'
  /** As the app declares it, and as the option names it. */
  readonly name: string
  readonly host: string
  /** Who plays the host here: an origin of the developer's own, the built-in provider, or nobody. */
  readonly playedBy: string
}

const builtIn = 'the built-in provider'

/**
 * The hosts of the declared issuers and of their key sets; none for pinned keys.
 *
 * @param own issuer → local origin in the built-in provider's place
 */
export function issuerClaims(
  declared: readonly DeclaredIssuer[],
  own: Readonly<Record<string, string>>,
): HostClaim[] {
  return declared.flatMap(entry => {
    const { issuer: name } = entry
    return hostsOf(entry).map(
      (host): HostClaim => ({ kind: 'issuer', name, host, playedBy: own[name] ?? builtIn }),
    )
  })
}

/** The hosts of the declared HTTP upstreams. @param given upstream's origin → local origin */
export const upstreamClaims = (
  origins: readonly string[],
  given: Readonly<Record<string, string>>,
): HostClaim[] =>
  origins.map(origin => ({
    kind: 'upstream',
    name: origin,
    host: new URL(origin).hostname,
    playedBy: given[origin] ?? 'nobody',
  }))

export const hostsOf = (declared: AskedIssuer): string[] => [
  ...new Set(askedUrls(declared).map(url => url.hostname)),
]

type AskedIssuer = Pick<DeclaredIssuer, 'issuer' | 'jwksUri' | 'pinned'>

/** What the first door asks of an issuer is below these; nothing where its keys are pinned. */
export const askedUrls = ({ issuer, jwksUri, pinned }: AskedIssuer): URL[] =>
  pinned ? [] : [issuer, jwksUri ?? issuer].map(url => new URL(url))

/**
 * A host leads to one local server, since the TLS front sees a name and no path. Throws a {@link UsageError} for two claims
 * that would have one host played by different servers: the second would silently get the first one's answers.
 */
export function refuseSharedHosts(claims: readonly HostClaim[]): void {
  const first = new Map<string, HostClaim>()
  for (const claim of claims) {
    const other = first.get(claim.host) ?? claim
    first.set(claim.host, other)
    if (other.playedBy === claim.playedBy) continue
    const options = [other, claim].map(({ kind, name }) => `--${kind} ${name}=http://127.0.0.1:<port>`)
    throw new UsageError(
      `${other.kind} ${other.name} and ${claim.kind} ${claim.name} share the host ${claim.host}, which leads to one local server, ` +
        `but the first is played by ${other.playedBy}, the second by ${claim.playedBy}\n` +
        `  fix: let one server play both: ${options.join(' ')}`,
    )
  }
}
