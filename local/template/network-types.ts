import { place } from './intrinsics.ts'
import { arn, beside, type ResourceType } from './resource-type.ts'

const noNetwork =
  'no network is made here: the local API is served on loopback, functions run in the network of this machine'
const noNames = 'no names are given out here: the local API is served on loopback'

/** What a VPC of the app is made of, with the attributes that CDK's own constructs refer to. */
const vpcTypes: ReadonlyArray<readonly [type: string, attributes?: readonly string[]]> = [
  ['VPC', ['CidrBlock', 'DefaultNetworkAcl', 'DefaultSecurityGroup', 'Ipv6CidrBlocks', 'VpcId']],
  ['VPCCidrBlock'],
  ['Subnet', ['AvailabilityZone', 'Ipv6CidrBlocks', 'NetworkAclAssociationId', 'SubnetId', 'VpcId']],
  ['RouteTable', ['RouteTableId']],
  ['SubnetRouteTableAssociation'],
  ['Route'],
  ['EIP', ['AllocationId', 'PublicIp']],
  ['NatGateway', ['NatGatewayId']],
  ['InternetGateway', ['InternetGatewayId']],
  ['EgressOnlyInternetGateway'],
  ['VPCGatewayAttachment'],
  ['VPCEndpoint', ['Id']],
  ['SecurityGroup', ['GroupId', 'VpcId']],
  ['SecurityGroupIngress'],
  ['SecurityGroupEgress'],
  ['FlowLog'],
]

/** What stands around an API without seeing its requests as the gateway does: names, certificates, VPCs and what connects them. */
export const networkTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::Route53::RecordSet': beside(noNames),
  'AWS::Route53::HostedZone': beside(noNames, { Id: ref => ref, NameServers: () => 'ns.example.com' }),
  'AWS::CertificateManager::Certificate': {
    ...beside('the local API is served without TLS, on loopback', { CertificateArn: ref => ref }),
    ref: (stack, logicalId) => arn('acm', `certificate/${stack}-${logicalId}`),
  },
  // For a truststore, which nobody reads here.
  'AWS::S3::Bucket': {
    ...beside('no bucket is made here, and functions reach none', {
      Arn: ref => `arn:${place.partition}:s3:::${ref}`,
      DomainName: ref => `${ref}.s3.amazonaws.com`,
      RegionalDomainName: ref => `${ref}.s3.${place.region}.amazonaws.com`,
    }),
    ref: (stack, logicalId, property) =>
      String(property('BucketName') ?? `${stack}-${logicalId}`)
        .toLowerCase()
        .slice(0, 63),
  },
  'AWS::S3::BucketPolicy': beside('no bucket is made here, and functions reach none'),
  ...Object.fromEntries(
    vpcTypes.map(([type, attributes = []]) => [
      `AWS::EC2::${type}`,
      beside(noNetwork, Object.fromEntries(attributes.map(name => [name, ref => `${ref}.${name}`]))),
    ]),
  ),
}
