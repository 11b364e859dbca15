import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type App, CfnResource, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib'
import { ApiDefinition, CfnRestApi, MockIntegration, RestApi, SpecRestApi } from 'aws-cdk-lib/aws-apigateway'
import { Asset } from 'aws-cdk-lib/aws-s3-assets'
import { Access, Upstream, ZeroTrustApi } from 'sallyport'
import { ZeroTrustChecks } from 'sallyport/checks'
import { describe, expect, it, test } from 'vitest'
import { login, newApp } from '../lib/support.ts'

interface Violation {
  readonly ruleName: string
  readonly reason?: string
  readonly violatingConstructs: ReadonlyArray<{ readonly constructPath?: string }>
}

/** What an app that adds the plugin is told at synth. `stopped`: it got no further. */
function synthesized(declare: (app: App) => void) {
  const app = newApp()
  Validations.of(app).addPlugins(new ZeroTrustChecks())
  declare(app)
  let stopped = false
  try {
    app.synth()
  } catch {
    stopped = true
  }
  const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'))
  // Absent where there is nothing to say.
  const [{ violations = [], suppressedViolations = [] } = {}] = pluginReports
  const named = (all: readonly Violation[]) =>
    all
      .flatMap(({ ruleName, violatingConstructs }) =>
        violatingConstructs.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
      )
      .sort()
  return { stopped, found: named(violations), acknowledged: named(suppressedViolations) }
}

const table = (scope: Stack, id = 'T', properties: Readonly<Record<string, unknown>> = {}) =>
  new CfnResource(scope, id, {
    type: 'AWS::DynamoDB::Table',
    properties: { DeletionProtectionEnabled: true, ...properties },
  })

