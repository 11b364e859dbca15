import { describe, expect, test } from 'vitest'
import { problemOf } from '../../contract/problem.ts'
import { isTokenRejection, type ReasonCode, reasonOf, reasons } from '../../contract/reasons.ts'

const codes = Object.keys(reasons) as ReasonCode[]
const outsideOf = (status: number) =>
  new Set(codes.filter(code => reasons[code].status === status).map(code => JSON.stringify(problemOf(code))))

describe('the table of reasons', () => {
  test.each(codes)('names %s as area.reason, and shows a code that is in the table', code => {
    expect(code).toMatch(/^[a-z]+\.[a-z_]+$/)
    expect(codes).toContain(reasonOf(code).outside)
    expect(reasons[reasonOf(code).outside].status).toBe(reasons[code].status)
  })

  test('tells callers of all 401 the same, but for a sign-in that would be accepted if it were another', () => {
    expect(outsideOf(401)).toEqual(
      new Set(
        (['token.rejected', 'authentication.insufficient'] as const).map(code =>
          JSON.stringify(problemOf(code)),
        ),
      ),
    )
  })

  test('tells callers of all 403 the same, but for a page whose origin may not use the API', () => {
    expect(outsideOf(403)).toEqual(
      new Set(
        (['access.denied', 'origin.not_allowed'] as const).map(code => JSON.stringify(problemOf(code))),
      ),
    )
  })

  test('says nothing of a token with what can be said where none was sent: control of an address, or a public route’s', () => {
    for (const code of ['control.quarantined', 'access.denied', 'control.closed'] as const)
      expect(problemOf(code).detail).not.toMatch(/token/)
  })

  test('takes for refusals of a token those that callers cannot tell apart, and no request for another sign-in', () => {
    const refusals = codes.filter(isTokenRejection)
    expect(refusals).toEqual(codes.filter(code => reasonOf(code).outside === 'token.rejected'))
    expect(refusals).toContain('token.expired')
    expect(refusals).toContain('claim.audience_mismatch')
    expect(refusals).not.toContain('authentication.insufficient')
    expect(refusals).not.toContain('claim.not_allowed')
  })

  test('wakes someone only for what a caller cannot mend', () => {
    const waking = codes.filter(code => reasonOf(code).pages)
    expect(waking.filter(code => reasonOf(code).owner === 'client')).toEqual([])
    expect(waking).toContain('ticket.missing')
  })
})
