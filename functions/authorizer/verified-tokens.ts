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
  /** Seconds since the epoch: from here on it would be refused, for its `exp` or its age. */
  readonly until: number
}

interface Entry {
  readonly token: VerifiedToken
  /** The key its signature held under, by which the entry falls when the key does. */
  readonly key: CryptoKey
  readonly name: KeyName
  /** Seconds since the epoch. */
  readonly from: number
  readonly verifiedAt: Instant
  /** Characters of the token, for which its claims stand. */
  readonly size: number
}

export interface VerifiedTokens {
  /** What the token of this id was verified as, as long as all that it rested on still stands. */
  recall(id: string): VerifiedToken | undefined
  remember(token: TokenToRemember, issuer: Issuer, judged: JudgedClaims, key: CryptoKey): VerifiedToken
}

export interface TokenToRemember {
  readonly id: string
  /** In characters. */
  readonly size: number
  readonly name: KeyName
}

// Claims can take some thirty times the memory of their text, and an issuer could see to it that they do.
const mostTokens = 1000
const mostCharacters = 1_000_000

/**
 * Tokens that were verified, by {@link tokenId}: who can read this memory finds no token in it. What is
 * recalled was verified within `ttlSeconds`, under a key that is current and has not been replaced, and its times hold now.
 * Only what was verified gets in, so strangers cannot fill it; those used longest ago make room.
 */
export function createVerifiedTokens(ttlSeconds: number, clock: Clock): VerifiedTokens {
  const entries = new Map<string, Entry>()
  let characters = 0

  const forget = (id: string, { size }: Entry) => {
    entries.delete(id)
    characters -= size
  }
  const keep = (id: string, entry: Entry) => {
    entries.set(id, entry)
    characters += entry.size
  }

  const stands = ({ token, key, name, from, verifiedAt }: Entry): boolean => {
    const now = clock.wall() / 1000
    return (
      now >= from &&
      now < token.until &&
      since(verifiedAt, clock) < ttlSeconds * 1000 &&
      token.issuer.keys.current(name) === key
    )
  }

  return {
    recall(id) {
      const entry = entries.get(id)
      if (!entry) return undefined
      forget(id, entry)
      if (!stands(entry)) return undefined
      keep(id, entry)
      return entry.token
    },
    remember({ id, size, name }, issuer, { claims, from, until }, key) {
      const token = Object.freeze({ issuer, claims: frozen(claims), until })
      if (ttlSeconds === 0) return token
      const before = entries.get(id)
      if (before) forget(id, before)
      keep(id, { token, key, name, from, verifiedAt: instant(clock), size })
      for (const [oldest, entry] of entries) {
        if (entries.size <= mostTokens && characters <= mostCharacters) break
        forget(oldest, entry)
      }
      return token
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
