import {
  CloudFormationClient,
  DescribeStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { place } from '../../local/template/intrinsics.ts'
import { cdk, cdkDone } from './cdk.ts'
import { clientOptions, type Deployed, deployedResources } from './deployed.ts'
import { policyText } from './deployer-policy.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { iam, logs } from './read/calls.ts'
import { expectAsDeclared } from './read/readers.ts'
import { readBody } from './read/rest-api.ts'

const stacks = ['DealDeskState', 'DealDesk', 'DealDeskObservability']
const removed = 'GET /users/{userId}/deals'
const deployment = ['deploy', '--all', '--require-approval', 'never', '--concurrency', '1']
const withoutARoute = ['--app', 'npx tsx test/deploy/app-without-a-route.ts']

let emulator: Emulator
let resources: Deployed[]

beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator?.stop())

const apiId = () => resources.find(({ type }) => type === 'AWS::ApiGateway::RestApi')?.physicalId ?? ''
const cloudFormation = () => new CloudFormationClient(clientOptions(emulator.origin))

describe('bootstrap', () => {
  test('leaves CloudFormation with the policy of docs/deployer-policy.json and no other', async () => {
    const { Policy } = await iam<{ Policy: { Arn: string } }>(emulator.origin, 'CreatePolicy', {
      PolicyName: 'SallyportDeployer',
      PolicyDocument: policyText,
    })
    const said = await cdkDone(
      emulator,
      'bootstrap',
      `aws://${place.account}/${place.region}`,
      '--cloudformation-execution-policies',
      Policy.Arn,
    )
    expect(said).toContain('bootstrapped')
    const RoleName = `cdk-hnb659fds-cfn-exec-role-${place.account}-${place.region}`
    const { AttachedPolicies } = await iam<{ AttachedPolicies: { PolicyArn: string }[] }>(
      emulator.origin,
      'ListAttachedRolePolicies',
      { RoleName },
    )
    expect(AttachedPolicies.map(({ PolicyArn }) => PolicyArn)).toEqual([Policy.Arn])
  })
})

describe('a first deployment', () => {
  test('makes every stack of the app, as the role that bootstrap made for CloudFormation', async () => {
    await cdkDone(emulator, ...deployment)
    const { Stacks = [] } = await cloudFormation().send(new DescribeStacksCommand({}))
    const made = Stacks.filter(({ StackName = '' }) => stacks.includes(StackName))
    expect(made.map(({ StackName, StackStatus }) => [StackName, StackStatus]).sort()).toEqual(
      stacks.map(stack => [stack, 'CREATE_COMPLETE']).sort(),
    )
    for (const { RoleARN } of made) expect(RoleARN).toContain(':role/cdk-hnb659fds-cfn-exec-role-')
    expect(made.find(({ StackName }) => StackName === 'DealDeskState')?.EnableTerminationProtection).toBe(
      true,
    )
  })

  test('leaves every resource with every property as it was declared, but for what the emulator cannot hold', async () => {
    resources = await deployedResources(emulator, stacks)
    await expectAsDeclared(emulator.origin, resources)
  })

  test('leaves exactly the declared operations, of which only the public one is open', async () => {
    const { operations } = await readBody(emulator.origin, apiId())
    expect(
      Object.fromEntries(Object.entries(operations).map(([name, one]) => [name, one.authorizer])),
    ).toEqual({
      'GET /health': null,
      'GET /deals': 'token',
      'POST /deals': 'token',
      'GET /deals/{dealId}': 'token',
      [removed]: 'token',
      'POST /invoices': 'token',
    })
  })

  test('leaves one authorizer, asked again for each route, and after a minute', async () => {
    const { authorizers } = await readBody(emulator.origin, apiId())
    expect(authorizers).toEqual({
      token: {
        type: 'REQUEST',
        authType: 'custom',
        identitySource: 'method.request.header.Authorization, context.httpMethod, context.resourcePath',
        authorizerResultTtlInSeconds: 60,
        authorizerUri: expect.stringContaining(':function:DealDesk-ApiFirstDoorFunction'),
      },
    })
  })

  test('answers an undeclared path with 404, as a problem document', async () => {
    const { gatewayResponses } = await readBody(emulator.origin, apiId())
    expect(gatewayResponses.MISSING_AUTHENTICATION_TOKEN).toMatchObject({
      statusCode: '404',
      responseParameters: { 'gatewayresponse.header.Content-Type': "'application/problem+json'" },
    })
  })

  test('makes no function, table or log group beside the declared ones', async () => {
    const { Functions = [] } = await new LambdaClient(clientOptions(emulator.origin)).send(
      new ListFunctionsCommand({}),
    )
    expect(Functions.map(({ FunctionName }) => FunctionName).sort()).toEqual(namesOf('AWS::Lambda::Function'))
    expect(await tables()).toEqual(namesOf('AWS::DynamoDB::Table'))
    expect(await logGroups()).toEqual(namesOf('AWS::Logs::LogGroup'))
  })
})

