import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'

/**
 * One JSON line per request, whatever became of it. No token, no header, no query: paths are logged as templates.
 * `extendedRequestId` is the id to search for: unlike `requestId`, a client cannot choose it.
 */
export const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.extendedRequestId',
    time: '$context.requestTimeEpoch',
    method: '$context.httpMethod',
    route: '$context.resourcePath',
    status: '$context.status',
    error: '$context.error.responseType',
    reason: '$context.authorizer.reason',
    sourceIp: '$context.identity.sourceIp',
    tlsVersion: '$context.tlsVersion',
    responseLength: '$context.responseLength',
    latencyMs: '$context.responseLatency',
    authorizerLatencyMs: '$context.authorizer.latency',
    authorizerStatus: '$context.authorizer.status',
    integrationLatencyMs: '$context.integration.latency',
    integrationStatus: '$context.integration.status',
  }),
)
