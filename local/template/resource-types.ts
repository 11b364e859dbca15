import { createHash } from 'node:crypto'
import { UnsupportedTemplateError } from '../unsupported.ts'
import { place } from './intrinsics.ts'
import { networkTypes } from './network-types.ts'
import { arn, beside, type ResourceType } from './resource-type.ts'
import { watchTypes } from './watch-types.ts'

const playedByProvider =
  'the built-in OpenID provider plays the pool: it lets anyone sign in, and makes any token'

/** Of `length` letters and digits: the same ones for the same resource, wherever it is synthesized. */
const madeUpId = (stack: string, logicalId: string, length: number): string =>
  BigInt(`0x${createHash('sha256').update(`${stack}/${logicalId}`).digest('hex')}`)
    .toString(36)
    .slice(0, length)

/** Of a function by its name or ARN. */
const qualifiedArn = (nameOrArn: unknown, qualifier: string): string => {
  const name = String(nameOrArn)
  return `${name.startsWith('arn:') ? name : arn('lambda', `function:${name}`)}:${qualifier}`
}

const onlyInTheCloud = 'what it does shows in AWS alone'

const noFirewall = 'no firewall stands before the local API, which is served on loopback'

export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ApiGateway::RestApi': {
    used: ['Body', 'BodyS3Location', 'Name'],
    inert: {
      Description: 'text',
      Tags: onlyInTheCloud,
      EndpointConfiguration: 'the local API is served on loopback',
      DisableExecuteApiEndpoint: 'the local API is served on loopback',
      Policy:
        'who may call goes by addresses and VPC endpoints, and everyone who calls here comes from loopback',
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
    ref: (_, __, property) => String(property('StageName')),
  },
  'AWS::ApiGateway::DomainName': {
    used: ['MutualTlsAuthentication'],
    inert: {
      DomainName: 'the local API is served on loopback, under no other name',
      RegionalCertificateArn: 'the local API is served without TLS, on loopback',
      CertificateArn: 'the local API is served without TLS, on loopback',
      OwnershipVerificationCertificateArn: 'the local API is served without TLS, on loopback',
      EndpointConfiguration: 'the local API is served on loopback',
      SecurityPolicy: 'the local API is served without TLS, on loopback',
      EndpointAccessMode: 'the local API is served without TLS, on loopback',
      Tags: onlyInTheCloud,
    },
    ref: (_, __, property) => String(property('DomainName')),
    attributes: {
      RegionalDomainName: ref => `d-${ref}.execute-api.${place.region}.amazonaws.com`,
      RegionalHostedZoneId: () => 'ZLOCAL',
    },
  },
  'AWS::ApiGateway::BasePathMapping': {
    used: [],
    inert: {
      DomainName: 'the local API is served on loopback, under no other name',
      RestApiId: 'the local cloud runs one API',
      Stage: 'the local cloud runs one stage',
    },
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
      'LoggingConfig',
    ],
    inert: {
      Architectures: 'functions run on this machine as it is',
      Description: 'text',
      Role: 'roles are not enforced here',
      Tags: onlyInTheCloud,
      TracingConfig: onlyInTheCloud,
      KmsKeyArn: onlyInTheCloud,
      CodeSigningConfigArn: 'functions run from their folders, which nobody signs',
      VpcConfig: 'functions run in the network of this machine',
    },
    ref: (stack, logicalId, property) =>
      String(property('FunctionName') ?? `${stack}-${logicalId}`.slice(0, 64)),
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
    ref: (stack, logicalId, property) =>
      arn('lambda', `layer:${String(property('LayerName') ?? `${stack}-${logicalId}`).slice(0, 64)}:1`),
    attributes: { LayerVersionArn: ref => ref },
  },
  'AWS::Lambda::Version': {
    used: ['FunctionName'],
    inert: { CodeSha256: onlyInTheCloud, Description: 'text', ProvisionedConcurrencyConfig: onlyInTheCloud },
    // The first version of a function, whatever becomes of it: it runs the code that there is.
    ref: (_, __, property) => qualifiedArn(property('FunctionName'), '1'),
    attributes: { FunctionArn: ref => ref, Version: () => '1' },
  },
  'AWS::Lambda::Alias': {
    used: ['FunctionName', 'Name'],
    inert: {
      Description: 'text',
      FunctionVersion: 'there is one version here',
      ProvisionedConcurrencyConfig: onlyInTheCloud,
    },
    ref: (_, __, property) => qualifiedArn(property('FunctionName'), String(property('Name'))),
    attributes: { AliasArn: ref => ref },
  },
  'AWS::Lambda::Permission': {
    used: ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount'],
    inert: {},
  },
  'AWS::DynamoDB::Table': {
    used: ['*'], // local/dynamodb reads and judges them
    inert: {},
    ref: (stack, logicalId, property) => String(property('TableName') ?? `${stack}-${logicalId}`),
    attributes: { Arn: ref => arn('dynamodb', `table/${ref}`) },
  },
  'AWS::KMS::Key': {
    used: ['KeySpec', 'KeyUsage'],
    inert: {
      Description: 'text',
      EnableKeyRotation: onlyInTheCloud,
      RotationPeriodInDays: onlyInTheCloud,
      MultiRegion: onlyInTheCloud,
      KeyPolicy: 'roles are not enforced here',
      PendingWindowInDays: onlyInTheCloud,
      Tags: onlyInTheCloud,
    },
    ref: (stack, logicalId) =>
      madeUpId(stack, logicalId, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    attributes: { Arn: ref => arn('kms', `key/${ref}`), KeyId: ref => ref },
  },
  'AWS::KMS::Alias': {
    ...beside('keys are named by their ARNs'),
    ref: (_, __, property) => String(property('AliasName')),
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
    ref: (stack, logicalId, property) =>
      arn(
        'secretsmanager',
        `secret:${String(property('Name') ?? `${stack}-${logicalId}`)}-${madeUpId(stack, logicalId, 6)}`,
      ),
    attributes: { Id: ref => ref },
  },
  'AWS::SecretsManager::ResourcePolicy': beside('policies are not enforced here'),
  'AWS::IAM::Role': beside('roles are not enforced here', {
    Arn: ref => `arn:${place.partition}:iam::${place.account}:role/${ref}`,
    RoleId: ref => ref,
  }),
  'AWS::IAM::Policy': beside('roles are not enforced here'),
  'AWS::Logs::LogGroup': {
    ...beside('functions log to the terminal', {
      Arn: ref => `${arn('logs', `log-group:${ref}`)}:*`,
    }),
    ref: (stack, logicalId, property) => String(property('LogGroupName') ?? `${stack}-${logicalId}`),
  },
  'AWS::Logs::ResourcePolicy': beside('functions log to the terminal'),
  'AWS::Lambda::CodeSigningConfig': beside('functions run from their folders, which nobody signs', {
    CodeSigningConfigArn: ref => arn('lambda', `code-signing-config:${ref}`),
    CodeSigningConfigId: ref => ref,
  }),
  'AWS::Signer::SigningProfile': beside('functions run from their folders, which nobody signs', {
    Arn: ref => arn('signer', `/signing-profiles/${ref}`),
    ProfileName: ref => ref,
    ProfileVersion: () => '1',
    ProfileVersionArn: ref => arn('signer', `/signing-profiles/${ref}/1`),
  }),
  'AWS::WAFv2::WebACL': beside(noFirewall, { Arn: ref => arn('wafv2', `regional/webacl/${ref}`) }),
  'AWS::WAFv2::WebACLAssociation': beside(noFirewall),
  'AWS::WAFv2::IPSet': beside(noFirewall, {
    Arn: ref => arn('wafv2', `regional/ipset/${ref}`),
    Id: ref => ref,
  }),
  'AWS::WAFv2::LoggingConfiguration': beside(noFirewall),
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
  ...networkTypes,
  ...watchTypes,
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
