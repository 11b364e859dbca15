import { allow, type Decision, deny } from './decision.ts'

/**
 * What the first door hands to the second, for one route. It travels as the authorizer's context, which API Gateway
 * keeps from callers and turns into strings; so it is flat strings to begin with.
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
  const { ticket, route, rule, issuer, subject, client, bound } = context
  const expiresAt = typeof context.expiresAt === 'string' ? Number(context.expiresAt) : Number.NaN
  const claims = readBound(bound)
  if (
    ticket !== version ||
    typeof route !== 'string' ||
    typeof rule !== 'string' ||
    typeof issuer !== 'string' ||
    typeof subject !== 'string' ||
    typeof client !== 'string' ||
    !Number.isSafeInteger(expiresAt) ||
    !subject ||
    !issuer ||
    !claims
  ) {
    return deny('ticket.malformed')
  }
  if (route !== expected.route) return deny('ticket.route_mismatch')
  if (rule !== expected.rule) return deny('ticket.outdated')
  if (expected.nowSeconds >= expiresAt) return deny('ticket.expired')
  return allow({ route, rule, issuer, subject, client, expiresAt, bound: claims })
}

function readBound(text: unknown): Record<string, string> | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return Object.values(value).every(v => typeof v === 'string')
      ? (value as Record<string, string>)
      : undefined
  } catch {
    return undefined
  }
}
