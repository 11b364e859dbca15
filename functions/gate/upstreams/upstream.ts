import { type Decision, type Deny, deny } from '../../../contract/decision.ts'
import type { DeclaredRequest } from '../passage.ts'

export interface UpstreamAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Calls what stands behind a gate. Denials: `upstream.unreachable`, `.timeout`, `.failed`, `.invalid_response`. */
export type Upstream = (request: DeclaredRequest) => Promise<Decision<UpstreamAnswer>>

/** Why an answer of this status is not passed on, if it is not. */
export function refusalOf(status: number): Deny | undefined {
  const note = `status ${status}`
  // What a failing service says is for its own operators: a stack trace or a query must not travel further.
  if (status >= 500 && status < 600) return deny('upstream.failed', { note })
  // A redirect would leave what was declared. 304 is none: it answers a declared If-None-Match.
  const isAnswer = (status >= 200 && status < 300) || status === 304 || (status >= 400 && status < 500)
  return isAnswer ? undefined : deny('upstream.invalid_response', { note })
}
