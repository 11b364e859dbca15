import type { IncomingMessage, ServerResponse } from 'node:http'
import { compileAccessLog, summarize } from './access-log.ts'
import { type ApiIdentity, apiArn } from './api-identity.ts'
import { type Authorizer, createAuthorizer } from './authorizer.ts'
import { readBody } from './body.ts'
import { proxyEvent } from './event.ts'
import { type Exchange, openExchange } from './exchange.ts'
import { missingParameters, REFUSALS, type Refusal } from './gateway-response-types.ts'
import { renderRefusal } from './gateway-responses.ts'
import { type HttpAnswer, sendAnswer } from './http-answer.ts'
import { readApiDocument } from './openapi.ts'
import type { Operation } from './operation.ts'
import { firstHeader, type GatewayRequest, readRequest } from './request.ts'
import { missingRequired } from './request-validator.ts'
import { readProxyResponse } from './response.ts'
import { createRouter, type RouteMatch } from './router.ts'
import type { RestApiServices } from './services.ts'

export type { Operation } from './operation.ts'
export type { AccessSummary, FunctionResult, RestApiServices } from './services.ts'

/** A deployed stage of a REST API. */
export interface RestApiDefinition extends ApiIdentity {
  /** The resolved `Body` of `AWS::ApiGateway::RestApi`: an OpenAPI 3.0 document without intrinsic functions. */
  body: unknown
  /** `AccessLogSetting.Format` of the stage. */
  accessLogFormat?: string
}

export interface RestApi {
  operations: readonly Operation[]
  /**
   * Answers one request. Its URL is below the stage, as behind a custom domain: `/deals`, not `/prod/deals`.
   * Resolves when the answer is sent or the client is gone. Rejects only with what a service rejected with, after the client got
   * a 500: an `invoke` that rejects is a fault of the local cloud, not of a function.
   */
  handle(message: IncomingMessage, response: ServerResponse): Promise<void>
}

/** The quotas that cannot be raised (platform-facts §5.4). */
const LIMITS = { bodyBytes: 10 * 1024 * 1024, headerBytes: 10_240, urlBytes: 10_240 }

/**
 * Serves a REST API (API Gateway v1) as AWS does, as far as that is recorded (platform-facts §5).
 * @throws UnsupportedTemplateError for a part of the document, or a log variable, that is not supported here
 * @throws RefusedTemplateError for what AWS refuses at import
 */
