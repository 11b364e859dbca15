import { UnsupportedTemplateError } from '../unsupported.ts'
import { type Exchange, pathWithStage } from './exchange.ts'
import { hostOf } from './request.ts'
import { lastValue } from './values.ts'

/** Reads one variable; `undefined` where the request has no such thing. */
export type Variable = (exchange: Exchange) => string | undefined

type Reading = (exchange: Exchange) => string | number | null | undefined

/** A variable of AWS that nothing here ever gives a value: no WAF, no TLS, no IAM caller, no API key, no tracing. */
const absent: Reading = () => undefined

/**
 * The `$context` variables of a REST API (developer guide, "Variables for access logging" and "$context variables").
 * The map is the closed list: a name that is not in it is a mistake in AWS too, where it logs `-` for ever.
 */
const VARIABLES: Readonly<Record<string, Reading>> = {
  accountId: x => x.api.accountId,
  apiId: x => x.api.apiId,
  'authorizer.error': x => x.authorizer?.error,
  'authorizer.integrationLatency': x => x.authorizer?.latencyMs,
  'authorizer.integrationStatus': x => x.authorizer?.status,
  'authorizer.latency': x => x.authorizer?.latencyMs,
  'authorizer.principalId': x => x.authorizer?.principalId,
  'authorizer.requestId': absent,
  'authorizer.status': x => x.authorizer?.status,
  awsEndpointRequestId: absent,
  cipherSuite: absent,
  'customDomain.basePathMatched': absent,
  deploymentId: absent,
  domainName: x => domainName(x),
  domainPrefix: x => domainPrefix(x),
  'error.message': x => x.error?.message,
  // Already a JSON string, so null is the word (platform-facts §5.2: `{"message":null}`).
  'error.messageString': x => (x.error ? JSON.stringify(x.error.message) : undefined),
  'error.responseType': x => x.error?.type,
  'error.validationErrorString': absent,
  extendedRequestId: x => x.extendedRequestId,
  httpMethod: x => x.request.method,
  'identity.accountId': absent,
  'identity.apiKey': absent,
  'identity.apiKeyId': absent,
  'identity.caller': absent,
  'identity.clientCert.clientCertPem': x => x.api.clientCertificate?.clientCertPem,
  'identity.clientCert.issuerDN': x => x.api.clientCertificate?.issuerDN,
  'identity.clientCert.serialNumber': x => x.api.clientCertificate?.serialNumber,
  'identity.clientCert.subjectDN': x => x.api.clientCertificate?.subjectDN,
  'identity.sourceIp': x => x.request.sourceIp,
  'identity.user': absent,
  'identity.userAgent': x => lastValue(x.request.headers, 'User-Agent'),
  'identity.userArn': absent,
  'integration.error': x => x.integration?.error,
  'integration.integrationStatus': x => x.integration?.lambdaStatus,
  'integration.latency': x => x.integration?.latencyMs,
  'integration.requestId': absent,
  'integration.status': x => x.integration?.status,
  integrationLatency: x => x.integration?.latencyMs,
  // For a proxy integration this is the status of the Lambda service, not of the function.
  integrationStatus: x => x.integration?.lambdaStatus,
  path: pathWithStage,
  protocol: x => x.request.protocol,
  requestId: x => x.requestId,
  requestTime: x => requestTime(x.startedAt),
  requestTimeEpoch: x => x.startedAt,
  resourceId: x => x.match?.operation.resourceId,
  resourcePath: x => x.match?.operation.path,
  responseLatency: x => x.response?.latencyMs,
  responseLength: x => x.response?.bytes,
  stage: x => x.api.stageName,
  status: x => x.response?.status,
  tlsVersion: absent,
  'waf.error': absent,
  'waf.latency': absent,
  'waf.status': absent,
  wafResponseCode: absent,
  webaclArn: absent,
  xrayTraceId: absent,
}

/**
 * Looks up a variable by its name without `$context.`; `authorizer.<key>` reads the authorizer's context.
 * @throws UnsupportedTemplateError for a name that a REST API does not have
 */
export function contextVariable(name: string, place: string): Variable {
  const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : authorizerKey(name)
  if (!variable) {
    throw new UnsupportedTemplateError(
      place,
      `$context.${name} is not a variable of a REST API; supported: authorizer.<key>, ${Object.keys(VARIABLES).join(', ')}`,
    )
  }
  return exchange => {
    const value = variable(exchange)
    return value === undefined || value === null ? undefined : String(value)
  }
}

function authorizerKey(name: string): Reading | undefined {
  const key = /^authorizer\.([\w-]+)$/.exec(name)?.[1]
  if (key === undefined) return undefined
  return x =>
    x.authorizer && Object.hasOwn(x.authorizer.context, key) ? x.authorizer.context[key] : undefined
}

/** "The same as the incoming Host header" (developer guide, `$context.domainName`). */
export function domainName(exchange: Exchange): string {
  const { apiId, region } = exchange.api
  return hostOf(exchange.request) ?? `${apiId}.execute-api.${region}.amazonaws.com`
}

/** The first label of the domain name. */
export function domainPrefix(exchange: Exchange): string {
  return domainName(exchange).split('.', 1)[0] ?? ''
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A time in the Common Log Format, e.g. `22/Nov/2026:02:55:37 +0000`. */
export function requestTime(epochMs: number): string {
  const [date = '', time = ''] = new Date(epochMs).toISOString().split('T')
  const [year, month, day] = date.split('-')
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`
}
