import { expect } from 'vitest'
import type { Deployed } from '../deployed.ts'
import { isNotHeld, typesNotHeld } from '../not-held.ts'
import type { Run } from '../run.ts'
import { alarm, topic, topicPolicy } from './alarms.ts'
import {
  bucket,
  catalogTable,
  database,
  deliveryStream,
  logStream,
  namedQuery,
  secret,
  subscriptionFilter,
  workGroup,
} from './audit.ts'
import {
  basePathMapping,
  domainName,
  firewallLogging,
  ipSet,
  key,
  logPolicy,
  recordSet,
  webAcl,
  webAclAssociation,
} from './edge.ts'
import { lambdaFunction, layerVersion, permission } from './functions.ts'
import { securityGroup } from './network.ts'
import type { Reader } from './reader.ts'
import { account, deployment, restApi, stage } from './rest-api.ts'
import { expectNoOtherPolicies, role, rolePolicy } from './roles.ts'
import { logGroup, table } from './state.ts'
import { dashboard, insightRule } from './watching.ts'

const readers: Readonly<Record<string, Reader>> = {
  'AWS::ApiGateway::Account': account,
  'AWS::ApiGateway::BasePathMapping': basePathMapping,
  'AWS::ApiGateway::Deployment': deployment,
  'AWS::ApiGateway::DomainName': domainName,
  'AWS::ApiGateway::RestApi': restApi,
  'AWS::ApiGateway::Stage': stage,
  'AWS::Athena::NamedQuery': namedQuery,
  'AWS::Athena::WorkGroup': workGroup,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::Dashboard': dashboard,
  'AWS::CloudWatch::InsightRule': insightRule,
  'AWS::DynamoDB::Table': table,
  'AWS::EC2::SecurityGroup': securityGroup,
  'AWS::Glue::Database': database,
  'AWS::Glue::Table': catalogTable,
  'AWS::IAM::Policy': rolePolicy,
  'AWS::IAM::Role': role,
  'AWS::KMS::Key': key,
  'AWS::KinesisFirehose::DeliveryStream': deliveryStream,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::LayerVersion': layerVersion,
  'AWS::Lambda::Permission': permission,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::LogStream': logStream,
  'AWS::Logs::ResourcePolicy': logPolicy,
  'AWS::Logs::SubscriptionFilter': subscriptionFilter,
  'AWS::Route53::RecordSet': recordSet,
  'AWS::S3::Bucket': bucket,
  'AWS::SecretsManager::Secret': secret,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::TopicPolicy': topicPolicy,
  'AWS::WAFv2::IPSet': ipSet,
  'AWS::WAFv2::LoggingConfiguration': firewallLogging,
  'AWS::WAFv2::WebACL': webAcl,
  'AWS::WAFv2::WebACLAssociation': webAclAssociation,
}

/** Compares every declared property of every resource with what its service says of it, and notes what was seen. */
export async function expectAsDeclared(run: Run, resources: readonly Deployed[]): Promise<void> {
  const { origin } = run.emulator
  const others = { declared: {} as Record<string, unknown>, found: {} as Record<string, unknown> }
  for (const resource of resources) {
    const { stack, logicalId, type } = resource
    run.resources.push(resource)
    if (typesNotHeld.includes(type)) {
      run.differing.add(`${type}.null`)
      continue
    }
    const reader = readers[type]
    if (!reader) throw new Error(`nothing reads ${type} back: add a reader, or list it in not-held.ts`)
    const declared = (await reader.declared?.(resource.properties, origin)) ?? resource.properties
    const found = await reader.read(origin, resource)
    for (const [property, value] of Object.entries(declared)) {
      if (isSame(found[property], value)) continue
      if (isNotHeld(type, property)) run.differing.add(`${type}.${property}`)
      else {
        const what = `${stack}.${logicalId} (${type}).${property}`
        others.declared[what] = value
        others.found[what] = found[property]
      }
    }
  }
  await expectNoOtherPolicies(origin, resources)
  expect(others.found).toEqual(others.declared)
}

function isSame(found: unknown, declared: unknown): boolean {
  try {
    expect(found).toEqual(declared)
    return true
  } catch {
    return false
  }
}
