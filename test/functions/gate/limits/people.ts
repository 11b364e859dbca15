import type { Control } from '../../../../contract/control.ts'
import type { Ticket } from '../../../../contract/ticket.ts'
import type { Asking } from '../../../../functions/gate/limits/orders.ts'

/** Seconds since the epoch, of the clock that tests begin with. */
export const startSeconds = 1_800_000_000

export const ticketOf = (more: Partial<Ticket> = {}): Ticket => ({
  route: 'GET /deals',
  fingerprint: 'policy-1',
  issuer: 'https://login.example.com',
  subject: 'user-1',
  client: 'app-1',
  tokenId: 'token-1',
  issuedAt: startSeconds - 60,
  expiresAt: startSeconds + 3600,
  claims: {},
  viewers: [],
  ...more,
})

export const askingOf = (more: Partial<Asking> = {}): Asking => ({
  route: 'GET /deals',
  ticket: ticketOf(),
  address: '203.0.113.9',
  network: '203.0.113.9',
  ...more,
})

export const control = (kind: Control['kind'], more: Partial<Control> = {}): Control => ({
  kind,
  until: null,
  issuedBefore: null,
  by: 'operator',
  why: 'a test',
  at: startSeconds,
  ...more,
})
