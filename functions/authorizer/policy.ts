import type { RouteAccess } from '../../contract/authorizer-manifest.ts'
import { scopeChallenge } from '../../contract/headers.ts'
import type { ReasonCode } from '../../contract/reasons.ts'
import type { RouteKey } from '../../contract/route.ts'
import { type Ticket, ticketContext } from '../../contract/ticket.ts'

const apiIdShape = /^[a-z0-9]{1,32}$/

/**
 * The ARNs of one declared route, from our own route table. Of the request only the API's id is used, which is AWS's
 * word, not the caller's; building ARNs from request paths is how wildcards get injected.
 * A trailing slash reaches the same resource, and its ARN has it too.
 */
export function resourcesOf(
  arnPrefix: string,
  context: { readonly apiId?: string } | undefined,
  stage: string,
  route: RouteKey,
): string[] {
  const apiId = context?.apiId ?? ''
  if (!apiIdShape.test(apiId)) throw new Error('the event names no API')
  const [method, template = ''] = route.split(' ')
  const arn = `${arnPrefix}${apiId}/${stage}/${method}${template.replace(/\{[^{}/]+\}/g, '*')}`
  return template.endsWith('/') ? [arn] : [arn, `${arn}/`]
}

const policy = (effect: 'Allow' | 'Deny', resources: readonly string[]) => ({
  Version: '2012-10-17' as const,
  Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: [...resources] }],
})

export const allowRoute = (resources: readonly string[], ticket: Ticket) => ({
  // Shown in access logs, where a subject would be personal data.
  principalId: 'caller',
  policyDocument: policy('Allow', resources),
  context: ticketContext(ticket),
})

/**
 * `reason` is for the access log, `challenge` for the 403's WWW-Authenticate (RFC 6750 §3.1), `allowOrigin` for its CORS headers:
 * of API Gateway's own refusals, this one alone can have a header that is not static.
 */
export const denyRoute = (
  resources: readonly string[],
  reason: ReasonCode,
  access: Pick<RouteAccess, 'scopes' | 'anyScope'> | undefined,
  allowOrigin?: string,
) => ({
  principalId: 'caller',
  policyDocument: policy('Deny', resources),
  context: {
    reason,
    ...(reason === 'scope.insufficient' && access && { challenge: challengeFor(access) }),
    ...(allowOrigin && { allowOrigin }),
  },
})

/** Where one of several scopes is enough, the one that was declared first is asked for. */
const challengeFor = ({ scopes, anyScope }: Pick<RouteAccess, 'scopes' | 'anyScope'>): string =>
  scopeChallenge([...scopes, ...anyScope.slice(0, 1)])
