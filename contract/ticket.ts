import { allow, type Decision, deny } from './decision.ts'
import { count, type Decoder, json, literal, object, record, string, text } from './decode.ts'

/**
 * What the first door hands to the second, for one route. It travels as the authorizer's context, which API Gateway
 * keeps from callers and turns into strings; so it is flat strings to begin with. It is not signed: a ticket shows that a
 * request took the way through the first door, and who may take another way is said by the functions' permissions
 * (API Gateway alone may invoke them).
 */
export interface Ticket {
  readonly route: string
  /** What the policy that granted it asked for: see `fingerprint` in authorizer-manifest.ts. */
  readonly fingerprint: string
  readonly issuer: string
  readonly subject: string
  /** `client_id` of RFC 9068, or what its issuer calls it; empty where the token names none. */
  readonly client: string
  /** `jti`; empty where the token has none. */
  readonly tokenId: string
  /** `iat`, in seconds since the epoch; null where the token does not say. */
  readonly issuedAt: number | null
  /** Seconds since the epoch: the token's `exp`, or the age it may have, whichever comes first. */
  readonly expiresAt: number
  /** Claims that the second door decides on, as the token has them; those it lacks are left out. */
  readonly claims: Readonly<Record<string, unknown>>
  /** Which viewers of the route's answers the caller is one of, by their places in the policy. */
  readonly viewers: readonly number[]
}

const version = '1'

/** The ticket as an authorizer's context: strings only (anything nested is a 500 in API Gateway). */
export const ticketContext = (ticket: Ticket): Record<string, string> => ({
  ticket: version,
  route: ticket.route,
  fingerprint: ticket.fingerprint,
  issuer: ticket.issuer,
  subject: ticket.subject,
  client: ticket.client,
  tokenId: ticket.tokenId,
  issuedAt: ticket.issuedAt === null ? '' : String(ticket.issuedAt),
  expiresAt: String(ticket.expiresAt),
  claims: JSON.stringify(ticket.claims),
  viewers: ticket.viewers.join(' '),
})

/**
 * Reads the ticket of a request for one route. Denials: `ticket.missing`, `ticket.malformed`, `ticket.route_mismatch`
 * (a cached decision of another route), `ticket.outdated` (the policy changed since), `ticket.expired` (inside the
 * authorizer's cache).
 */
export function readTicket(
  context: Record<string, unknown> | null | undefined,
  expected: { readonly route: string; readonly fingerprint: string; readonly nowSeconds: number },
): Decision<Ticket> {
  if (!context?.ticket) return deny('ticket.missing')
  const read = readShape(context)
  if (!read) return deny('ticket.malformed')
  const { ticket: _, ...ticket } = read
  if (ticket.route !== expected.route) return deny('ticket.route_mismatch')
  if (ticket.fingerprint !== expected.fingerprint) return deny('ticket.outdated')
  if (expected.nowSeconds >= ticket.expiresAt) return deny('ticket.expired')
  return allow(ticket)
}

// Digits, as API Gateway hands on whatever the first door says.
const seconds: Decoder<number> = (value, at) =>
  count(/^\d+$/.test(string(value, at)) ? Number(value) : value, at)

const shape = object({
  ticket: literal(version),
  route: text,
  fingerprint: text,
  issuer: text,
  subject: text,
  client: string,
  tokenId: string,
  issuedAt: (value, at) => (value === '' ? null : seconds(value, at)),
  expiresAt: seconds,
  claims: (value, at) => record(json)(JSON.parse(string(value, at)), at),
  viewers: (value, at) =>
    value === ''
      ? []
      : string(value, at)
          .split(' ')
          .map(place => count(/^\d+$/.test(place) ? Number(place) : place, at)),
})

/** The ticket's own members of an authorizer's context; API Gateway adds others (`principalId`, `integrationLatency`). */
function readShape(context: Record<string, unknown>) {
  const { ticket, route, fingerprint, issuer, subject, client } = context
  const { tokenId, issuedAt, expiresAt, claims, viewers } = context
  try {
    return shape(
      { ticket, route, fingerprint, issuer, subject, client, tokenId, issuedAt, expiresAt, claims, viewers },
      'ticket',
    )
  } catch {
    return undefined
  }
}