describe('a second deployment, with one route removed', () => {
  test('changes nothing before it: diff names the route that goes', async () => {
    const said = await cdkDone(emulator, 'diff', 'DealDesk', '--no-change-set', ...withoutARoute)
    expect(said).toContain(removed)
  })

  test('leaves an API without that operation, with the others as they were', async () => {
    const before = await readBody(emulator.origin, apiId())
    const said = await cdkDone(emulator, ...deployment, ...withoutARoute)
    expect(said).toMatch(/DealDeskState \(no changes\)/)
    const { [removed]: gone, ...others } = before.operations
    expect(gone).toBeDefined()
    resources = await deployedResources(emulator, stacks)
    const after = await readBody(emulator.origin, apiId())
    expect(after.operations).toEqual(others)
  })

  test('serves the new deployment from the stage, every other property still as declared', async () => {
    await expectAsDeclared(emulator.origin, resources)
  })
})

describe('a third deployment, without changes', () => {
  test('changes no stack', async () => {
    const asked = emulator.asked().length
    const said = await cdkDone(emulator, ...deployment, ...withoutARoute)
    for (const stack of stacks) expect(said).toContain(`${stack} (no changes)`)
    const actions = emulator
      .asked()
      .slice(asked)
      .map(({ action }) => action)
    expect(actions).not.toContain('cloudformation:CreateChangeSet')
    expect(actions).not.toContain('s3:PutObject')
  })
})

describe('destroy', () => {
  test('does not take the state along, which is protected', async () => {
    const { said, code } = await cdk(emulator, 'destroy', '--all', '--force', ...withoutARoute)
    expect(code).not.toBe(0)
    expect(said).toContain('TerminationProtection')
    const { Stacks = [] } = await cloudFormation().send(new DescribeStacksCommand({}))
    expect(Stacks.map(({ StackName }) => StackName).sort()).toEqual(['CDKToolkit', 'DealDeskState'])
  })

  test('without that protection leaves what docs/deploy.md lists: the table, log groups, and the role of API Gateway', async () => {
    await cloudFormation().send(
      new UpdateTerminationProtectionCommand({
        StackName: 'DealDeskState',
        EnableTerminationProtection: false,
      }),
    )
    await cdkDone(emulator, 'destroy', '--all', '--force', ...withoutARoute)
    const { Stacks = [] } = await cloudFormation().send(new DescribeStacksCommand({}))
    expect(Stacks.map(({ StackName }) => StackName)).toEqual(['CDKToolkit'])
    const retained = resources.filter(one => one.retained)
    expect(new Set(retained.map(({ type }) => type))).toEqual(
      new Set(['AWS::DynamoDB::Table', 'AWS::Logs::LogGroup', 'AWS::IAM::Role', 'AWS::ApiGateway::Account']),
    )
    expect(await tables()).toEqual(namesOf('AWS::DynamoDB::Table'))
    expect(await logGroups()).toEqual(namesOf('AWS::Logs::LogGroup'))
    const { Roles } = await iam<{ Roles: { RoleName: string }[] }>(emulator.origin, 'ListRoles', {})
    expect(Roles.map(({ RoleName }) => RoleName).filter(name => name.startsWith('DealDesk'))).toEqual(
      retained.filter(({ type }) => type === 'AWS::IAM::Role').map(({ physicalId }) => physicalId),
    )
    const { Functions } = await new LambdaClient(clientOptions(emulator.origin)).send(
      new ListFunctionsCommand({}),
    )
    expect(Functions).toEqual([])
  })
})

const namesOf = (wanted: string) =>
  resources
    .filter(({ type }) => type === wanted)
    .map(({ physicalId }) => physicalId)
    .sort()

async function tables(): Promise<string[]> {
  const { TableNames = [] } = await new DynamoDBClient(clientOptions(emulator.origin)).send(
    new ListTablesCommand({}),
  )
  return TableNames.sort()
}

async function logGroups(): Promise<string[]> {
  const { logGroups } = await logs<{ logGroups: { logGroupName: string }[] }>(
    emulator.origin,
    'DescribeLogGroups',
    {},
  )
  return logGroups.map(({ logGroupName }) => logGroupName).sort()
}
