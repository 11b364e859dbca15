import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { place } from '../../local/template/intrinsics.ts'
import type { Deployed } from './deployed.ts'

interface Statement {
  readonly Sid: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
}

export const policyText = readFileSync(join(process.cwd(), 'docs/deployer-policy.json'), 'utf8')
export const statements = (JSON.parse(policyText) as { Statement: Statement[] }).Statement

const listed = (given: string | readonly string[]) => (typeof given === 'string' ? [given] : given)

export const allowedActions: ReadonlySet<string> = new Set(statements.flatMap(({ Action }) => listed(Action)))

/** Is this action allowed on this resource? Conditions are not looked at. */
export const isAllowed = (action: string, resource: string): boolean =>
  statements.some(
    ({ Action, Resource }) =>
      listed(Action).includes(action) && listed(Resource).some(pattern => matches(pattern, resource)),
  )

// As IAM does: a star is any text, slashes included.
const matches = (pattern: string, text: string) =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text)

/** Which actions AWS's handlers of a type may take, by CloudFormation's own registry. */
export function actionsOfTypes(types: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const script = join(import.meta.dirname, 'emulator/needs.py')
  return JSON.parse(execFileSync(inject('python'), [script, ...types], { encoding: 'utf8' }))
}

const arn = (service: string, resource: string, region: string = place.region) =>
  `arn:aws:${service}:${region}:${place.account}:${resource}`

/** What a resource is made with, and its ARN. Dashboards have a name that CloudFormation makes up. */
export const creation: Readonly<Record<string, (resource: Deployed) => readonly [string, string]>> = {
  'AWS::ApiGateway::Account': () => ['apigateway:PATCH', `arn:aws:apigateway:${place.region}::/account`],
  'AWS::ApiGateway::Deployment': ({ properties: { RestApiId } }) => [
    'apigateway:POST',
    `arn:aws:apigateway:${place.region}::/restapis/${RestApiId}/deployments`,
  ],
  'AWS::ApiGateway::RestApi': () => ['apigateway:POST', `arn:aws:apigateway:${place.region}::/restapis`],
  'AWS::ApiGateway::Stage': ({ properties: { RestApiId } }) => [
    'apigateway:POST',
    `arn:aws:apigateway:${place.region}::/restapis/${RestApiId}/stages`,
  ],
  'AWS::CloudWatch::Dashboard': ({ physicalId }) => [
    'cloudwatch:PutDashboard',
    arn('cloudwatch', `dashboard/${physicalId}`, ''),
  ],
  'AWS::DynamoDB::Table': ({ physicalId }) => [
    'dynamodb:CreateTable',
    arn('dynamodb', `table/${physicalId}`),
  ],
  'AWS::IAM::Policy': ({ properties: { Roles } }) => [
    'iam:PutRolePolicy',
    arn('iam', `role/${(Roles as string[])[0]}`, ''),
  ],
  'AWS::IAM::Role': ({ physicalId }) => ['iam:CreateRole', arn('iam', `role/${physicalId}`, '')],
  'AWS::Lambda::Function': ({ physicalId }) => [
    'lambda:CreateFunction',
    arn('lambda', `function:${physicalId}`),
  ],
  'AWS::Lambda::LayerVersion': ({ physicalId }) => [
    'lambda:PublishLayerVersion',
    physicalId.replace(/:\d+$/, ''),
  ],
  'AWS::Lambda::Permission': ({ properties: { FunctionName } }) => [
    'lambda:AddPermission',
    FunctionName as string,
  ],
  'AWS::Logs::LogGroup': ({ physicalId }) => ['logs:CreateLogGroup', arn('logs', `log-group:${physicalId}`)],
}
