import { randomBytes, randomUUID } from 'node:crypto'
import type { ApiIdentity } from './api-identity.ts'
import type { GatewayResponseType } from './gateway-response-types.ts'
import type { GatewayRequest } from './request.ts'
import type { RouteMatch } from './router.ts'
import { lastValue } from './values.ts'

/** One request and what has become of it so far; `$context` is a view of it. Filled in by rest-api.ts, in this order. */
export interface Exchange {
  readonly api: ApiIdentity
  readonly request: GatewayRequest
  readonly requestId: string
  readonly extendedRequestId: string
  /** `Root=…`, what the function gets as `X-Amzn-Trace-Id`. */
  readonly traceId: string
  /** ms since 1970 */
  readonly startedAt: number
  body: Buffer
  match: RouteMatch | null
  authorizer: AuthorizerTrace | null
  integration: IntegrationTrace | null
  /** Set when the gateway itself answers. A `null` message is shown as JSON null. */
  error: { type: GatewayResponseType; message: string | null } | null
  response: { status: number; bytes: number; latencyMs: number } | null
}

export interface AuthorizerTrace {
  /** 0 when the decision came from the cache. */
  latencyMs: number
  status: number
  error?: string
  principalId?: string
  /** As strings, which is how they travel (platform-facts §5.2). */
  context: Readonly<Record<string, string>>
}

interface IntegrationTrace {
  latencyMs: number
  /** What Lambda, the service, answered. */
  lambdaStatus: number
  /** What the function answered. */
  status?: number
  error?: string
}

/** Starts the record of a request. Times are ms since 1970. */
export function openExchange(api: ApiIdentity, request: GatewayRequest, startedAt: number): Exchange {
  return {
    api,
    request,
    requestId: requestIdOf(request),
    extendedRequestId: randomBytes(11).toString('base64'),
    traceId: traceIdOf(request, startedAt),
    startedAt,
    body: Buffer.alloc(0),
    match: null,
    authorizer: null,
    integration: null,
    error: null,
    response: null,
  }
}

/** The path of a request with the stage before it, as in `requestContext.path` (platform-facts §5.1). */
export function pathWithStage(exchange: Exchange): string {
  return `/${exchange.api.stageName}${exchange.request.sentPath}`
}

/**
 * Clients can override the request id, not the extended one (developer guide, `$context.requestId`; platform-facts §5.4).
 * The documentation names no header; this takes the one the id is returned in.
 */
function requestIdOf(request: GatewayRequest): string {
  for (const name of request.headers.keys()) {
    if (name.toLowerCase() !== 'x-amzn-requestid') continue
    const claimed = lastValue(request.headers, name)
    if (claimed && /^[\w.-]{1,128}$/.test(claimed)) return claimed
  }
  return randomUUID()
}

function traceIdOf(request: GatewayRequest, startedAt: number): string {
  for (const name of request.headers.keys()) {
    if (name.toLowerCase() !== 'x-amzn-trace-id') continue
    const root = /Root=1-[0-9a-f]{8}-[0-9a-f]{24}/i.exec(lastValue(request.headers, name) ?? '')
    if (root) return root[0]
  }
  const seconds = Math.floor(startedAt / 1000)
    .toString(16)
    .padStart(8, '0')
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`
}
