import {
  APIGatewayClient,
  GetBasePathMappingsCommand,
  GetDomainNameCommand,
} from '@aws-sdk/client-api-gateway'
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
} from '@aws-sdk/client-kms'
import { clientOptions } from '../deployed.ts'
import { logs, recordSets, waf } from './calls.ts'
import type { Reader } from './reader.ts'

export const domainName: Reader = {
  async read(origin, { physicalId }) {
    const client = new APIGatewayClient(clientOptions(origin))
    const found = await client.send(new GetDomainNameCommand({ domainName: physicalId }))
    const mutual = found.mutualTlsAuthentication
    return {
      DomainName: found.domainName,
      RegionalCertificateArn: found.regionalCertificateArn,
      SecurityPolicy: found.securityPolicy,
      EndpointAccessMode: found.endpointAccessMode,
      EndpointConfiguration: { Types: found.endpointConfiguration?.types },
      MutualTlsAuthentication: mutual && { TruststoreUri: mutual.truststoreUri },
    }
  },
}

export const basePathMapping: Reader = {
  async read(origin, { properties: { DomainName } }) {
    const client = new APIGatewayClient(clientOptions(origin))
    const { items = [] } = await client.send(
      new GetBasePathMappingsCommand({ domainName: DomainName as string }),
    )
    if (items.length !== 1) throw new Error(`${DomainName} has ${items.length} mappings`)
    return { DomainName, RestApiId: items[0]?.restApiId, Stage: items[0]?.stage }
  },
}

export const recordSet: Reader = {
  async read(origin, { properties: { HostedZoneId, Name, Type } }) {
    const found = (await recordSets(origin, HostedZoneId as string)).find(
      one => one.Name === Name && one.Type === Type,
    )
    return { HostedZoneId, ...found }
  },
}

interface OfWaf {
  readonly [member: string]: unknown
}

const byName = (physicalId: string) => {
  const [Name, Id, Scope] = physicalId.split('|')
  return { Name, Id, Scope }
}

/** The service's `ARN` of a set is CloudFormation's `Arn`; and moto says null of what there is not. */
function asDeclared(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(asDeclared)
  if (typeof given !== 'object' || given === null) return given
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name === 'ARN' ? 'Arn' : name, asDeclared(value)]),
  )
}

export const ipSet: Reader = {
  async read(origin, { physicalId }) {
    const { IPSet } = await waf<{ IPSet: OfWaf }>(origin, 'GetIPSet', byName(physicalId))
    return { ...IPSet, Scope: byName(physicalId).Scope }
  },
}

export const webAcl: Reader = {
  async read(origin, { physicalId }) {
    const { WebACL } = await waf<{ WebACL: OfWaf }>(origin, 'GetWebACL', byName(physicalId))
    return { ...(asDeclared(WebACL) as OfWaf), Scope: byName(physicalId).Scope }
  },
}

export const webAclAssociation: Reader = {
  async read(origin, { properties: { ResourceArn } }) {
    const { WebACL } = await waf<{ WebACL?: { ARN: string } }>(origin, 'GetWebACLForResource', {
      ResourceArn,
    })
    return { ResourceArn, WebACLArn: WebACL?.ARN }
  },
}

export const firewallLogging: Reader = {
  async read(origin, { physicalId: ResourceArn }) {
    const { LoggingConfiguration } = await waf<{ LoggingConfiguration: OfWaf }>(
      origin,
      'GetLoggingConfiguration',
      { ResourceArn },
    )
    return LoggingConfiguration
  },
}

export const logPolicy: Reader = {
  async read(origin, { properties: { PolicyName } }) {
    const { resourcePolicies } = await logs<{
      resourcePolicies: { policyName: string; policyDocument: string }[]
    }>(origin, 'DescribeResourcePolicies', {})
    const found = resourcePolicies.find(({ policyName }) => policyName === PolicyName)
    return { PolicyName: found?.policyName, PolicyDocument: found?.policyDocument }
  },
}

export const key: Reader = {
  async read(origin, { physicalId: KeyId }) {
    const client = new KMSClient(clientOptions(origin))
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }))
    const { Policy = '{}' } = await client.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))
    const { KeyRotationEnabled } = await client.send(new GetKeyRotationStatusCommand({ KeyId }))
    return {
      Description: KeyMetadata?.Description,
      KeySpec: KeyMetadata?.KeySpec,
      KeyUsage: KeyMetadata?.KeyUsage,
      KeyPolicy: JSON.parse(Policy),
      EnableKeyRotation: KeyRotationEnabled,
    }
  },
}
