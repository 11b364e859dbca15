import { hash } from 'node:crypto'
import type { CryptoKey } from 'jose'
import { type Clock, type Instant, instant, since } from '../runtime/clock.ts'
import type { Claims, JudgedClaims } from './claims.ts'
import type { Issuer } from './issuers.ts'
import type { KeyName } from './keys.ts'

/** A token whose shape, signature, issuer, audience, type and times hold. Frozen at every depth. */
export interface VerifiedToken {
  readonly issuer: Issuer
  readonly claims: Claims
}

interface Entry {
  readonly token: VerifiedToken
  /** The key its signature held under, by which the entry falls when the key does. */
  readonly key: CryptoKey
  readonly name: KeyName
  /** Seconds since the epoch. */
  readonly from: number
  readonly until: number
  readonly verifiedAt: Instant
}

export interface VerifiedTokens {
  /** What the token of this id was verified as, as long as all that it rested on still stands. */
  recall(id: string): VerifiedToken | undefined
  remember(id: string, issuer: Issuer, judged: JudgedClaims, key: CryptoKey, name: KeyName): VerifiedToken
}

const most = 1000

/**
 * Tokens that were verified, by {@link tokenId}: who can read this memory finds no token in it. What is
 * recalled was verified within `ttlSeconds`, under a key that is current and has not been replaced, and its times hold now.
 * Only what was verified gets in, so strangers cannot fill it; the one used longest ago makes room.
 */
export function createVerifiedTokens(ttlSeconds: number, clock: Clock): VerifiedTokens {
  const entries = new Map<string, Entry>()

  const stands = ({ token, key, name, from, until, verifiedAt }: Entry): boolean => {
    const now = clock.wall() / 1000
    return (
      now >= from &&
      now < until &&
      since(verifiedAt, clock) < ttlSeconds * 1000 &&
      token.issuer.keys.current(name) === key
    )
  }

  return {
    recall(id) {
      const entry = entries.get(id)
      if (!entry) return undefined
      entries.delete(id)
      if (!stands(entry)) return undefined
      entries.set(id, entry)
      return entry.token
    },
    remember(id, issuer, { claims, from, until }, key, name) {
      const verified = Object.freeze({ issuer, claims: frozen(claims) })
      if (ttlSeconds === 0) return verified
      entries.set(id, { token: verified, key, name, from, until, verifiedAt: instant(clock) })
      const [oldest] = entries.keys()
      if (entries.size > most && oldest !== undefined) entries.delete(oldest)
      return verified
    },
  }
}

/** The SHA-256 of all the bytes of a token. */
export const tokenId = (token: string): string => hash('sha256', token, 'base64')

/** JSON that nobody can change any more: who is handed it next sees what was signed. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}
