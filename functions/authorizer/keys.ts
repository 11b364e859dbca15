import type { CryptoKey } from 'jose'
import type { Algorithm } from '../../contract/authorizer-manifest.ts'
import { allow, type Decision, deny } from '../../contract/decision.ts'
import { type Clock, type Instant, instant, since } from '../runtime/clock.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import { fetchJson } from './fetch-json.ts'
import { type KeySet, readKeySet } from './key-set.ts'

/** Which key a token names, and what for. */
export interface KeyName {
  readonly kid: string
  readonly alg: string
}

/** The keys of one issuer, and of no other: each has its own. */
export interface Keys {
  /** Has the keys ready before the first token comes. Resolves whatever comes of it. */
  prepare(): Promise<void>
  /** The key a token names. Denials: `token.key_unknown`, `keys.unavailable`. */
  find(name: KeyName): Promise<Decision<CryptoKey>>
  /**
   * The key that has taken a key's place under the same name, where one has; null where none has. Asked when a signature
   * does not hold under a known key.
   */
  replacing(used: CryptoKey, name: KeyName): Promise<CryptoKey | null>
  /** The key of this name as long as nothing has to be asked for it: the set is fresh. */
  current(name: KeyName): CryptoKey | undefined
  /** Milliseconds since the set was asked for. Null: it was not, or came to nothing. */
  age(): number | null
}

export interface KeySource {
  readonly issuer: string
  /** Null: found through the issuer's discovery document (OpenID Connect Discovery 1.0 §4). */
  readonly jwksUri: string | null
  readonly algorithms: readonly Algorithm[]
}

export interface KeyServices {
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly telemetry: Pick<Telemetry, 'trouble' | 'keyFetchFailed' | 'staleKeysUsed'>
}

/** What the key server's own `Cache-Control` says does not matter: these bounds are ours. Milliseconds. */
const times = {
  /** A withdrawn key stops working within this. */
  fresh: 10 * 60_000,
  /** While the key server is in trouble, keys it published are believed for this long. */
  stale: 60 * 60_000,
  /** From a fetch that failed to the next: while there are keys to go by, and while there are none. */
  retry: 10_000,
  retryWithoutKeys: 1000,
  /**
   * After a fetch for the sake of one token that brought nothing new. One that did is what a rotation looks like, and no
   * stranger can make it happen.
   */
  disappointment: 10_000,
  /** Until each answer begins, and for discovery and keys together. */
  answer: 1500,
  whole: 3000,
}

const never: Instant = { wall: Number.NEGATIVE_INFINITY, steady: Number.NEGATIVE_INFINITY }

/** Keys that are fetched. Nothing in a token decides from where. */
export function createKeys(source: KeySource, { fetch, clock, telemetry }: KeyServices): Keys {
  let known: { readonly set: KeySet; readonly fetchedAt: Instant } | undefined
  let attempts = 0
  let failedAt = never
  let disappointedAt = never
  let pending: { readonly done: Promise<void>; readonly startedAt: Instant } | undefined

  const age = () => (known ? since(known.fetchedAt, clock) : Number.POSITIVE_INFINITY)
  const isFresh = () => age() < times.fresh
  const isBelieved = () => age() < times.stale
  // An instance is frozen between its invocations. A fetch that was under way then will not come to anything.
  const isLost = (startedAt: Instant) => since(startedAt, clock) > times.whole + 1000

  const load = async (startedAt: Instant): Promise<void> => {
    attempts += 1
    try {
      const set = await readKeySet(await fetchKeys(source, fetch), source.algorithms, known?.set)
      if (set.skipped > 0) telemetry.trouble(`${set.skipped} keys of ${source.issuer} cannot be used`)
      if (!known || startedAt.steady >= known.fetchedAt.steady) known = { set, fetchedAt: startedAt }
    } catch (error) {
      if (isLost(startedAt)) return
      failedAt = instant(clock)
      telemetry.keyFetchFailed(`the keys of ${source.issuer} cannot be had: ${(error as Error).message}`)
    }
  }
  /** One fetch for all who need it; resolves whatever came of it. */
  const refresh = (): Promise<void> => {
    if (pending && !isLost(pending.startedAt)) return pending.done
    const startedAt = instant(clock)
    const begun = {
      startedAt,
      done: load(startedAt).finally(() => {
        if (pending === begun) pending = undefined
      }),
    }
    pending = begun
    return begun.done
  }
  const mayRetry = () =>
    since(failedAt, clock) >= (isBelieved() ? times.retry : times.retryWithoutKeys) || pending !== undefined
  /**
   * Fetches for the sake of one token, unless that was done since its check began. A fetch that was under way may have
   * begun before its key was published; so it counts for whoever began it, and not for this token.
   */
  const lookAgain = async (isThere: () => boolean, attemptsBefore: number): Promise<void> => {
    if (pending) await refresh()
    const isTooSoon = since(disappointedAt, clock) < times.disappointment || !mayRetry()
    if (isThere() || attempts > attemptsBefore || isTooSoon) return
    const before = known
    await refresh()
    if (known !== before && !isThere()) disappointedAt = instant(clock)
  }

  return {
    prepare: refresh,
    async find({ kid, alg }) {
      const find = () => known?.set.get(kid, alg)
      const attemptsBefore = attempts
      if (!isFresh() && mayRetry()) await refresh()
      if (!isBelieved()) return deny('keys.unavailable')
      if (!find()) await lookAgain(() => find() !== undefined, attemptsBefore)
      const key = find()
      if (key && !isFresh()) telemetry.staleKeysUsed()
      return key ? allow(key) : deny('token.key_unknown')
    },
    async replacing(used, { kid, alg }) {
      const find = () => known?.set.get(kid, alg)
      // Keys are given new names when they are replaced; where they are not, the fetch of a moment ago is enough.
      const isRecent = known !== undefined && since(known.fetchedAt, clock) < times.retryWithoutKeys
      if (find() === used && !isRecent) await lookAgain(() => find() !== used, attempts)
      const key = find()
      return key && key !== used ? key : null
    },
    current: ({ kid, alg }) => (isFresh() ? known?.set.get(kid, alg) : undefined),
    age: () => (known ? age() : null),
  }
}

async function fetchKeys({ issuer, jwksUri }: KeySource, fetch: typeof globalThis.fetch): Promise<unknown> {
  const startedAt = performance.now()
  const { answer, whole } = times
  if (jwksUri !== null) return fetchJson(jwksUri, fetch, { answer, whole })
  const uri = await discover(issuer, fetch)
  return fetchJson(uri, fetch, { answer, whole: Math.max(1, whole - (performance.now() - startedAt)) })
}

async function discover(issuer: string, fetch: typeof globalThis.fetch): Promise<string> {
  const uri = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const { answer, whole } = times
  const document = (await fetchJson(uri, fetch, { answer, whole })) as {
    issuer?: unknown
    jwks_uri?: unknown
  } | null
  // A document of another issuer would bring that issuer's keys (OpenID Connect Discovery 1.0 §4.3).
  if (document?.issuer !== issuer) throw new Error('the discovery document names another issuer')
  if (typeof document.jwks_uri !== 'string') throw new Error('the discovery document has no jwks_uri')
  return document.jwks_uri
}
