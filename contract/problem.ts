import { STATUS_CODES } from 'node:http'
import type { Deny } from './decision.ts'
import { type ReasonCode, reasonOf } from './reasons.ts'

/** RFC 9457 problem details. `type` stays `about:blank`, so `title` is the status phrase; `code` tells reasons apart. */
export interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ReasonCode
  readonly requestId?: string
  readonly errors?: Deny['fields']
  /** With `authentication.insufficient`, as in the challenge (RFC 9470 §3): values with spaces between them, and seconds. */
  readonly acr_values?: string
  readonly max_age?: number
}

export const problemMediaType = 'application/problem+json'

/** What a caller sees of a reason: public text and outside code, nothing else. */
export function problemOf(
  code: ReasonCode,
  more: Omit<Partial<Problem>, 'type' | 'title' | 'status' | 'detail' | 'code'> = {},
): Problem {
  const reason = reasonOf(code)
  return {
    type: 'about:blank',
    title: STATUS_CODES[reason.status] ?? 'Error',
    status: reason.status,
    detail: reason.detail,
    code: reason.outside,
    ...more,
  }
}
