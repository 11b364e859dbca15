import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { place } from '../../local/template/intrinsics.ts'
import { arnOf, type Deployed } from './deployed.ts'

interface Statement {
  readonly Sid: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
}

/** By file, in docs: a managed policy holds 6,144 characters, and one of a deployer may be several. */
export const policyTexts: Readonly<Record<string, string>> = Object.fromEntries(
  ['deployer-policy.json', 'deployer-policy-audit.json'].map(file => [
    file,
    readFileSync(join(process.cwd(), 'docs', file), 'utf8'),
  ]),
)
export const statements = Object.values(policyTexts).flatMap(
  text => (JSON.parse(text) as { Statement: Statement[] }).Statement,
)

const listed = (given: string | readonly string[]) => (typeof given === 'string' ? [given] : given)

export const allowedActions: ReadonlySet<string> = new Set(statements.flatMap(({ Action }) => listed(Action)))

/** Is this action allowed on this resource? Conditions are not looked at. */
export const isAllowed = (action: string, resource: string): boolean =>
  statements.some(
    ({ Action, Resource }) =>
      listed(Action).includes(action) && listed(Resource).some(pattern => matches(pattern, resource)),
  )

/** As IAM does: a star is any text, slashes included. */
export const matches = (pattern: string, text: string) =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text)

/** Which actions AWS's handlers of a type may take, by CloudFormation's own registry. */
export function actionsOfTypes(types: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const script = join(import.meta.dirname, 'emulator/needs.py')
  return JSON.parse(execFileSync(inject('python'), [script, ...types], { encoding: 'utf8' }))
}

const gateway = (path: string) => `arn:aws:apigateway:${place.region}::${path}`

/** What a resource is made with, and its ARN, or that of what it changes. */
export function creation({ type, physicalId, properties }: Deployed): readonly [action: string, arn: string] {
  const text = (name: string) => String(properties[name])
  switch (type) {
    case 'AWS::ApiGateway::Account':
      return ['apigateway:PATCH', gateway('/account')]
    case 'AWS::ApiGateway::BasePathMapping':
      return ['apigateway:POST', gateway(`/domainnames/${text('DomainName')}/basepathmappings`)]
    case 'AWS::ApiGateway::Deployment':
      return ['apigateway:POST', gateway(`/restapis/${text('RestApiId')}/deployments`)]
    case 'AWS::ApiGateway::DomainName':
      return ['apigateway:POST', gateway('/domainnames')]
    case 'AWS::ApiGateway::RestApi':
      return ['apigateway:POST', gateway('/restapis')]
    case 'AWS::ApiGateway::Stage':
      return ['apigateway:POST', gateway(`/restapis/${text('RestApiId')}/stages`)]
    case 'AWS::Athena::NamedQuery':
      return ['athena:CreateNamedQuery', arnOf('athena', `workgroup/${text('WorkGroup')}`)]
    case 'AWS::Athena::WorkGroup':
      return ['athena:CreateWorkGroup', arnOf('athena', `workgroup/${physicalId}`)]
    case 'AWS::CloudWatch::Dashboard':
      return ['cloudwatch:PutDashboard', arnOf('cloudwatch', `dashboard/${physicalId}`, '')]
    case 'AWS::DynamoDB::Table':
      return ['dynamodb:CreateTable', arnOf('dynamodb', `table/${physicalId}`)]
    case 'AWS::EC2::SecurityGroup':
      return ['ec2:CreateSecurityGroup', arnOf('ec2', `security-group/${physicalId}`)]
    case 'AWS::Glue::Database':
      return ['glue:CreateDatabase', arnOf('glue', `database/${physicalId}`)]
    case 'AWS::Glue::Table':
      return ['glue:CreateTable', arnOf('glue', `table/${text('DatabaseName')}/${physicalId}`)]
    case 'AWS::IAM::Policy':
      return ['iam:PutRolePolicy', arnOf('iam', `role/${(properties.Roles as string[])[0]}`, '')]
    case 'AWS::IAM::Role':
      return ['iam:CreateRole', arnOf('iam', `role/${physicalId}`, '')]
    case 'AWS::KMS::Key':
      return ['kms:PutKeyPolicy', arnOf('kms', `key/${physicalId}`)]
    case 'AWS::KinesisFirehose::DeliveryStream':
      return ['firehose:CreateDeliveryStream', arnOf('firehose', `deliverystream/${physicalId}`)]
    case 'AWS::Lambda::Function':
      return ['lambda:CreateFunction', arnOf('lambda', `function:${physicalId}`)]
    case 'AWS::Lambda::LayerVersion':
      return ['lambda:PublishLayerVersion', physicalId.replace(/:\d+$/, '')]
    case 'AWS::Lambda::Permission':
      return ['lambda:AddPermission', text('FunctionName')]
    case 'AWS::Logs::LogGroup':
      return ['logs:CreateLogGroup', arnOf('logs', `log-group:${physicalId}`)]
    case 'AWS::Logs::LogStream':
      return [
        'logs:CreateLogStream',
        arnOf('logs', `log-group:${text('LogGroupName')}:log-stream:${physicalId}`),
      ]
    case 'AWS::Logs::SubscriptionFilter':
      return ['logs:PutSubscriptionFilter', arnOf('logs', `log-group:${text('LogGroupName')}:*`)]
    case 'AWS::Logs::ResourcePolicy':
      return ['logs:PutResourcePolicy', '*']
    case 'AWS::Route53::RecordSet':
      return ['route53:ChangeResourceRecordSets', `arn:aws:route53:::hostedzone/${text('HostedZoneId')}`]
    case 'AWS::S3::Bucket':
      return ['s3:CreateBucket', `arn:aws:s3:::${physicalId}`]
    case 'AWS::S3::BucketPolicy':
      return ['s3:PutBucketPolicy', `arn:aws:s3:::${text('Bucket')}`]
    case 'AWS::SecretsManager::Secret':
      return ['secretsmanager:CreateSecret', physicalId]
    case 'AWS::WAFv2::IPSet':
    case 'AWS::WAFv2::WebACL': {
      const [name, id] = physicalId.split('|')
      const kind = type.endsWith('IPSet') ? 'IPSet' : 'WebACL'
      return [`wafv2:Create${kind}`, arnOf('wafv2', `regional/${kind.toLowerCase()}/${name}/${id}`)]
    }
    case 'AWS::WAFv2::LoggingConfiguration':
      return ['wafv2:PutLoggingConfiguration', physicalId]
    case 'AWS::WAFv2::WebACLAssociation':
      return ['wafv2:AssociateWebACL', text('WebACLArn')]
    default:
      throw new Error(`nothing says how ${type} is made: add it here, and to docs/deployer-policy*.json`)
  }
}
