import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { deny, Refused } from '../../contract/decision.ts'
import { fetchJson } from './fetch-json.ts'

/** The keys of one issuer. `find` refuses with `token.key_unknown` or `keys.unavailable`. */
export interface Keys {
  readonly find: JWTVerifyGetKey
}

interface KeySource {
  readonly issuer: string
  /** Null: found through the issuer's discovery document (OpenID Connect Discovery 1.0 §4). */
  readonly jwksUri: string | null
}

const freshForMs = 10 * 60_000
const cooldownMs = 30_000

/**
 * Fetches an issuer's key set when it is first needed, when it is older than ten minutes, and (at most every 30 s) when a
 * token names a key that is not in it. Concurrent needs share one fetch.
 */
export function createKeys(
  { issuer, jwksUri }: KeySource,
  { fetch, now }: { fetch: typeof globalThis.fetch; now: () => number },
): Keys {
  let known: { find: ReturnType<typeof createLocalJWKSet>; fetchedAt: number } | undefined
  let pending: Promise<void> | undefined
  let attemptedAt = Number.NEGATIVE_INFINITY

  const load = async () => {
    attemptedAt = now()
    const uri = jwksUri ?? (await discover(issuer, fetch))
    const set = (await fetchJson(uri, fetch)) as JSONWebKeySet
    known = { find: createLocalJWKSet(set), fetchedAt: now() }
  }
  const refresh = () => {
    pending ??= load().finally(() => {
      pending = undefined
    })
    return pending.catch(error => {
      throw new Refused(deny('keys.unavailable', { note: String((error as Error).message) }))
    })
  }

  return {
    async find(header, token) {
      if (!known || now() - known.fetchedAt >= freshForMs) await refresh()
      try {
        return await findIn(known, header, token)
      } catch (error) {
        const unknown = error instanceof errors.JWKSNoMatchingKey
        // Counted from the last attempt: a key server that is down must not be asked once per forged token.
        if (!unknown || (!pending && now() - attemptedAt < cooldownMs)) throw error
        await refresh()
        return findIn(known, header, token)
      }
    },
  }
}

type Find = JWTVerifyGetKey

async function findIn(known: { find: Find } | undefined, ...[header, token]: Parameters<Find>) {
  if (!known) throw new Refused(deny('keys.unavailable'))
  return known.find(header, token)
}

async function discover(issuer: string, fetch: typeof globalThis.fetch): Promise<string> {
  const document = (await fetchJson(
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    fetch,
  )) as {
    issuer?: unknown
    jwks_uri?: unknown
  }
  // A document of another issuer would bring that issuer's keys (OpenID Connect Discovery 1.0 §4.3).
  if (document?.issuer !== issuer) throw new Error('the discovery document names another issuer')
  if (typeof document.jwks_uri !== 'string') throw new Error('the discovery document has no jwks_uri')
  return document.jwks_uri
}
