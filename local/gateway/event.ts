import type { IsBinary } from './binary-types.ts'
import { eventBody } from './body.ts'
import { domainName, domainPrefix, requestTime } from './context.ts'
import { type Exchange, pathWithStage } from './exchange.ts'
import { firstHeader, type GatewayRequest } from './request.ts'
import type { RouteMatch } from './router.ts'
import { lastValue, type MultiValues, toMultiValues, toSingleValues } from './values.ts'

/** The event of a Lambda proxy integration (platform-facts §5.4); what is absent is `null`. */
export function proxyEvent(exchange: Exchange, match: RouteMatch, isBinary: IsBinary) {
  const { request } = exchange
  const hasQuery = request.query.size > 0
  const context = requestContext(exchange, match)
  return {
    resource: match.operation.path,
    path: request.path,
    httpMethod: request.method,
    ...eventHeaders(exchange),
    queryStringParameters: hasQuery ? toSingleValues(request.query) : null,
    multiValueQueryStringParameters: hasQuery ? toMultiValues(request.query) : null,
    pathParameters: match.pathParameters.size > 0 ? Object.fromEntries(match.pathParameters) : null,
    stageVariables: null,
    requestContext: exchange.authorizer
      ? { ...context, authorizer: authorizerContext(exchange.authorizer) }
      : context,
    ...eventBody(exchange.body, isBinary(firstHeader(request, 'content-type'))),
  }
}

/** The event of a REQUEST authorizer: no body, and `{}` where a proxy event has `null` (developer guide, "input to …"). */
export function authorizerEvent(exchange: Exchange, match: RouteMatch, methodArn: string) {
  const { request } = exchange
  return {
    type: 'REQUEST',
    methodArn,
    resource: match.operation.path,
    path: request.path,
    httpMethod: request.method,
    ...eventHeaders(exchange),
    queryStringParameters: toSingleValues(request.query),
    multiValueQueryStringParameters: toMultiValues(request.query),
    pathParameters: Object.fromEntries(match.pathParameters),
    stageVariables: {},
    requestContext: requestContext(exchange, match),
  }
}

/** principalId and integrationLatency win over keys of the same name in the authorizer's own context. */
function authorizerContext(trace: NonNullable<Exchange['authorizer']>): Record<string, string | number> {
  return { ...trace.context, principalId: trace.principalId ?? '', integrationLatency: trace.latencyMs }
}

function requestContext(exchange: Exchange, match: RouteMatch) {
  const { api, request } = exchange
  return {
    resourceId: match.operation.resourceId,
    resourcePath: match.operation.path,
    httpMethod: request.method,
    extendedRequestId: exchange.extendedRequestId,
    requestTime: requestTime(exchange.startedAt),
    path: pathWithStage(exchange),
    accountId: api.accountId,
    protocol: request.protocol,
    stage: api.stageName,
    domainPrefix: domainPrefix(exchange),
    requestTimeEpoch: exchange.startedAt,
    requestId: exchange.requestId,
    identity: { ...identity(request), ...(api.clientCertificate && { clientCert: api.clientCertificate }) },
    domainName: domainName(exchange),
    apiId: api.apiId,
  }
}

function identity(request: GatewayRequest) {
  return {
    cognitoIdentityPoolId: null,
    accountId: null,
    cognitoIdentityId: null,
    caller: null,
    sourceIp: request.sourceIp,
    principalOrgId: null,
    accessKey: null,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: null,
    userAgent: lastValue(request.headers, 'User-Agent') ?? null,
    user: null,
  }
}

/** The request's headers, with those API Gateway adds; it listens on 443 only, so that is what it reports. */
function eventHeaders(exchange: Exchange): {
  headers: Record<string, string>
  multiValueHeaders: Record<string, string[]>
} {
  const { headers, sourceIp } = exchange.request
  const forwardedFor = [...valuesOf(headers, 'x-forwarded-for'), sourceIp].join(', ')
  const added: MultiValues = new Map([
    ['X-Amzn-Trace-Id', [exchange.traceId]],
    ['X-Forwarded-For', [forwardedFor]],
    ['X-Forwarded-Port', ['443']],
    ['X-Forwarded-Proto', ['https']],
  ])
  // In any spelling: otherwise a client could put its own next to the gateway's.
  const replaced = new Set([...added.keys()].map(name => name.toLowerCase()))
  const sent = [...headers].filter(([name]) => !replaced.has(name.toLowerCase()))
  const all: MultiValues = new Map([...sent, ...added])
  return { headers: toSingleValues(all), multiValueHeaders: toMultiValues(all) }
}

function valuesOf(headers: MultiValues, lowerCaseName: string): string[] {
  return [...headers].flatMap(([name, values]) => (name.toLowerCase() === lowerCaseName ? values : []))
}
