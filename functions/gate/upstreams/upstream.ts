import type { Decision } from '../../../contract/decision.ts'
import type { DeclaredRequest } from '../passage.ts'

export interface UpstreamAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Calls what stands behind a gate. Denials: `upstream.unreachable`, `.timeout`, `.failed`, `.invalid_response`. */
export type Upstream = (request: DeclaredRequest) => Promise<Decision<UpstreamAnswer>>
