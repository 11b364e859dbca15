import { createHash } from 'node:crypto'
import { UnsupportedTemplateError } from '../unsupported.ts'
import { place } from './intrinsics.ts'

/** How the local cloud treats the properties of one resource type. A property on neither list stops the start. */
export interface ResourceType {
  /** Properties it acts upon. */
  readonly used: readonly string[]
  /** Properties without effect here, and why. */
  readonly inert: Readonly<Record<string, string>>
  /** What `Ref` gives; by default a name made of stack and logical id. */
  readonly ref?: (stack: string, logicalId: string, properties: Readonly<Record<string, unknown>>) => string
  /** Attributes beside the ref, from the ref. */
  readonly attributes?: Readonly<Record<string, (ref: string) => string>>
}

const arn = (service: string, resource: string) =>
  `arn:${place.partition}:${service}:${place.region}:${place.account}:${resource}`

const playedByProvider =
  'the built-in OpenID provider plays the pool: it lets anyone sign in, and makes any token'

/** Of `length` letters and digits: the same ones for the same resource, wherever it is synthesized. */
const madeUpId = (stack: string, logicalId: string, length: number): string =>
  BigInt(`0x${createHash('sha256').update(`${stack}/${logicalId}`).digest('hex')}`)
    .toString(36)
    .slice(0, length)

const onlyInTheCloud = 'what it does shows in AWS alone'

/** Resources that never see a request: accepted whole. */
const beside = (reason: string, attributes: ResourceType['attributes'] = {}): ResourceType => ({
  used: [],
  inert: { '*': reason },
  attributes,
})

/** What a VPC of the app is made of, with the attributes that CDK's own constructs refer to. */
const networkTypes: ReadonlyArray<readonly [type: string, attributes?: readonly string[]]> = [
  ['VPC', ['CidrBlock', 'DefaultNetworkAcl', 'DefaultSecurityGroup', 'Ipv6CidrBlocks', 'VpcId']],
  ['VPCCidrBlock'],
  ['Subnet', ['AvailabilityZone', 'Ipv6CidrBlocks', 'NetworkAclAssociationId', 'SubnetId', 'VpcId']],
  ['RouteTable', ['RouteTableId']],
  ['SubnetRouteTableAssociation'],
  ['Route'],
  ['EIP', ['AllocationId']],
  ['NatGateway', ['NatGatewayId']],
  ['InternetGateway', ['InternetGatewayId']],
  ['EgressOnlyInternetGateway'],
  ['VPCGatewayAttachment'],
  ['SecurityGroup', ['GroupId', 'VpcId']],
  ['SecurityGroupIngress'],
  ['SecurityGroupEgress'],
  ['FlowLog'],
]

