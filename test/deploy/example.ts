import { DescribeStacksCommand, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { describe, expect, test } from 'vitest'
import { cdk, cdkDone, deployAll } from './cdk.ts'
import { clientOptions, type Deployed, deployedResources } from './deployed.ts'
import { iam, logs } from './read/calls.ts'
import { expectAsDeclared } from './read/readers.ts'
import { readBody } from './read/rest-api.ts'
import { cloudFormation, type Run } from './run.ts'

const stacks = ['DealDeskState', 'DealDeskAudit', 'DealDesk', 'DealDeskObservability']
const kept = ['DealDeskState', 'DealDeskAudit']
const removed = 'GET /users/{userId}/deals'
const withoutARoute = ['--app', 'npx tsx test/deploy/app-without-a-route.ts']

/** The repository's own app, from its first deployment to its end. */
export function exampleIsDeployed(run: Run): void {
  let resources: Deployed[]
  const apiId = () => resources.find(({ type }) => type === 'AWS::ApiGateway::RestApi')?.physicalId ?? ''
  const namesOf = (wanted: string) =>
    resources
      .filter(({ type }) => type === wanted)
      .map(({ physicalId }) => physicalId)
      .sort()

  describe('a first deployment', () => {
    test('makes every stack of the app, as the role that bootstrap made for CloudFormation', async () => {
      await cdkDone(run.emulator, ...deployAll)
      const { Stacks = [] } = await cloudFormation(run).send(new DescribeStacksCommand({}))
      const made = Stacks.filter(({ StackName = '' }) => stacks.includes(StackName))
      expect(made.map(({ StackName, StackStatus }) => [StackName, StackStatus]).sort()).toEqual(
        stacks.map(stack => [stack, 'CREATE_COMPLETE']).sort(),
      )
      for (const { RoleARN } of made) expect(RoleARN).toContain(':role/cdk-hnb659fds-cfn-exec-role-')
      for (const { StackName = '', EnableTerminationProtection } of made)
        expect([StackName, EnableTerminationProtection]).toEqual([StackName, kept.includes(StackName)])
    })

    test('leaves every resource with every property as it was declared, but for what the emulator cannot hold', async () => {
      resources = await deployedResources(run.emulator, stacks)
      await expectAsDeclared(run, resources)
    })

    test('leaves exactly the declared operations, of which only the public ones are open', async () => {
      const { operations } = await readBody(run.emulator.origin, apiId())
      expect(
        Object.fromEntries(Object.entries(operations).map(([name, one]) => [name, one.authorizer])),
      ).toEqual({
        'GET /.well-known/jwks.json': null,
        'GET /health': null,
        'GET /deals': 'token',
        'POST /deals': 'token',
        'GET /deals/{dealId}': 'token',
        [removed]: 'token',
        'POST /invoices': 'token',
      })
    })

    test('leaves one authorizer, asked again for each route, and after a minute', async () => {
      const { authorizers } = await readBody(run.emulator.origin, apiId())
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
      const { gatewayResponses } = await readBody(run.emulator.origin, apiId())
      expect(gatewayResponses.MISSING_AUTHENTICATION_TOKEN).toMatchObject({
        statusCode: '404',
        responseParameters: { 'gatewayresponse.header.Content-Type': "'application/problem+json'" },
      })
    })

    test('makes no function, table or log group beside the declared ones', async () => {
      const { Functions = [] } = await new LambdaClient(clientOptions(run.emulator.origin)).send(
        new ListFunctionsCommand({}),
      )
      expect(Functions.map(({ FunctionName }) => FunctionName).sort()).toEqual(
        namesOf('AWS::Lambda::Function'),
      )
      expect(await tables(run)).toEqual(namesOf('AWS::DynamoDB::Table'))
      expect(await logGroups(run)).toEqual(namesOf('AWS::Logs::LogGroup'))
    })
  })

  describe('a second deployment, with one route removed', () => {
    test('changes nothing before it: diff names the route that goes', async () => {
      const said = await cdkDone(run.emulator, 'diff', 'DealDesk', '--no-change-set', ...withoutARoute)
      expect(said).toContain(removed)
    })

    test('leaves an API without that operation, with the others as they were', async () => {
      const before = await readBody(run.emulator.origin, apiId())
      const said = await cdkDone(run.emulator, ...deployAll, ...withoutARoute)
      expect(said).toMatch(/DealDeskState \(no changes\)/)
      const { [removed]: gone, ...others } = before.operations
      expect(gone).toBeDefined()
      resources = await deployedResources(run.emulator, stacks)
      const after = await readBody(run.emulator.origin, apiId())
      expect(after.operations).toEqual(others)
    })

    test('serves the new deployment from the stage, every other property still as declared', async () => {
      await expectAsDeclared(run, resources)
    })
  })

  describe('a third deployment, without changes', () => {
    test('changes no stack', async () => {
      const asked = run.emulator.asked().length
      const said = await cdkDone(run.emulator, ...deployAll, ...withoutARoute)
      for (const stack of stacks) expect(said).toContain(`${stack} (no changes)`)
      const actions = run.emulator
        .asked()
        .slice(asked)
        .map(({ action }) => action)
      expect(actions).not.toContain('cloudformation:CreateChangeSet')
      expect(actions).not.toContain('s3:PutObject')
    })
  })

  describe('destroy', () => {
    test('does not take the state and the audit trail along, which are protected', async () => {
      const { said, code } = await cdk(run.emulator, 'destroy', '--all', '--force', ...withoutARoute)
      expect(code).not.toBe(0)
      expect(said).toContain('TerminationProtection')
      const { Stacks = [] } = await cloudFormation(run).send(new DescribeStacksCommand({}))
      expect(Stacks.map(({ StackName }) => StackName).sort()).toEqual(['CDKToolkit', ...kept].sort())
    })

    test('without that protection leaves what docs/deploy.md lists: the table, the audit trail, keys, log groups, and the role of API Gateway', async () => {
      for (const StackName of kept)
        await cloudFormation(run).send(
          new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: false }),
        )
      await cdkDone(run.emulator, 'destroy', '--all', '--force', ...withoutARoute)
      const { Stacks = [] } = await cloudFormation(run).send(new DescribeStacksCommand({}))
      expect(Stacks.map(({ StackName }) => StackName)).toEqual(['CDKToolkit'])
      const retained = resources.filter(one => one.retained)
      expect(new Set(retained.map(({ type }) => type))).toEqual(
        new Set([
          'AWS::DynamoDB::Table',
          'AWS::Logs::LogGroup',
          'AWS::IAM::Role',
          'AWS::ApiGateway::Account',
          'AWS::KMS::Key',
          'AWS::S3::Bucket',
          'AWS::SecretsManager::Secret',
        ]),
      )
      expect(await tables(run)).toEqual(namesOf('AWS::DynamoDB::Table'))
      expect(await logGroups(run)).toEqual(namesOf('AWS::Logs::LogGroup'))
      const { Roles } = await iam<{ Roles: { RoleName: string }[] }>(run.emulator.origin, 'ListRoles', {})
      expect(Roles.map(({ RoleName }) => RoleName).filter(name => name.startsWith('DealDesk'))).toEqual(
        retained.filter(({ type }) => type === 'AWS::IAM::Role').map(({ physicalId }) => physicalId),
      )
      const { Functions } = await new LambdaClient(clientOptions(run.emulator.origin)).send(
        new ListFunctionsCommand({}),
      )
      expect(Functions).toEqual([])
    })
  })
}

async function tables({ emulator }: Run): Promise<string[]> {
  const { TableNames = [] } = await new DynamoDBClient(clientOptions(emulator.origin)).send(
    new ListTablesCommand({}),
  )
  return TableNames.sort()
}

async function logGroups({ emulator }: Run): Promise<string[]> {
  const { logGroups } = await logs<{ logGroups: { logGroupName: string }[] }>(
    emulator.origin,
    'DescribeLogGroups',
    {},
  )
  return logGroups.map(({ logGroupName }) => logGroupName).sort()
}
