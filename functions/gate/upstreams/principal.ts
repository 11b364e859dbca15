import type { Ticket } from '../../../contract/ticket.ts'

/**
 * Who is calling, for an upstream: base64url of a JSON object `{ iss, sub, client_id }`. Encoded because claim values
 * are chosen elsewhere, and must never become another header or another line.
 */
export const principalHeader = 'sallyport-principal'

export const principalOf = ({ issuer, subject, client }: Ticket) => ({
  iss: issuer,
  sub: subject,
  ...(client && { client_id: client }),
})

export const encodePrincipal = (ticket: Ticket): string =>
  Buffer.from(JSON.stringify(principalOf(ticket))).toString('base64url')