export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ApiGateway::RestApi': {
    used: ['Body', 'Name'],
    inert: {
      Description: 'text',
      Tags: onlyInTheCloud,
      EndpointConfiguration: 'the local API is served on loopback',
      SecurityPolicy: 'the local API is served without TLS, on loopback',
      EndpointAccessMode: 'the local API is served without TLS, on loopback',
    },
    // As many characters as AWS's own have; so with the pool and its clients below.
    ref: (stack, logicalId) => madeUpId(stack, logicalId, 10),
    attributes: { RootResourceId: ref => ref.slice(0, 6), RestApiId: ref => ref },
  },
  'AWS::ApiGateway::Deployment': {
    used: ['RestApiId'],
    inert: { Description: 'text' },
    attributes: { DeploymentId: ref => ref },
  },
  'AWS::ApiGateway::Stage': {
    used: ['RestApiId', 'StageName', 'AccessLogSetting', 'DeploymentId', 'MethodSettings'],
    inert: { Description: 'text', Tags: onlyInTheCloud, TracingEnabled: onlyInTheCloud },
    ref: (_, __, { StageName }) => String(StageName),
  },
  'AWS::ApiGateway::Account': beside('a setting of the account'),
  'AWS::Lambda::Function': {
    used: [
      'Code',
      'Handler',
      'Runtime',
      'Timeout',
      'MemorySize',
      'Environment',
      'FunctionName',
      'ReservedConcurrentExecutions',
      'Layers',
    ],
    inert: {
      Architectures: 'functions run on this machine as it is',
      Description: 'text',
      LoggingConfig: 'functions log to the terminal',
      Role: 'roles are not enforced here',
      Tags: onlyInTheCloud,
      TracingConfig: onlyInTheCloud,
      KmsKeyArn: onlyInTheCloud,
      VpcConfig: 'functions run in the network of this machine',
    },
    ref: (stack, logicalId, { FunctionName }) => String(FunctionName ?? `${stack}-${logicalId}`.slice(0, 64)),
    attributes: { Arn: ref => arn('lambda', `function:${ref}`) },
  },
  'AWS::Lambda::LayerVersion': {
    used: ['Content'],
    inert: {
      CompatibleArchitectures: 'functions run on this machine as it is',
      CompatibleRuntimes: 'functions run on one Node.js here, whatever they declare',
      Description: 'text',
      LayerName: 'a name of the account',
      LicenseInfo: 'text',
    },
    // The first version of a layer, whatever becomes of it.
    ref: (stack, logicalId, { LayerName }) =>
      arn('lambda', `layer:${String(LayerName ?? `${stack}-${logicalId}`).slice(0, 64)}:1`),
    attributes: { LayerVersionArn: ref => ref },
  },
  'AWS::Lambda::Permission': {
    used: ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount'],
    inert: {},
  },
  'AWS::DynamoDB::Table': {
    used: ['*'], // local/dynamodb reads and judges them
    inert: {},
    ref: (stack, logicalId, { TableName }) => String(TableName ?? `${stack}-${logicalId}`),
    attributes: { Arn: ref => arn('dynamodb', `table/${ref}`) },
  },
  'AWS::SecretsManager::Secret': {
    used: ['Name'],
    inert: {
      Description: 'text',
      GenerateSecretString: 'values are given with --secret',
      KmsKeyId: 'values are not stored here',
      SecretString: 'values are given with --secret',
      Tags: onlyInTheCloud,
    },
    ref: (stack, logicalId, { Name }) =>
      arn(
        'secretsmanager',
        `secret:${String(Name ?? `${stack}-${logicalId}`)}-${madeUpId(stack, logicalId, 6)}`,
      ),
    attributes: { Id: ref => ref },
  },
  'AWS::SecretsManager::ResourcePolicy': beside('policies are not enforced here'),
  'AWS::IAM::Role': beside('roles are not enforced here', {
    Arn: ref => `arn:${place.partition}:iam::${place.account}:role/${ref}`,
    RoleId: ref => ref,
  }),
  'AWS::IAM::Policy': beside('roles are not enforced here'),
  'AWS::Logs::LogGroup': beside('functions log to the terminal', {
    Arn: ref => `${arn('logs', `log-group:${ref}`)}:*`,
  }),
  ...Object.fromEntries(
    networkTypes.map(([type, attributes]) => [
      `AWS::EC2::${type}`,
      beside(
        'functions run in the network of this machine',
        Object.fromEntries((attributes ?? []).map(name => [name, (ref: string) => `${ref}.${name}`])),
      ),
    ]),
  ),
  'AWS::CloudWatch::Dashboard': beside(onlyInTheCloud),
  'AWS::CloudWatch::Alarm': beside(onlyInTheCloud, { Arn: ref => arn('cloudwatch', `alarm:${ref}`) }),
  'AWS::Cognito::UserPool': {
    ...beside(playedByProvider, {
      Arn: ref => arn('cognito-idp', `userpool/${ref}`),
      ProviderName: ref => `cognito-idp.${place.region}.amazonaws.com/${ref}`,
      UserPoolId: ref => ref,
    }),
    ref: (stack, logicalId) => `${place.region}_${madeUpId(stack, logicalId, 9)}`,
  },
  'AWS::Cognito::UserPoolClient': {
    ...beside(playedByProvider, { ClientId: ref => ref }),
    ref: (stack, logicalId) => madeUpId(stack, logicalId, 26),
  },
  'AWS::CDK::Metadata': beside('statistics of the CDK'),
}

// Attributes of a resource that order or keep it; its condition would decide whether it exists at all.
const resourceAttributes = [
  'Type',
  'Properties',
  'DependsOn',
  'Metadata',
  'DeletionPolicy',
  'UpdateReplacePolicy',
]

/** The type of a resource. Throws an `UnsupportedTemplateError` naming the resource for what the local cloud does not run. */
export function typeOf(
  at: string,
  resource: { readonly Type: string; readonly Properties?: object },
): ResourceType {
  const type = Object.hasOwn(resourceTypes, resource.Type) ? resourceTypes[resource.Type] : undefined
  if (!type) {
    throw new UnsupportedTemplateError(
      at,
      `${resource.Type} is not run by the local cloud; it runs ${Object.keys(resourceTypes).join(', ')}\n` +
        '  fix: all stacks of an app run here, so leave it to an app of its own, or give the command of one without it: --app "<command>"',
    )
  }
  const attribute = Object.keys(resource).find(name => !resourceAttributes.includes(name))
  if (attribute) throw new UnsupportedTemplateError(at, `${attribute} is not supported`)
  const accepts = (name: string) => type.used.includes(name) || Object.hasOwn(type.inert, name)
  const property = accepts('*')
    ? undefined
    : Object.keys(resource.Properties ?? {}).find(name => !accepts(name))
  if (property) {
    const supported = [...type.used, ...Object.keys(type.inert)].sort().join(', ')
    throw new UnsupportedTemplateError(
      at,
      `property ${property} of ${resource.Type} is not supported; supported: ${supported}`,
    )
  }
  return type
}
