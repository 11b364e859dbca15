import { allow, type Decision, deny } from './decision.ts'
import { count, literal, object, record, string, text } from './decode.ts'

/**
 * What the first door hands to the second, for one route. It travels as the authorizer's context, which API Gateway
 * keeps from callers and turns into strings; so it is flat strings to begin with. It is not signed: a ticket shows that a
 * request took the way through the first door, and who may take another way is said by the functions' permissions
 * (API Gateway alone may invoke them).
 */
export interface Ticket {
  readonly route: string
  readonly rule: string
  readonly issuer: string
  readonly subject: string
  /** RFC 9068 `client_id`, or `azp`; empty where the token names none. */
  readonly client: string
  /** Seconds since the epoch: the token's `exp`. */
  readonly expiresAt: number
  /** Claims that the gate compares with path parameters. */
  readonly bound: Readonly<Record<string, string>>
}

const version = '1'

/** The ticket as an authorizer's context: strings only (anything nested is a 500 in API Gateway). */
export const ticketContext = (ticket: Ticket): Record<string, string> => ({
  ticket: version,
  route: ticket.route,
  rule: ticket.rule,
  issuer: ticket.issuer,
  subject: ticket.subject,
  client: ticket.client,
  expiresAt: String(ticket.expiresAt),
  bound: JSON.stringify(ticket.bound),
})

/**
 * Reads the ticket of a request for one route. Denials: `ticket.missing`, `ticket.malformed`, `ticket.route_mismatch`
 * (a cached decision of another route), `ticket.outdated` (the rule changed since), `ticket.expired` (inside the
 * authorizer's cache).
 */
export function readTicket(
  context: Record<string, unknown> | null | undefined,
  expected: { readonly route: string; readonly rule: string; readonly nowSeconds: number },
): Decision<Ticket> {
  if (!context?.ticket) return deny('ticket.missing')
  const read = readShape(context)
  if (!read) return deny('ticket.malformed')
  const { ticket: _, ...ticket } = read
  if (ticket.route !== expected.route) return deny('ticket.route_mismatch')
  if (ticket.rule !== expected.rule) return deny('ticket.outdated')
  if (expected.nowSeconds >= ticket.expiresAt) return deny('ticket.expired')
  return allow(ticket)
}

const shape = object({
  ticket: literal(version),
  route: text,
  rule: text,
  issuer: text,
  subject: text,
  client: string,
  // Digits, as API Gateway hands on whatever the first door says.
  expiresAt: (value, at) => count(/^\d+$/.test(string(value, at)) ? Number(value) : value, at),
  bound: (value, at) => record(string)(JSON.parse(string(value, at)), at),
})

/** The ticket's own members of an authorizer's context; API Gateway adds others (`principalId`, `integrationLatency`). */
function readShape(context: Record<string, unknown>) {
  const { ticket, route, rule, issuer, subject, client, expiresAt, bound } = context
  try {
    return shape({ ticket, route, rule, issuer, subject, client, expiresAt, bound }, 'ticket')
  } catch {
    return undefined
  }
}
