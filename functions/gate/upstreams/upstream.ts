import type { Decision } from '../../../contract/decision.ts'
import type { DeclaredRequest } from '../passage.ts'

export interface UpstreamAnswer {
  readonly status: number
  /** Lower-case names. Several values: the header was sent more than once. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** Text where the upstream speaks text (a function does); else the bytes it sent. */
  readonly body: string | Uint8Array
}

/**
 * Calls what stands behind a gate, and has so many milliseconds left for it, its own time-out aside. Denials: `input.too_large`,
 * `principal.unusable`, `ticket.expired`, `credentials.unavailable`, `upstream.unreachable`, `.timeout`, `.failed`, `.invalid_response`,
 * `.untrusted`, `.address_refused`, `.certificate_unavailable`, `.circuit_open`, `.overloaded`.
 */
export type Upstream = (request: DeclaredRequest, withinMs: number) => Promise<Decision<UpstreamAnswer>>

/** What is less: the declared time-out, or what is left. In whole milliseconds, as timers want it. */
export const shorter = (timeoutMs: number, withinMs: number): number =>
  Math.max(0, Math.floor(Math.min(timeoutMs, withinMs)))
