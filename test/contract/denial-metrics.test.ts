import { describe, expect, it } from 'vitest'
import { denialMetrics } from '../../contract/denial-metrics.ts'
import { type ReasonCode, reasonOf, reasons } from '../../contract/reasons.ts'

const codes = Object.keys(reasons) as ReasonCode[]
const countedAs = (metric: string) => codes.filter(code => denialMetrics(code).some(each => each === metric))

describe('what a refusal is counted as', () => {
  it('wakes by one alarm, of service or of security, each reason that pages and no other', () => {
    expect([...countedAs('Incidents'), ...countedAs('Breaches')].sort()).toEqual(
      codes.filter(code => reasonOf(code).pages).sort(),
    )
    expect(countedAs('Breaches')).toEqual([
      'certificate.missing',
      'ticket.missing',
      'ticket.malformed',
      'ticket.route_mismatch',
      'upstream.untrusted',
      'upstream.address_refused',
    ])
  })

  it('is the caller’s doing only where the caller can mend it, and never where a limit held', () => {
    for (const code of countedAs('ClientDenials')) expect(reasonOf(code).owner).toBe('client')
    expect(countedAs('ClientDenials').filter(code => /^(limit|upstream|keys|store)\./.test(code))).toEqual([])
    expect(countedAs('ClientDenials')).toEqual(
      expect.arrayContaining([
        'scope.insufficient',
        'input.invalid',
        'token.malformed',
        'origin.not_allowed',
      ]),
    )
  })

  it('is no attempt where only the age of a token is wrong: its signature holds, and clients forget to renew', () => {
    for (const code of ['token.expired', 'ticket.expired'] as const) expect(denialMetrics(code)).toEqual([])
    expect(countedAs('TokensRejected')).toEqual(
      expect.arrayContaining(['token.signature_invalid', 'token.key_unknown', 'token.not_yet_valid']),
    )
  })
})
