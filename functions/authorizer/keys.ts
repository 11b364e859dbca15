import type { CryptoKey } from 'jose'
import { allow, type Decision, deny } from '../../contract/decision.ts'
import type { Algorithm } from '../../contract/manifest.ts'
import { fetchJson } from './fetch-json.ts'
import type { JwsHeader } from './jws.ts'
import { type KeySet, readKeySet } from './key-set.ts'

/** The keys of one issuer, and of no other: each has its own. */
export interface Keys {
  /** The key a token names. Denials: `token.key_unknown`, `keys.unavailable`. */
  find(header: JwsHeader): Promise<Decision<CryptoKey>>
  /**
   * The key that has taken a key's place under the same name, where one has; null where none has. Asked when a signature
   * does not hold under a known key.
   */
  replacing(used: CryptoKey, header: JwsHeader): Promise<CryptoKey | null>
}

export interface KeySource {
  readonly issuer: string
  /** Null: found through the issuer's discovery document (OpenID Connect Discovery 1.0 §4). */
  readonly jwksUri: string | null
  readonly algorithms: readonly Algorithm[]
}

export interface KeyServices {
  readonly fetch: typeof fetch
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Trouble with a key set, in our own words. */
  readonly report: (note: string) => void
}

/** What the key server's own `Cache-Control` says does not matter: these bounds are ours. */
const times = {
  /** A withdrawn key stops working within this. */
  fresh: 10 * 60_000,
  /** While the key server is in trouble, keys it published are believed for this long. */
  stale: 60 * 60_000,
  /** Tokens that name unknown keys, or have bad signatures, cause one fetch in this. */
  curiosity: 30_000,
  /** After a failed fetch, callers are answered without another for this long. */
  pause: 1000,
}

/** Keys that are fetched. Nothing in a token decides from where. */
export function createKeys(source: KeySource, { fetch, now, report }: KeyServices): Keys {
  let known: { readonly set: KeySet; readonly fetchedAt: number } | undefined
  let attemptedAt = Number.NEGATIVE_INFINITY
  let pending: Promise<void> | undefined

  const age = () => (known ? now() - known.fetchedAt : Number.POSITIVE_INFINITY)

  /** One fetch for all who need it; resolves whatever came of it. */
  const refresh = (): Promise<void> => {
    pending ??= load().finally(() => {
      pending = undefined
    })
    return pending
  }
  const load = async (): Promise<void> => {
    attemptedAt = now()
    try {
      const uri = source.jwksUri ?? (await discover(source.issuer, fetch))
      const set = await readKeySet(await fetchJson(uri, fetch), source.algorithms)
      if (set.skipped > 0) report(`${set.skipped} keys of the set cannot be used`)
      known = { set, fetchedAt: now() }
    } catch (error) {
      report(`the key set cannot be had: ${(error as Error).message}`)
    }
  }
  const settled = (least: number) => pending === undefined && now() - attemptedAt < least

  return {
    async find({ kid, alg }) {
      if (age() >= times.fresh && !settled(times.pause)) await refresh()
      if (!known || age() >= times.stale) return deny('keys.unavailable')
      if (!known.set.get(kid, alg) && !settled(times.curiosity)) await refresh()
      const key = known.set.get(kid, alg)
      return key ? allow(key) : deny('token.key_unknown')
    },
    async replacing(used, { kid, alg }) {
      if (!settled(times.curiosity)) await refresh()
      const key = known?.set.get(kid, alg)
      return key && key !== used ? key : null
    },
  }
}

async function discover(issuer: string, fetch: typeof globalThis.fetch): Promise<string> {
  const document = (await fetchJson(
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    fetch,
  )) as { issuer?: unknown; jwks_uri?: unknown } | null
  // A document of another issuer would bring that issuer's keys (OpenID Connect Discovery 1.0 §4.3).
  if (document?.issuer !== issuer) throw new Error('the discovery document names another issuer')
  if (typeof document.jwks_uri !== 'string') throw new Error('the discovery document has no jwks_uri')
  return document.jwks_uri
}
