import type { ClaimRule, RouteAccess, ViewersManifest } from '../../contract/authorizer-manifest.ts'
import { allow, type Decision, deny } from '../../contract/decision.ts'
import type { RouteKey } from '../../contract/route.ts'
import type { Ticket } from '../../contract/ticket.ts'
import type { AuditPrincipal } from '../runtime/audit.ts'
import { isText } from './claims.ts'
import type { Issuer } from './issuers.ts'
import type { VerifiedToken } from './verified-tokens.ts'

/**
 * Whether a verified token may use a route; if so, the ticket for it. In this order: an accepted issuer, every scope (or one
 * of them, where that was declared), one of the roles, every claim rule. Denials: `issuer.not_accepted`,
 * `scope.insufficient`, `role.missing`, `claim.not_allowed`.
 */
export function permit(
  { issuer, claims, until }: VerifiedToken,
  access: RouteAccess,
  route: RouteKey,
): Decision<Ticket> {
  if (!access.issuers.includes(issuer.place)) return deny('issuer.not_accepted')
  const scopes = scopesOf(claims, issuer)
  if (!access.scopes.every(scope => scopes.includes(scope)) || !hasOne(scopes, access.anyScope))
    return deny('scope.insufficient')
  const roles = rolesOf(claims, issuer)
  if (!hasOne(roles, access.roles)) return deny('role.missing')
  for (const rule of access.claims) {
    if (!holds(rule, memberOf(claims, rule.claim))) return deny('claim.not_allowed', { note: rule.claim })
  }
  const carried = carry(claims, access.carried)
  // Within the answer they are text in text: every quote is written twice.
  if (Buffer.byteLength(JSON.stringify(JSON.stringify(carried))) > mostCarried)
    return deny('claim.not_allowed', { note: `${access.carried.join(', ')}: too large to carry` })
  const issuedAt = memberOf(claims, 'iat')
  return allow({
    route,
    fingerprint: access.fingerprint,
    ...bearerOf({ issuer, claims }),
    issuedAt: typeof issuedAt === 'number' && issuedAt >= 0 ? Math.floor(issuedAt) : null,
    expiresAt: Math.floor(until),
    claims: carried,
    viewers: access.viewers.flatMap((wanted, place) => (isViewer(wanted, scopes, roles) ? [place] : [])),
  })
}

/** Whose token it is. */
export function bearerOf({ issuer, claims }: Pick<VerifiedToken, 'issuer' | 'claims'>): AuditPrincipal {
  const [client, tokenId] = [issuer.clientClaim, 'jti'].map(name => memberOf(claims, name))
  return {
    issuer: issuer.name,
    subject: claims.sub,
    client: isText(client) ? client : '',
    tokenId: isText(tokenId) ? tokenId : '',
  }
}

// An authorizer's answer may be 8 KB in all.
const mostCarried = 4096

const carry = (claims: object, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    names.filter(name => Object.hasOwn(claims, name)).map(name => [name, memberOf(claims, name)]),
  )

const isViewer = (wanted: ViewersManifest, scopes: readonly string[], roles: readonly string[]): boolean =>
  wanted.scopes.every(scope => scopes.includes(scope)) &&
  hasOne(scopes, wanted.anyScope) &&
  hasOne(roles, wanted.roles)

const hasOne = (held: readonly string[], wanted: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some(each => held.includes(each))

/** Scope-tokens separated by single spaces (RFC 8693 §4.2), or a list, as the issuer writes them. Anything else grants nothing. */
function scopesOf(claims: object, { scopes }: Issuer): readonly string[] {
  if (scopes === null) return []
  const granted = memberOf(claims, scopes.claim)
  if (scopes.form === 'list') return stringsOf(granted)
  return typeof granted === 'string' ? granted.split(' ') : []
}

const rolesOf = (claims: object, { roles }: Issuer): readonly string[] =>
  roles === null ? [] : stringsOf(roles.reduce(memberOf, claims as unknown))

/** Exact strings only: `true`, numbers or nested things are no roles. */
const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter(item => typeof item === 'string') : []

/** Its own member, not what every object inherits; undefined where there is none. */
const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined

function holds(rule: ClaimRule, value: unknown): boolean {
  switch (rule.kind) {
    case 'equals':
      return value === rule.value
    case 'oneOf':
      return typeof value === 'string' && rule.values.includes(value)
    case 'contains':
      return stringsOf(value).includes(rule.value)
    case 'present':
      return value !== undefined && value !== null
  }
}