export function createRestApi(definition: RestApiDefinition, services: RestApiServices): RestApi {
  const { apiId, stageName, accountId, region, clientCertificate } = definition
  const api: ApiIdentity = {
    ...{ apiId, stageName, accountId, region },
    ...(clientCertificate && { clientCertificate }),
  }
  const { operations, gatewayResponses, isBinary } = readApiDocument(definition.body, api)
  const route = createRouter(operations)
  const authorizers = createAuthorizers(operations, api, services)
  const renderLog =
    definition.accessLogFormat === undefined
      ? () => ''
      : compileAccessLog(definition.accessLogFormat, 'AccessLogSetting.Format')

  /** The way of every request; each step sees what the ones before it let pass. */
  async function answer(exchange: Exchange): Promise<HttpAnswer | Refusal> {
    const match = route(exchange.request.method, exchange.request.path)
    if (!match) return REFUSALS.MISSING_AUTHENTICATION_TOKEN
    exchange.match = match
    const refusal = (await authorize(exchange, match)) ?? validate(exchange, match)
    return refusal ?? integrate(exchange, match)
  }

  async function authorize(exchange: Exchange, match: RouteMatch): Promise<Refusal | null> {
    if (match.operation.authorizer === null) return null
    const authorizer = authorizers.get(match.operation.authorizer.name)
    if (!authorizer) return REFUSALS.AUTHORIZER_CONFIGURATION_ERROR
    const authorization = await authorizer(exchange, match)
    exchange.authorizer = authorization.trace
    return authorization.kind === 'allowed' ? null : authorization.refusal
  }

  function validate(exchange: Exchange, match: RouteMatch): Refusal | null {
    const missing = missingRequired(exchange, match)
    return missing.length > 0 ? missingParameters(missing) : null
  }

  async function integrate(exchange: Exchange, match: RouteMatch): Promise<HttpAnswer | Refusal> {
    const { functionArn, timeoutMs, path } = match.operation
    const sourceArn = `${apiArn(api)}/${stageName}/${exchange.request.method}${path}`
    if (!services.mayInvoke(functionArn, sourceArn)) {
      const error = 'Invalid permissions on Lambda function'
      exchange.integration = { latencyMs: 0, lambdaStatus: 403, error }
      return REFUSALS.API_CONFIGURATION_ERROR
    }
    const startedAt = services.now()
    const result = await services.invoke(functionArn, proxyEvent(exchange, match, isBinary), { timeoutMs })
    const latencyMs = services.now() - startedAt
    switch (result.kind) {
      case 'returned': {
        const response = readProxyResponse(result.payload, isBinary(firstHeader(exchange.request, 'accept')))
        if (response.kind === 'malformed') {
          exchange.integration = { latencyMs, lambdaStatus: 200, error: response.problem }
          return REFUSALS.MALFORMED_RESPONSE
        }
        exchange.integration = { latencyMs, lambdaStatus: 200, status: response.answer.status }
        const { answer } = response
        return { ...answer, headers: [...answer.headers, ['X-Amzn-Trace-Id', [exchange.traceId]]] }
      }
      case 'failed':
        // Lambda answers 200 for a function that threw; the gateway makes it 502 (platform-facts §5.3).
        exchange.integration = { latencyMs, lambdaStatus: 200, error: result.errorType }
        return REFUSALS.MALFORMED_RESPONSE
      case 'timed-out':
        exchange.integration = { latencyMs, lambdaStatus: 504, error: 'timed out' }
        return REFUSALS.INTEGRATION_TIMEOUT
      case 'throttled':
        // Lambda's 429 reaches the client as 500: the execution log calls it a configuration error ("Rate Exceeded").
        exchange.integration = { latencyMs, lambdaStatus: 429, error: 'Rate Exceeded' }
        return REFUSALS.API_CONFIGURATION_ERROR
    }
  }

  async function finish(
    exchange: Exchange,
    outcome: HttpAnswer | Refusal,
    to: { message: IncomingMessage; response: ServerResponse; close: boolean },
  ): Promise<void> {
    if (isRefusal(outcome)) exchange.error = { type: outcome.type, message: outcome.message }
    const sent = isRefusal(outcome) ? renderRefusal(outcome, gatewayResponses, exchange) : outcome
    // As sent, not as overridden: the client's HTTP library decides by it whether a body follows.
    const head = to.message.method === 'HEAD'
    exchange.response = {
      status: sent.status,
      bytes: head ? 0 : sent.body.length,
      latencyMs: services.now() - exchange.startedAt,
    }
    const headers: HttpAnswer['headers'] = [
      ...sent.headers,
      ['x-amzn-RequestId', [exchange.requestId]],
      ['x-amz-apigw-id', [exchange.extendedRequestId]],
    ]
    const sending = sendAnswer(to.response, { ...sent, headers }, { close: to.close, head })
    services.accessLog(renderLog(exchange), summarize(exchange))
    await sending
  }

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = openExchange(api, readRequest(message), services.now())
    const early = refuseEarly(exchange.request)
    if (early) return finish(exchange, early, { message, response, close: true })
    const body = await readBody(message, LIMITS.bodyBytes)
    // Nobody is left to answer, and what never arrived whole is no request.
    if (body.kind === 'disconnected') return
    if (body.kind === 'too-large') {
      return finish(exchange, REFUSALS.REQUEST_TOO_LARGE, { message, response, close: true })
    }
    exchange.body = body.bytes
    const outcome = await answer(exchange).catch((fault: unknown) => ({ fault }))
    if (!('fault' in outcome)) return finish(exchange, outcome, { message, response, close: false })
    await finish(exchange, REFUSALS.INTERNAL_FAULT, { message, response, close: false })
    throw outcome.fault
  }

  return { operations, handle }
}

/** What is refused before the body is read. */
function refuseEarly(request: GatewayRequest): Refusal | null {
  if (request.targetBytes > LIMITS.urlBytes) return REFUSALS.URI_TOO_LONG
  if (request.headerBytes > LIMITS.headerBytes) return REFUSALS.HEADERS_TOO_LARGE
  // "The pipe character must be URL-encoded" (developer guide, "important notes").
  if (request.rawQuery.includes('|')) return REFUSALS.BAD_REQUEST
  return null
}

function createAuthorizers(
  operations: readonly Operation[],
  api: ApiIdentity,
  services: RestApiServices,
): ReadonlyMap<string, Authorizer> {
  const definitions = operations.flatMap(({ authorizer }) => (authorizer ? [authorizer] : []))
  // By name, so that all operations of an authorizer share its cache.
  const distinct = new Map(definitions.map(definition => [definition.name, definition]))
  return new Map(
    [...distinct].map(([name, definition]) => [name, createAuthorizer(definition, api, services)] as const),
  )
}

function isRefusal(outcome: HttpAnswer | Refusal): outcome is Refusal {
  return 'type' in outcome
}
