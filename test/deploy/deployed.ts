import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { APIGatewayClient, GetDomainNameCommand } from '@aws-sdk/client-api-gateway'
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { place, resolve } from '../../local/template/intrinsics.ts'
import type { Emulator } from './emulator.ts'

/** A resource as it was declared, with the name it got. */
export interface Deployed {
  readonly stack: string
  readonly logicalId: string
  readonly type: string
  readonly physicalId: string
  /** The template's, with references as AWS resolves them. */
  readonly properties: Readonly<Record<string, unknown>>
  readonly retained: boolean
}

interface Template {
  readonly Resources: Readonly<Record<string, DeclaredResource>>
  readonly Outputs?: Readonly<Record<string, { Value: unknown; Export?: { Name: string } }>>
}
interface DeclaredResource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly DeletionPolicy?: string
}

/** Every resource of these stacks. Throws where one that was declared is not there. */
export async function deployedResources(emulator: Emulator, stacks: readonly string[]): Promise<Deployed[]> {
  const templates = new Map(stacks.map(stack => [stack, readTemplate(emulator, stack)]))
  const names = new Map<string, Map<string, string>>()
  const given = new Map<string, string>()
  for (const stack of stacks) {
    const found = await physicalIds(emulator, stack)
    names.set(stack, found)
    for (const [name, value] of await givenAttributes(emulator, templates.get(stack), found))
      given.set(`${stack}.${name}`, value)
  }
  const references = (stack: string) => ({
    // Among these is the stack's own id, by the name of CloudFormation's pseudo parameter.
    ref: (id: string) => names.get(stack)?.get(id),
    attribute: (id: string, name: string) => {
      const type = templates.get(stack)?.Resources[id]?.Type ?? ''
      const physicalId = names.get(stack)?.get(id)
      if (physicalId === undefined) return undefined
      return given.get(`${stack}.${id}.${name}`) ?? attributes[`${type}.${name}`]?.(physicalId)
    },
    imported(name: string) {
      for (const [other, { Outputs = {} }] of templates)
        for (const { Value, Export } of Object.values(Outputs))
          if (Export?.Name === name) return resolve(Value, references(other), other) as string
      return undefined
    },
  })
  return [...templates].flatMap(([stack, { Resources }]) =>
    Object.entries(Resources).map(([logicalId, { Type, Properties = {}, DeletionPolicy }]) => {
      const physicalId = names.get(stack)?.get(logicalId)
      if (physicalId === undefined) throw new Error(`${stack} has no ${logicalId} (${Type})`)
      const properties = resolve(Properties, references(stack), `${stack}.${logicalId}`)
      return {
        stack,
        logicalId,
        type: Type,
        physicalId,
        properties: properties as Record<string, unknown>,
        retained: DeletionPolicy === 'Retain',
      }
    }),
  )
}

export const readTemplate = ({ folder }: Emulator, stack: string): Template =>
  JSON.parse(readFileSync(join(folder, 'cdk.out', `${stack}.template.json`), 'utf8'))

async function physicalIds({ origin }: Emulator, StackName: string): Promise<Map<string, string>> {
  const client = new CloudFormationClient(clientOptions(origin))
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName }))
  const named = StackResources.map(one => [one.LogicalResourceId, one.PhysicalResourceId ?? ''] as const)
  const [{ StackId = '' } = {}] = StackResources
  return new Map([['AWS::StackId', StackId], ['AWS::StackName', StackName], ...named] as [string, string][])
}

/** Attributes that a service makes up. */
async function givenAttributes(
  { origin }: Emulator,
  template: Template | undefined,
  names: Map<string, string>,
): Promise<[string, string][]> {
  const client = new APIGatewayClient(clientOptions(origin))
  const found: [string, string][] = []
  for (const [id, { Type }] of Object.entries(template?.Resources ?? {})) {
    if (Type !== 'AWS::ApiGateway::DomainName') continue
    const domain = await client.send(new GetDomainNameCommand({ domainName: names.get(id) }))
    found.push([`${id}.RegionalDomainName`, domain.regionalDomainName ?? ''])
    found.push([`${id}.RegionalHostedZoneId`, domain.regionalHostedZoneId ?? ''])
  }
  return found
}

export const clientOptions = (endpoint: string) => ({
  endpoint,
  region: place.region,
  credentials: { accessKeyId: 'reader', secretAccessKey: 'none' },
})

/** Of this account, in this region unless it is of none. */
export const arnOf = (service: string, resource: string, region: string = place.region) =>
  `arn:aws:${service}:${region}:${place.account}:${resource}`

// As AWS documents them, not as the emulator says.
const attributes: Readonly<Record<string, (physicalId: string) => string>> = {
  'AWS::CloudWatch::Alarm.Arn': id => arnOf('cloudwatch', `alarm:${id}`),
  'AWS::CloudWatch::CompositeAlarm.Arn': id => arnOf('cloudwatch', `alarm:${id}`),
  'AWS::SNS::Topic.TopicArn': id => id,
  'AWS::DynamoDB::Table.Arn': id => arnOf('dynamodb', `table/${id}`),
  'AWS::EC2::SecurityGroup.GroupId': id => id,
  'AWS::IAM::Role.Arn': id => arnOf('iam', `role/${id}`, ''),
  'AWS::KMS::Key.Arn': id => arnOf('kms', `key/${id}`),
  'AWS::KinesisFirehose::DeliveryStream.Arn': id => arnOf('firehose', `deliverystream/${id}`),
  'AWS::Lambda::Function.Arn': id => arnOf('lambda', `function:${id}`),
  'AWS::Logs::LogGroup.Arn': id => arnOf('logs', `log-group:${id}:*`),
  'AWS::S3::Bucket.Arn': id => `arn:aws:s3:::${id}`,
  'AWS::WAFv2::IPSet.Arn': id => arnOf('wafv2', `regional/ipset/${id.split('|').slice(0, 2).join('/')}`),
  'AWS::WAFv2::WebACL.Arn': id => arnOf('wafv2', `regional/webacl/${id.split('|').slice(0, 2).join('/')}`),
}