describe('acknowledgements', () => {
  it('accept one finding, with the reason in the report, and no other', () => {
    const { stopped, found, acknowledged } = synthesized(app => {
      const stack = new Stack(app, 'S')
      const reason = 'It is filled anew every night.'
      Validations.of(table(stack)).acknowledge({ id: 'ZeroTrust::ZT-BACKUP', reason })
      table(stack, 'U')
    })
    expect({ stopped, found, acknowledged }).toEqual({
      stopped: true,
      found: ['ZT-BACKUP at S/U'],
      acknowledged: ['ZT-BACKUP at S/T'],
    })
  })

  it('let an app through when nothing is left', () => {
    const { stopped, found } = synthesized(app => {
      const id = 'ZeroTrust::ZT-BACKUP'
      Validations.of(table(new Stack(app, 'S'))).acknowledge({ id, reason: 'It is filled anew every night.' })
    })
    expect({ stopped, found }).toEqual({ stopped: false, found: [] })
  })

  it('accept that something is wrong, not that it cannot be judged; nor the other way round', () => {
    const { found } = synthesized(app => {
      const stack = new Stack(app, 'S')
      const unread = { PointInTimeRecoverySpecification: { 'Fn::If': ['C', {}, {}] } }
      Validations.of(table(stack, 'T', unread)).acknowledge({ id: 'ZeroTrust::ZT-BACKUP', reason: 'r' })
      Validations.of(table(stack, 'U')).acknowledge({ id: 'ZeroTrust::ZT-BACKUP[unjudged]', reason: 'r' })
    })
    expect(found).toEqual(['ZT-BACKUP at S/U', 'ZT-BACKUP[unjudged] at S/T'])
  })

  it('accept of several findings of one rule in one resource the one they name: of one alone it is the only one', () => {
    const open = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }
    const policy = (stack: Stack, id: string, statements: number) =>
      new CfnResource(stack, id, {
        type: 'AWS::S3::BucketPolicy',
        properties: { Bucket: 'b', PolicyDocument: { Statement: Array(statements).fill(open) } },
      })
    const { found, acknowledged } = synthesized(app => {
      const stack = new Stack(app, 'S')
      const principal = 'ZeroTrust::ZT-POLICY-PRINCIPAL'
      Validations.of(policy(stack, 'One', 1)).acknowledge({ id: principal, reason: 'r' })
      const [whole, second] = [principal, `${principal}[PolicyDocument.Statement.1]`]
      Validations.of(policy(stack, 'Two', 2)).acknowledge(
        { id: whole, reason: 'r' },
        { id: second, reason: 'r' },
      )
    })
    const ours = (all: readonly string[]) => all.filter(text => text.includes('ZT-POLICY-PRINCIPAL'))
    expect({ found: ours(found), acknowledged: ours(acknowledged) }).toEqual({
      found: ['ZT-POLICY-PRINCIPAL[PolicyDocument.Statement.0] at S/Two'],
      acknowledged: [
        'ZT-POLICY-PRINCIPAL at S/One',
        'ZT-POLICY-PRINCIPAL[PolicyDocument.Statement.1] at S/Two',
      ],
    })
  })

  it.each([
    ['without a reason', 'ZeroTrust::ZT-BACKUP', ' ', 'ZT-ACKNOWLEDGEMENT[ZeroTrust::ZT-BACKUP] at S/T'],
    ['of no rule', 'ZeroTrust::ZT-BAKUP', 'r', 'ZT-ACKNOWLEDGEMENT[ZeroTrust::ZT-BAKUP] at S/T'],
    ['of all rules', 'ZeroTrust::*', 'r', 'ZT-ACKNOWLEDGEMENT[ZeroTrust::*] at S/T'],
    ['without the plugin’s name', 'ZT-BACKUP', 'r', 'ZT-ACKNOWLEDGEMENT[Annotation::ZT-BACKUP] at S/T'],
  ])('%s are none, and fail', (_, id, reason, expected) => {
    const { stopped, found } = synthesized(app => {
      Validations.of(table(new Stack(app, 'S'))).acknowledge({ id, reason })
    })
    expect(stopped).toBe(true)
    expect(found).toContain(expected)
  })

  it('of acknowledgements are not to be had', () => {
    const { stopped, found } = synthesized(app => {
      const stack = new Stack(app, 'S')
      Validations.of(stack).acknowledge(
        { id: 'ZeroTrust::ZT-BAKUP', reason: 'r' },
        { id: 'ZeroTrust::ZT-ACKNOWLEDGEMENT[ZeroTrust::ZT-BAKUP]', reason: 'r' },
      )
      new CfnResource(stack, 'X', { type: 'AWS::CDK::Nothing' })
    })
    expect(stopped).toBe(true)
    expect(found).toContain('ZT-ACKNOWLEDGEMENT[ZeroTrust::ZT-BAKUP] at S')
  })

  it('of others are none of its business', () => {
    const { stopped } = synthesized(app => {
      const stack = new Stack(app, 'S')
      new CfnResource(stack, 'X', { type: 'AWS::CDK::Nothing' })
      Validations.of(stack).acknowledge({ id: 'AwsSolutions-S1', reason: '' })
    })
    expect(stopped).toBe(false)
  })
})

