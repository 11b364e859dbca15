import { expect } from 'vitest'
import { securityHeaders } from '../../contract/headers.ts'
import type { ReasonCode } from '../../contract/reasons.ts'

interface Refused {
  readonly status: number
  readonly code: ReasonCode
  readonly requestId: string
  readonly errors?: ReadonlyArray<{ in: string; name: string; detail: string }>
}

/** Reads a refusal: a problem document (RFC 9457) of this status and code, with our security headers. */
export async function expectRefusal(
  response: Pick<Response, 'status' | 'headers' | 'text'>,
  status: number,
  code: ReasonCode,
): Promise<Refused> {
  const text = await response.text()
  expect([response.status, text]).toEqual([status, expect.stringContaining(`"${code}"`)])
  expectSecurityHeaders(response.headers)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = JSON.parse(text)
  expect(problem).toMatchObject({ type: 'about:blank', status, code, requestId: expect.any(String) })
  return problem
}

export function expectSecurityHeaders(headers: Headers): void {
  for (const [name, value] of Object.entries(securityHeaders))
    expect([name, headers.get(name)]).toEqual([name, value])
}
