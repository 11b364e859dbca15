import { CfnOutput, Validations } from 'aws-cdk-lib'
import {
  type CfnDomainName,
  DomainName,
  EndpointType,
  IpAddressType,
  type SpecRestApi,
} from 'aws-cdk-lib/aws-apigateway'
import { AaaaRecord, ARecord, RecordTarget } from 'aws-cdk-lib/aws-route53'
import { ApiGatewayDomain } from 'aws-cdk-lib/aws-route53-targets'
import { Construct } from 'constructs'
import type { DomainOptions } from '../declare/domain.ts'
import { type Edge, tlsOf } from './edge.ts'

/** To be acknowledged with a reason: `Validations.of(api).acknowledge({ id: 'Annotation::…', reason })`. */
const warningId = 'Sallyport-ClientCertificates'

/** The API's name, in the edge of its region. Returns the URL by which the API is called. */
export function createDomain(
  api: Construct,
  restApi: SpecRestApi,
  edge: Edge,
  domain: DomainOptions,
): string {
  const { name, certificate, clientCertificates } = domain
  const scope = new Construct(api, 'Domain')
  const domainName = new DomainName(scope, 'Name', {
    domainName: name,
    certificate,
    endpointType: EndpointType.REGIONAL,
    ...tlsOf(edge),
    ...(clientCertificates && { mtls: clientCertificates }),
    mapping: restApi,
  })
  const isDualStack = edge.endpoint.target.kind === 'regional' && edge.endpoint.target.dualStack
  if (isDualStack) {
    const resource = domainName.node.defaultChild as CfnDomainName
    resource.endpointConfiguration = {
      types: [EndpointType.REGIONAL],
      ipAddressType: IpAddressType.DUAL_STACK,
    }
  }
  pointAt(scope, domainName, domain, isDualStack)
  if (clientCertificates) {
    Validations.of(api).addWarning(
      warningId,
      `${api.node.path} asks callers for client certificates, so it takes TLS 1.2 as well as 1.3: together with them AWS has no policy of TLS 1.3 alone`,
    )
  }
  const url = `https://${name}/`
  // CDK's own output names what is switched off.
  ;(restApi.node.findChild('Endpoint') as CfnOutput).value = url
  return url
}

function pointAt(
  scope: Construct,
  domainName: DomainName,
  { name, hostedZone: zone }: DomainOptions,
  isDualStack: boolean,
): void {
  if (!zone) {
    new CfnOutput(scope, 'Target', {
      value: domainName.domainNameAliasDomainName,
      description: `What ${name} must point at, by an alias or a CNAME record`,
    })
    return
  }
  const props = {
    zone,
    recordName: `${name}.`,
    target: RecordTarget.fromAlias(new ApiGatewayDomain(domainName)),
  }
  new ARecord(scope, 'Alias', props)
  if (isDualStack) new AaaaRecord(scope, 'AliasV6', props)
}