describe('any CDK app is checked', () => {
  it('that has none of these constructs', () => {
    const { stopped, found } = synthesized(app => {
      const api = new RestApi(new Stack(app, 'S'), 'Api', {
        defaultCorsPreflightOptions: { allowOrigins: ['https://a.example'] },
      })
      api.root.addMethod('GET', new MockIntegration())
    })
    expect(stopped).toBe(true)
    expect(found).toEqual([
      'ZT-API-ACCESS at S/Api/Default/GET/Resource',
      'ZT-API-ACCESS-LOG at S/Api/DeploymentStage.prod/Resource',
      'ZT-API-FIREWALL at S/Api/DeploymentStage.prod/Resource',
      'ZT-API-THROTTLE at S/Api/DeploymentStage.prod/Resource',
      'ZT-API-TLS at S/Api/Resource',
    ])
  })

  it('in stages and nested stacks, which CDK does not list', () => {
    const { found } = synthesized(app => {
      const stack = new Stack(new Stage(app, 'Prod'), 'S')
      table(new NestedStack(new NestedStack(stack, 'Outer'), 'Inner'))
    })
    expect(found).toEqual(['ZT-BACKUP at Prod/S/Outer/Inner/T'])
  })

  it('in a document that is uploaded', () => {
    const { found, acknowledged } = synthesized(app => {
      const stack = new Stack(app, 'S')
      const file = new Asset(stack, 'Document', { path: 'test/checks/open-api.json' })
      const api = new SpecRestApi(stack, 'Api', {
        apiDefinition: ApiDefinition.fromBucket(file.bucket, file.s3ObjectKey),
        deploy: false,
      })
      Validations.of(api).acknowledge({ id: 'ZeroTrust::ZT-API-ACCESS[GET /open]', reason: 'r' })
    })
    expect(found).toEqual([
      'ZT-API-ACCESS[POST /open/{id}] at S/Api/Resource',
      'ZT-API-TLS at S/Api/Resource',
    ])
    expect(acknowledged).toEqual(['ZT-API-ACCESS[GET /open] at S/Api/Resource'])
  })

  it.each([
    ['region and account as they are', { env: { account: '111122223333', region: 'eu-central-1' } }],
    ['neither', {}],
  ])('in nested stacks and uploaded documents of a stack that says %s', (_, props) => {
    const { found } = synthesized(app => {
      const stack = new Stack(app, 'S', props)
      table(new NestedStack(stack, 'Inner'))
      const { bucket, s3ObjectKey } = new Asset(stack, 'Document', { path: 'test/checks/open-api.json' })
      new SpecRestApi(stack, 'Api', {
        apiDefinition: ApiDefinition.fromBucket(bucket, s3ObjectKey),
        deploy: false,
      })
    })
    expect(found).toContain('ZT-BACKUP at S/Inner/T')
    expect(found).toContain('ZT-API-ACCESS[GET /open] at S/Api/Resource')
  })

  it('but in no file that only has the name of one that is uploaded', () => {
    const { found } = synthesized(app => {
      const stack = new Stack(app, 'S')
      const { s3ObjectKey } = new Asset(stack, 'Document', { path: 'test/checks/open-api.json' })
      new CfnRestApi(stack, 'Api', { bodyS3Location: { bucket: 'of-a-stranger', key: s3ObjectKey } })
      new CfnRestApi(stack, 'Copy', {
        bodyS3Location: { bucket: 'of-a-stranger', key: `copies/${s3ObjectKey}` },
      })
    })
    expect(found.filter(each => each.startsWith('ZT-API-ACCESS'))).toEqual([
      'ZT-API-ACCESS[unjudged] at S/Api',
      'ZT-API-ACCESS[unjudged] at S/Copy',
    ])
  })

  it('and has nothing to say of a stack without resources', () => {
    expect(synthesized(app => new Stack(app, 'S')).found).toEqual([])
  })

  it('with a macro over it, which it cannot see through', () => {
    const { found } = synthesized(app => new Stack(app, 'S').addTransform('AWS::Serverless-2016-10-31'))
    expect(found).toContain('ZT-READABLE[unjudged] at S')
  })
})

test('of a ZeroTrustApi those operations are open that were declared so, and preflights, each acknowledged by itself', () => {
  const { acknowledged } = synthesized(app => {
    const api = new ZeroTrustApi(new Stack(app, 'S'), 'Api', {
      issuers: [login],
      cors: { origins: ['https://app.example.com'] },
    })
    api.addRoute('GET /health', { upstream: Upstream.stub(200, {}), access: Access.public() })
    api.addRoute('GET /deals', { upstream: Upstream.stub(200, {}), access: Access.token() })
  })
  expect(acknowledged.filter(each => each.startsWith('ZT-API-ACCESS'))).toEqual([
    'ZT-API-ACCESS[GET /health] at S/Api/RestApi/Resource',
    'ZT-API-ACCESS[OPTIONS /deals] at S/Api/RestApi/Resource',
    'ZT-API-ACCESS[OPTIONS /health] at S/Api/RestApi/Resource',
  ])
})
