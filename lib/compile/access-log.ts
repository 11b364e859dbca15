import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'

/**
 * One JSON line per request, whatever became of it. No token, no header but the host that API Gateway found the API by, no query:
 * paths are logged as templates.
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
    domainName: '$context.domainName',
    tlsVersion: '$context.tlsVersion',
    cipherSuite: '$context.cipherSuite',
    // Neither subject nor issuer. A subject may be a person's name; and of a certificate that was refused both are texts of a stranger's
    // choice, which API Gateway writes into this line as they are: a quote in them would forge its members.
    certificateSerialNumber: '$context.identity.clientCert.serialNumber',
    wafStatus: '$context.waf.status',
    wafResponseCode: '$context.wafResponseCode',
    responseLength: '$context.responseLength',
    latencyMs: '$context.responseLatency',
    authorizerLatencyMs: '$context.authorizer.latency',
    authorizerStatus: '$context.authorizer.status',
    integrationLatencyMs: '$context.integration.latency',
    integrationStatus: '$context.integration.status',
  }),
)
