import type { Decision } from '../../../contract/decision.ts'
import type { DeclaredRequest } from '../passage.ts'

export interface UpstreamAnswer {
  readonly status: number
  /** Lower-case names. Several values: the header was sent more than once. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** Text where the upstream speaks text (a function does); else the bytes it sent. */
  readonly body: string | Uint8Array
}

/** Calls what stands behind a gate. Denials: `input.too_large`, `upstream.unreachable`, `.timeout`, `.failed`, `.invalid_response`. */
export type Upstream = (request: DeclaredRequest) => Promise<Decision<UpstreamAnswer>>
