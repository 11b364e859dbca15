import { mappedApis, mappedDomain, mappingTypes } from '../api/stages.ts'
import { breach, each, type Finding, type Rule } from '../rule.ts'
import type { Resource } from '../template/template.ts'
import { certain, type Templates } from '../template/templates.ts'
import type { Value } from '../template/value.ts'

/** Policies that accept nothing below TLS 1.3. Those named `TLS13_1_2_…` accept TLS 1.2. */
const tls13 = /^SecurityPolicy_TLS13_(?:1_3_|2025_EDGE$)/

/** An HTTP API has the legacy policy TLS_1_2 at its own endpoint, and no other. */
const fixed = 'its own endpoint accepts TLS 1.2, which cannot be changed'

/**
 * AWS has either TLS 1.3 alone or client certificates at one domain name, not both.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
 */
export const apiTls: Rule = {
  id: 'ZT-API-TLS',
  title: 'Callers connect with TLS 1.3, or with certificates of their own',
  fix: 'Set SecurityPolicy to SecurityPolicy_TLS13_1_3_2025_09 at the API and at its domain name; or ask for client certificates at the domain name (TLS_1_2, mutual TLS) and disable the API’s default endpoint.',
  types: [
    'AWS::ApiGateway::RestApi',
    'AWS::ApiGateway::DomainName',
    'AWS::ApiGateway::DomainNameV2',
    'AWS::ApiGatewayV2::Api',
    'AWS::ApiGatewayV2::DomainName',
  ],
  *judge(resource, app) {
    const isMutual = hasClientCertificates(resource)
    if (resource.type === 'AWS::ApiGatewayV2::Api') {
      if (!isBehindCertificates(resource, app)) yield breach('Properties', fixed)
    } else if (resource.type === 'AWS::ApiGatewayV2::DomainName') {
      const configurations = resource.get('DomainNameConfigurations').items()
      if (configurations.length === 0) yield* judgePolicy(resource.get('SecurityPolicy'), isMutual)
      yield* each(configurations, place => judgePolicy(place.get('SecurityPolicy'), isMutual))
    } else {
      yield* judgePolicy(
        resource.get('SecurityPolicy'),
        isMutual || (resource.type === 'AWS::ApiGateway::RestApi' && isBehindCertificates(resource, app)),
      )
    }
  },
}

function* judgePolicy(at: Value, isMutual: boolean): Iterable<Finding> {
  const policy = at.text()
  if (policy !== undefined && tls13.test(policy)) return
  if (policy === 'TLS_1_2' && isMutual) return
  yield breach(
    at,
    policy === undefined ? 'it accepts TLS 1.0, or 1.2: the default' : `${policy} accepts less`,
  )
}

const hasClientCertificates = (domain: Resource): boolean =>
  domain.get('MutualTlsAuthentication', 'TruststoreUri').isPresent

/** Reached in no other way than over domain names that ask for a certificate. */
function isBehindCertificates(api: Resource, app: Templates): boolean {
  if (api.get('DisableExecuteApiEndpoint').flag() !== true) return false
  const domains = app
    .of(...mappingTypes)
    .filter(mapping => mappedApis(mapping).some(id => app.referred(id.text()) === api))
    .map(mapping => mappedDomain(mapping, app))
  return domains.length > 0 && domains.every(domain => hasClientCertificates(certain(domain, api)))
}
