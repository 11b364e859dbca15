import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ReasonCode } from '../../contract/reasons.ts'
import { readTicket, type Ticket, ticketContext } from '../../contract/ticket.ts'

const ticket: Ticket = {
  route: 'GET /deals',
  fingerprint: 'policy-1',
  issuer: 'https://login.example.com',
  subject: 'user-1',
  client: '',
  tokenId: 'token-1',
  issuedAt: 900,
  expiresAt: 1000,
  claims: { sub: 'user-1' },
  viewers: [0, 2],
}
const expected = { route: ticket.route, fingerprint: ticket.fingerprint, nowSeconds: 999 }
const context = ticketContext(ticket)

/** What API Gateway does to a context on its way: everything becomes text, and it adds members of its own. */
const delivered = (given: Record<string, unknown>) => ({
  ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)])),
  principalId: 'caller',
  integrationLatency: 12,
})

describe('a ticket', () => {
  test('survives its way through API Gateway, whatever the claims hold', () => {
    const text = fc.string({ minLength: 1, unit: 'binary' })
    const any = fc.record({
      route: text,
      fingerprint: text,
      issuer: text,
      subject: text,
      client: fc.string({ unit: 'binary' }),
      tokenId: fc.string({ unit: 'binary' }),
      issuedAt: fc.option(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })),
      expiresAt: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      claims: fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue())),
      viewers: fc.array(fc.nat()),
    })
    fc.assert(
      fc.property(any, given => {
        const { route, fingerprint } = given
        const read = readTicket(delivered(ticketContext(given)), { route, fingerprint, nowSeconds: 0 })
        expect(read).toEqual({ ok: true, value: JSON.parse(JSON.stringify(given)) })
      }),
    )
  })

  test('is flat text, since anything nested is a 500 in API Gateway', () => {
    expect(Object.values(context).every(value => typeof value === 'string')).toBe(true)
  })

  test('holds in the last moment before its token expires', () => {
    expect(readTicket(context, { ...expected, nowSeconds: 999.999 }).ok).toBe(true)
  })

  test('is refused from the moment its token expires', () => {
    expect(readTicket(context, { ...expected, nowSeconds: 1000 })).toMatchObject({ reason: 'ticket.expired' })
  })
})

const attacks: Array<
  [what: string, context: Record<string, unknown> | null | undefined, reason: ReasonCode]
> = [
  ['no context', undefined, 'ticket.missing'],
  ['a null context', null, 'ticket.missing'],
  ['a context of another authorizer', { principalId: 'user-1', claims: '{}' }, 'ticket.missing'],
  ['an empty version', { ...context, ticket: '' }, 'ticket.missing'],
  ['another version', { ...context, ticket: '2' }, 'ticket.malformed'],
  ['a version that is no text', { ...context, ticket: 1 }, 'ticket.malformed'],
  ['a list as subject', { ...context, subject: ['user-1'] }, 'ticket.malformed'],
  ['an empty subject', { ...context, subject: '' }, 'ticket.malformed'],
  ['an empty issuer', { ...context, issuer: '' }, 'ticket.malformed'],
  ['a number as expiry', { ...context, expiresAt: 4_000_000_000 }, 'ticket.malformed'],
  ['an expiry that is no number', { ...context, expiresAt: 'never' }, 'ticket.malformed'],
  ['an infinite expiry', { ...context, expiresAt: 'Infinity' }, 'ticket.malformed'],
  ['a list as token id', { ...context, tokenId: ['a'] }, 'ticket.malformed'],
  ['a time of issue that is no number', { ...context, issuedAt: 'long ago' }, 'ticket.malformed'],
  ['a time of issue before all time', { ...context, issuedAt: '-1' }, 'ticket.malformed'],
  ['claims that are no JSON', { ...context, claims: '{' }, 'ticket.malformed'],
  ['claims that are a list', { ...context, claims: '[]' }, 'ticket.malformed'],
  ['claims that are null', { ...context, claims: 'null' }, 'ticket.malformed'],
  ['claims that are text', { ...context, claims: '"sub"' }, 'ticket.malformed'],
  ['claims that are an object', { ...context, claims: { sub: 'user-1' } }, 'ticket.malformed'],
  ['a ticket of another route', { ...context, route: 'POST /deals' }, 'ticket.route_mismatch'],
  ['a ticket of another policy', { ...context, fingerprint: 'policy-0' }, 'ticket.outdated'],
  ['an expired ticket', { ...context, expiresAt: '999' }, 'ticket.expired'],
  ['an expiry long ago', { ...context, expiresAt: '1' }, 'ticket.expired'],
  ['a negative expiry', { ...context, expiresAt: '-1' }, 'ticket.malformed'],
  ['a blank expiry', { ...context, expiresAt: '' }, 'ticket.malformed'],
  ['viewers that are no places', { ...context, viewers: '0 x' }, 'ticket.malformed'],
  ['viewers with a gap between them', { ...context, viewers: '0  1' }, 'ticket.malformed'],
  ['viewers as a list', { ...context, viewers: [0] }, 'ticket.malformed'],
]

describe('what is no ticket for this route is refused', () => {
  test.each(attacks)('%s', (_, given, reason) => {
    expect(readTicket(given, expected)).toMatchObject({ ok: false, reason })
  })

  test.each(Object.keys(context))('a ticket without its %s', name => {
    const { [name]: _, ...rest } = context
    expect(readTicket(rest, expected).ok).toBe(false)
  })

  test('anything at all', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(context), 'other'), fc.jsonValue()), given => {
        expect(readTicket(given, expected).ok).toBe(false)
      }),
    )
  })
})
