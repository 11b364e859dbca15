import { describe, expect, test } from 'vitest'
import { sharedControl } from '../../../../contract/state.ts'
import { type Asking, judge, orderedOf } from '../../../../functions/gate/limits/orders.ts'
import { askingOf, control, startSeconds, ticketOf } from './people.ts'

const hashKey = new Uint8Array(32).fill(7)
const place = { api: 'Api', upstream: 'Deals' }
const { issuer, client, tokenId } = ticketOf()

const order = (name: string, ordered: ReturnType<typeof control>, asking: Asking = askingOf()) =>
  orderedOf({ hashKey, controls: new Map([[name, ordered]]) }, asking, place, startSeconds)?.reason ?? null

describe('an order', () => {
  test.each([
    ['its route', sharedControl.route('Api', 'GET /deals'), 'close', 'control.closed'],
    ['its upstream', sharedControl.upstream('Api', 'Deals'), 'close', 'control.closed'],
    ['its address', sharedControl.address(hashKey, '203.0.113.9'), 'quarantine', 'control.quarantined'],
    ['its token', sharedControl.token(hashKey, issuer, tokenId), 'revoke', 'control.revoked'],
    ['its client', sharedControl.client(hashKey, issuer, client), 'quarantine', 'control.quarantined'],
    ['tokens of its client', sharedControl.client(hashKey, issuer, client), 'revoke', 'control.revoked'],
  ] as const)('about %s refuses a request', (_, name, kind, reason) => {
    expect(order(name, control(kind))).toBe(reason)
    expect(order(name, control(kind, { until: startSeconds + 1 }))).toBe(reason)
    expect(order(name, control(kind, { until: startSeconds }))).toBeNull()
  })

  test.each([
    ['another route', sharedControl.route('Api', 'POST /deals')],
    ['the same route of another API', sharedControl.route('Other', 'GET /deals')],
    ['another upstream', sharedControl.upstream('Api', 'Reports')],
    ['another address', sharedControl.address(hashKey, '203.0.113.90')],
    ['a token of another issuer', sharedControl.token(hashKey, 'https://other.example.com', tokenId)],
    ['a client of another issuer', sharedControl.client(hashKey, 'https://other.example.com', client)],
    ['the same client under another key', sharedControl.client(new Uint8Array(32), issuer, client)],
  ])('about %s does not', (_, name) => {
    expect(order(name, control('close'))).toBeNull()
  })

  test('about routes and addresses holds for nobody, too; about tokens and clients there is none', () => {
    const nobody = askingOf({ ticket: null })
    expect(order(sharedControl.route('Api', 'GET /deals'), control('close'), nobody)).toBe('control.closed')
    expect(order(sharedControl.address(hashKey, '203.0.113.9'), control('quarantine'), nobody)).toBe(
      'control.quarantined',
    )
    expect(order(sharedControl.client(hashKey, issuer, ''), control('quarantine'), nobody)).toBeNull()
  })

  test('about no token or no client is about none', () => {
    const nameless = askingOf({ ticket: ticketOf({ tokenId: '', client: '' }) })
    expect(order(sharedControl.token(hashKey, issuer, ''), control('revoke'), nameless)).toBeNull()
    expect(order(sharedControl.client(hashKey, issuer, ''), control('quarantine'), nameless)).toBeNull()
  })
})

describe('a revocation of tokens issued before a time', () => {
  const revoke = control('revoke', { issuedBefore: 1000 })
  const reasonFor = (issuedAt: number | null) => judge(revoke, ticketOf({ issuedAt }))?.reason ?? null

  test('refuses those of that second, and none of the next', () => {
    expect(reasonFor(999)).toBe('control.revoked')
    expect(reasonFor(1000)).toBe('control.revoked')
    expect(reasonFor(1001)).toBeNull()
  })

  test('refuses one that does not say when it was issued', () => {
    expect(reasonFor(null)).toBe('control.revoked')
  })

  test('without a time refuses all', () => {
    expect(judge(control('revoke'), ticketOf({ issuedAt: 1e10 }))?.reason).toBe('control.revoked')
  })
})

test('a quarantine says nothing of when a token was issued', () => {
  const quarantine = control('quarantine', { issuedBefore: 0 })
  expect(judge(quarantine, ticketOf({ issuedAt: 1e10 }))?.reason).toBe('control.quarantined')
})
