import type { AuthenticationManifest } from './gate-manifest.ts'
import type { ReasonCode } from './reasons.ts'

declare const allowed: unique symbol

/** A yes, carrying what was established. Only {@link allow} builds one. */
export interface Allow<T> {
  readonly ok: true
  readonly value: T
  readonly [allowed]: never
}

/** A no. `note` is for our own logs: it names things (a parameter, a state), it never holds a value a caller sent. */
export interface Deny {
  readonly ok: false
  readonly reason: ReasonCode
  readonly note?: string
  readonly fields?: readonly FieldError[]
  readonly retryAfterSeconds?: number
  /** Of an upstream: the connection failed before anything of an answer came. Whatever may be sent twice can be sent again. */
  readonly unanswered?: true
  /** How the caller would have to sign in. */
  readonly authentication?: AuthenticationManifest
}

/** Where in a request an input is. */
export type Place = 'path' | 'query' | 'header' | 'cookie' | 'body'

/** Where something undeclared can be. Of a path there is nothing but what its route declares. */
export type SurplusPlace = Exclude<Place, 'path'> | 'output'

/** One input that did not pass, named the way the caller knows it. */
export interface FieldError {
  readonly in: Place
  /** Parameter name; for a body member a JSON Pointer (RFC 6901). */
  readonly name: string
  readonly detail: string
}

/** There is no third answer: whatever is not an Allow denies. */
export type Decision<T> = Allow<T> | Deny

export const allow = <T>(value: T): Allow<T> => ({ ok: true, value }) as Allow<T>

export const deny = (
  reason: ReasonCode,
  more: Pick<Deny, 'note' | 'fields' | 'retryAfterSeconds' | 'unanswered' | 'authentication'> = {},
): Deny => ({ ok: false, reason, ...more })

/** Carries a {@link Deny} out of code whose only way to stop is to throw. */
export class Refused extends Error {
  readonly denial: Deny

  constructor(denial: Deny) {
    super(denial.reason)
    this.name = 'Refused'
    this.denial = denial
  }
}

/** The value of a yes; a no leaves by {@link Refused}, which is answered in exactly one place. */
export function settle<T>(decision: Decision<T>): T {
  if (decision.ok) return decision.value
  throw new Refused(decision)
}
