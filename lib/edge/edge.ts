import { EndpointAccessMode, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway'
import type { Construct } from 'constructs'
import { type CallersOptions, checkCallers } from '../declare/callers.ts'
import { checkFlag, describeValue } from '../declare/checks.ts'
import { DeclarationError } from '../declare/declaration-error.ts'
import { checkDomain, type DomainOptions } from '../declare/domain.ts'
import { Endpoint } from '../declare/endpoint.ts'
import type { ZeroTrustApiProps } from '../declare/zero-trust-api-props.ts'

/** What stands before the first door. */
export interface Edge {
  readonly endpoint: Endpoint
  readonly domain: DomainOptions | undefined
  readonly callers: CallersOptions | undefined
  readonly tracing: boolean
}

/** Reads what an API declares of its edge. `scope` is the API. */
export function readEdge(scope: Construct, props: ZeroTrustApiProps): Edge {
  const at = scope.node.path
  const { domain, endpoint = Endpoint.regional(), callers, tracing = true } = props
  checkFlag(`${at} tracing`, tracing, 'write tracing: false to have no traces')
  if (!(endpoint instanceof Endpoint)) {
    throw new DeclarationError({
      at: `${at} endpoint`,
      given: describeValue(endpoint),
      allowed: 'Endpoint.regional({ … }) or Endpoint.private({ … })',
      fix: 'leave it out for an API that is reached from the internet over IPv4',
    })
  }
  if (domain !== undefined && endpoint.target.kind === 'private') {
    throw new DeclarationError({
      at: `${at} domain`,
      given: 'a domain of a private API',
      allowed: 'a domain of an API with Endpoint.regional()',
      fix: 'leave domain out: VPCs know a private API by its own name. Private domain names of AWS are another kind, shared between accounts, and not built here',
    })
  }
  return {
    endpoint,
    tracing,
    domain: domain === undefined ? undefined : checkDomain(scope, `${at} domain`, domain),
    callers: callers === undefined ? undefined : checkCallers(`${at} callers`, callers),
  }
}

/**
 * What connections must be like, of the domain and of the API: for a domain name, API Gateway goes by the API's policy. AWS takes
 * no policy of TLS 1.3 together with client certificates.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
 */
export const tlsOf = ({
  domain,
}: Edge): { readonly securityPolicy: SecurityPolicy; readonly endpointAccessMode?: EndpointAccessMode } =>
  domain?.clientCertificates
    ? { securityPolicy: SecurityPolicy.TLS_1_2 } // without the access mode, which AWS takes with newer policies only
    : { securityPolicy: SecurityPolicy.TLS13_1_3_2025_09, endpointAccessMode: EndpointAccessMode.STRICT }
