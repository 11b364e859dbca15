import { place } from './intrinsics.ts'
import { arn, beside, type ResourceType } from './resource-type.ts'

const noNetwork = 'no network is made here: the local API is served on loopback'
const noNames = 'no names are given out here: the local API is served on loopback'

const names = (...types: readonly string[]): Record<string, ResourceType> =>
  Object.fromEntries(types.map(type => [type, beside(noNetwork)]))

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
    ref: (stack, logicalId, { BucketName }) =>
      String(BucketName ?? `${stack}-${logicalId}`)
        .toLowerCase()
        .slice(0, 63),
  },
  'AWS::S3::BucketPolicy': beside('no bucket is made here, and functions reach none'),
  'AWS::EC2::VPC': beside(noNetwork, {
    VpcId: ref => ref,
    CidrBlock: () => '10.0.0.0/16',
    DefaultSecurityGroup: ref => `${ref}-sg`,
  }),
  'AWS::EC2::Subnet': beside(noNetwork, {
    SubnetId: ref => ref,
    AvailabilityZone: () => `${place.region}a`,
  }),
  'AWS::EC2::SecurityGroup': beside(noNetwork, { GroupId: ref => ref, VpcId: ref => `${ref}-vpc` }),
  'AWS::EC2::VPCEndpoint': beside(noNetwork, { Id: ref => ref }),
  'AWS::EC2::EIP': beside(noNetwork, { AllocationId: ref => ref, PublicIp: () => '192.0.2.1' }),
  ...names(
    'AWS::EC2::InternetGateway',
    'AWS::EC2::NatGateway',
    'AWS::EC2::Route',
    'AWS::EC2::RouteTable',
    'AWS::EC2::SecurityGroupEgress',
    'AWS::EC2::SecurityGroupIngress',
    'AWS::EC2::SubnetRouteTableAssociation',
    'AWS::EC2::VPCGatewayAttachment',
  ),
}
