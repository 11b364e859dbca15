import { allow, type Decision, deny } from '../../contract/decision.ts'
import type { ClaimRule, RouteAccess } from '../../contract/manifest.ts'
import type { RouteKey } from '../../contract/route.ts'
import type { Ticket } from '../../contract/ticket.ts'
import type { VerifiedToken } from './token.ts'

/**
 * Whether a verified token may use a route; if so, the ticket for it. Every scope and every claim rule must hold, and
 * one of the roles. Denials: `scope.insufficient`, `role.missing`, `claim.not_allowed`.
 */
export function permit(
  { issuer, claims }: VerifiedToken,
  access: RouteAccess,
  route: RouteKey,
): Decision<Ticket> {
  const scopes = scopesOf(claims.scope)
  if (!access.scopes.every(scope => scopes.includes(scope))) return deny('scope.insufficient')
  const roles = stringsOf(claimOf(claims, issuer.rolesClaim))
  if (access.roles.length > 0 && !access.roles.some(role => roles.includes(role))) return deny('role.missing')
  for (const rule of access.claims) {
    if (!holds(rule, claimOf(claims, rule.claim))) return deny('claim.not_allowed', { note: rule.claim })
  }
  const bound: Array<[string, string]> = []
  for (const claim of access.bound) {
    const value = claimOf(claims, claim)
    if (typeof value !== 'string' || !value) return deny('claim.not_allowed', { note: claim })
    bound.push([claim, value])
  }
  return allow({
    route,
    rule: access.rule,
    issuer: issuer.name,
    subject: claims.sub,
    client: clientOf(claims),
    expiresAt: Math.floor(claims.exp) + issuer.leewaySeconds,
    bound: Object.fromEntries(bound),
  })
}

/** RFC 8693 §4.2: scope-tokens separated by single spaces. Anything else grants nothing. */
const scopesOf = (scope: unknown): string[] => (typeof scope === 'string' ? scope.split(' ') : [])

/** Exact strings only: `true`, numbers or nested things are no roles. */
const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter(item => typeof item === 'string') : []

const claimOf = (claims: object, name: string): unknown =>
  Object.hasOwn(claims, name) ? (claims as Record<string, unknown>)[name] : undefined

function holds(rule: ClaimRule, value: unknown): boolean {
  switch (rule.kind) {
    case 'equals':
      return value === rule.value
    case 'oneOf':
      return typeof value === 'string' && rule.values.includes(value)
  }
}

/** RFC 9068 §2.2 `client_id`; OpenID Connect Core §2 `azp` where a provider uses that. */
function clientOf(claims: object): string {
  const client = claimOf(claims, 'client_id') ?? claimOf(claims, 'azp')
  return typeof client === 'string' ? client : ''
}
