import { RefusedTemplateError } from '../unsupported.ts'
import type { Exchange } from './exchange.ts'
import type { AccessSummary } from './services.ts'
import { compileTemplate, lookUpContext, type Template } from './substitution.ts'

/**
 * Compiles the access log format of a stage; `$context` variables the request does not have are `-`, as in AWS.
 * @throws UnsupportedTemplateError for anything but known `$context` variables
 * @throws RefusedTemplateError without a request id, which AWS demands
 */
export function compileAccessLog(format: string, place: string): Template {
  if (!/\$context\.(requestId|extendedRequestId)\b/.test(format)) {
    throw new RefusedTemplateError(
      place,
      'AWS refuses a format without $context.requestId or $context.extendedRequestId',
    )
  }
  return compileTemplate(format, place, { absent: '-', lookUp: lookUpContext })
}

/** A finished exchange in short. */
export function summarize(exchange: Exchange): AccessSummary {
  const reason = exchange.authorizer?.context.reason
  return {
    method: exchange.request.method,
    path: exchange.request.sentPath,
    status: exchange.response?.status ?? 0,
    latencyMs: exchange.response?.latencyMs ?? 0,
    ...(exchange.integration && { integrationLatencyMs: exchange.integration.latencyMs }),
    resourcePath: exchange.match?.operation.path ?? null,
    extendedRequestId: exchange.extendedRequestId,
    ...(reason === undefined ? {} : { reason }),
    ...(exchange.error && { gatewayResponse: gatewayResponse(exchange.error, exchange.integration) }),
  }
}

const gatewayResponse = (
  { type, message }: NonNullable<Exchange['error']>,
  integration: Exchange['integration'],
): AccessSummary['gatewayResponse'] => ({
  type,
  message,
  ...(integration?.error !== undefined && { integrationError: integration.error }),
})
