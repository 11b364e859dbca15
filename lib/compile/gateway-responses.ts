import { sharingHeaders, varyByOrigin } from '../../contract/cors.ts'
import { bearerChallenge, securityHeaders } from '../../contract/headers.ts'
import { problemMediaType, problemOf } from '../../contract/problem.ts'
import { type ReasonCode, reasonOf } from '../../contract/reasons.ts'
import type { Cors } from '../declare/cors.ts'

/**
 * Which reason stands behind each refusal of API Gateway's own. REQUEST_TOO_LARGE is not here since it cannot be
 * customised; the classes at the end catch whatever has no line of its own, and keep its status.
 */
const reasonBehind: Readonly<Record<string, ReasonCode>> = {
  MISSING_AUTHENTICATION_TOKEN: 'route.undeclared', // AWS's name for: no such path, or no such method
  RESOURCE_NOT_FOUND: 'route.undeclared',
  UNAUTHORIZED: 'token.rejected',
  ACCESS_DENIED: 'access.denied',
  EXPIRED_TOKEN: 'access.denied',
  INVALID_API_KEY: 'access.denied',
  INVALID_SIGNATURE: 'access.denied',
  WAF_FILTERED: 'access.denied',
  BAD_REQUEST_BODY: 'input.invalid',
  BAD_REQUEST_PARAMETERS: 'input.invalid',
  UNSUPPORTED_MEDIA_TYPE: 'input.media_type',
  THROTTLED: 'limit.edge',
  QUOTA_EXCEEDED: 'limit.edge',
  // What API Gateway makes of an authorizer that throws; the first door does so when it cannot have the keys.
  AUTHORIZER_FAILURE: 'keys.unavailable',
  AUTHORIZER_CONFIGURATION_ERROR: 'keys.unavailable',
  API_CONFIGURATION_ERROR: 'gateway.fault',
  INTEGRATION_FAILURE: 'gateway.fault',
  INTEGRATION_TIMEOUT: 'upstream.timeout',
  DEFAULT_4XX: 'request.malformed',
  DEFAULT_5XX: 'gateway.fault',
}

const moreHeaders: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // The same whatever was wrong with the token, or whether there was one (RFC 6750 §3).
  UNAUTHORIZED: { 'WWW-Authenticate': `'${bearerChallenge}'` },
  // Set by the first door for a lack of scope; absent otherwise, and then left out.
  ACCESS_DENIED: { 'WWW-Authenticate': 'context.authorizer.challenge' },
}

/**
 * `x-amazon-apigateway-gateway-responses`: every refusal of API Gateway's own as a problem document. Pages can read them where
 * one origin is declared: their headers are static, and what they could take from a request is any origin (docs/adr/0014).
 */
export const gatewayResponses = (cors?: Cors): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(reasonBehind).map(([type, reason]) => [type, response(type, reason, cors)]),
  )

/** Header values as API Gateway reads them. Of several origins only the first door can say which one asked, and only with a 403. */
function sharing(type: string, cors: Cors): Readonly<Record<string, string>> {
  const [origin = '', ...others] = cors.origins
  const vary = { vary: quoted(varyByOrigin) }
  if (others.length === 0) return { ...quotedAll(sharingHeaders(cors, origin)), ...vary }
  if (type !== 'ACCESS_DENIED') return vary
  const headers = quotedAll(sharingHeaders(cors, ''))
  return { ...headers, 'access-control-allow-origin': 'context.authorizer.allowOrigin', ...vary }
}

function response(type: string, reason: ReasonCode, cors: Cors | undefined) {
  // Of the request only an id that no client can choose is put in: templates do not escape.
  const { status, title, ...problem } = problemOf(reason, { requestId: '$context.extendedRequestId' })
  const { retryAfterSeconds } = reasonOf(reason)
  const isClass = type === 'DEFAULT_4XX'
  const headers = {
    'Content-Type': `'${problemMediaType}'`,
    ...quotedAll(securityHeaders),
    ...(cors && sharing(type, cors)),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': quoted(String(retryAfterSeconds)) }),
    ...moreHeaders[type],
  }
  return {
    ...(!isClass && { statusCode: status }),
    responseParameters: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [`gatewayresponse.header.${name}`, value]),
    ),
    responseTemplates: {
      'application/json': JSON.stringify(isClass ? problem : { ...problem, title, status }),
    },
  }
}

// Static values stand in single quotes; those inside (a CSP's 'none') belong to the value.
const quoted = (value: string) => `'${value}'`
const quotedAll = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, quoted(value)]))
