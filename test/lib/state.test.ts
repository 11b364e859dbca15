import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Access, GatewayState, Limit, ZeroTrustApi } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { artifactsOf, complaintOf, login, newApp, newStack, ok } from './support.ts'

const tableOf = (props?: ConstructorParameters<typeof GatewayState>[2]) => {
  const stack = newStack()
  new GatewayState(stack, 'State', props)
  const [table] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'))
  return table
}

describe('the state table', () => {
  it('is keyed by what is counted, paid by request, encrypted with a key of AWS’s, and restorable', () => {
    expect(tableOf()?.Properties).toEqual({
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      DeletionProtectionEnabled: true,
    })
  })

  it('is kept, and cannot be deleted, unless that is declared', () => {
    expect(tableOf()).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
    expect(tableOf({ removalPolicy: RemovalPolicy.DESTROY })).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    })
  })

  it('may live in another stack, and is then the only one', () => {
    const app = newApp()
    const stateful = new Stack(app, 'Stateful')
    const state = new GatewayState(stateful, 'State')
    const stack = new Stack(app, 'S')
    new ZeroTrustApi(stack, 'Api', { issuers: [login], limits: { user: Limit.perHour(5) }, state }).addRoute(
      'GET /a',
      { upstream: ok, access: Access.token() },
    )
    const { all, gate } = artifactsOf(stack)
    expect(all('AWS::DynamoDB::Table')).toEqual([])
    expect(gate('Stubs').resource.Properties.Environment.Variables.STATE_TABLE).toEqual({
      'Fn::ImportValue': expect.stringMatching(/^Stateful:/),
    })
    const statements = all('AWS::IAM::Policy').flatMap(policy => policy.Properties.PolicyDocument.Statement)
    expect(statements.find(({ Action }) => Action === 'dynamodb:UpdateItem').Resource).toEqual({
      'Fn::ImportValue': expect.stringMatching(/^Stateful:.*Arn/),
    })
    expect(Object.keys(Template.fromStack(stateful).toJSON().Outputs)).toHaveLength(2)
  })

  it('is shared by APIs of different names only: what is ordered about a route or an upstream names its API', () => {
    const app = newApp()
    const state = new GatewayState(new Stack(app, 'Stateful'), 'State')
    const share = (stack: string, id: string, of = state) =>
      new ZeroTrustApi(new Stack(app, stack), id, { issuers: [login], state: of })
    share('One', 'Api')
    share('Two', 'Orders')
    expect(complaintOf(() => share('Three', 'Api'))).toEqual({
      at: 'Three/Api state',
      given: 'Stateful/State, which One/Api uses, an API of the same name',
      allowed: 'APIs of different construct ids at one GatewayState: "Api" can be closed there only once',
      fix: 'give one of them another id, or a GatewayState of its own',
    })
    share('Four', 'Api', new GatewayState(new Stack(app, 'Other'), 'State'))
  })

  it('is one for all gates of an API', () => {
    const stack = newStack()
    const api = new ZeroTrustApi(stack, 'Api', { issuers: [login], limits: { user: Limit.perHour(5) } })
    api.addRoute('GET /a', { upstream: ok, access: Access.token() })
    api.addRoute('GET /b', { upstream: ok, access: Access.token(), limits: { user: Limit.perHour(1) } })
    expect(artifactsOf(stack).all('AWS::DynamoDB::Table')).toHaveLength(1)
  })
})
