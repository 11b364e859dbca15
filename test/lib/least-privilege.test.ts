import { Stack } from 'aws-cdk-lib'
import { Vpc } from 'aws-cdk-lib/aws-ec2'
import { Alias, type CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Access, ClientCertificate, Limit, Upstream, type ZeroTrustApi } from 'sallyport'
import { describe, expect, it, test } from 'vitest'
import { anyOutput, login, newApp, newStack, ok, type Resource, synthesized } from './support.ts'

const limited = { issuers: [login], limits: { user: Limit.perMinute(60) } }
const partialArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:vault/gate'
const table = { 'Fn::GetAtt': [expect.stringMatching(/^ApiStateTable/), 'Arn'] }

/** A stub, an HTTP gate in a VPC with a client certificate, another without, and a Lambda gate, before callers who are counted and others: every kind of role there is. */
function synthesizedWithEverything(stack = newStack()) {
  const backend = new LambdaFunction(stack, 'Backend', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ statusCode: 200, body: "" })'),
  })
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a'],
    privateSubnetIds: ['subnet-1'],
    privateSubnetRouteTableIds: ['rtb-1'],
  })
  const secret = Secret.fromSecretPartialArn(stack, 'Secret', partialArn)
  const inVpc = { vpc: { vpc }, clientCertificate: ClientCertificate.fromSecret(secret) }
  const declare = (api: ZeroTrustApi) => {
    const vault = api.addUpstream('Vault', Upstream.http('https://vault.example.com', inVpc))
    api.addRoute('GET /vault', { upstream: vault, output: anyOutput, access: Access.public() })
    const crm = api.addUpstream('Crm', Upstream.http('https://crm.example.com'))
    const pricing = api.addUpstream('Pricing', Upstream.lambda(backend))
    api.addRoute('GET /deals', { upstream: crm, output: anyOutput, access: Access.token() })
    api.addRoute('GET /prices', { upstream: pricing, output: anyOutput, access: Access.public() })
    api.addRoute('GET /health', { upstream: ok, access: Access.public() })
  }
  const backendId = stack.getLogicalId(backend.node.defaultChild as CfnFunction)
  return { backendId, ...synthesized(declare, limited, stack) }
}

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: unknown
  readonly Condition?: unknown
}

/** Statements of the policies that are attached to the role of one function. */
function statementsOf(resources: Readonly<Record<string, Resource>>, fn: Resource): Statement[] {
  const [role] = fn.Properties.Role['Fn::GetAtt']
  return Object.values(resources)
    .filter(
      ({ Type, Properties }) =>
        Type === 'AWS::IAM::Policy' && Properties.Roles.some((r: { Ref: string }) => r.Ref === role),
    )
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
}
const actionsOf = (statements: readonly Statement[]) => statements.flatMap(({ Action }) => Action).sort()

/** What every function may do: write its own log, and send traces. */
const logActions = [
  ...['logs:CreateLogStream', 'logs:PutLogEvents'],
  ...['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
]
/** What every gate may do where operators can order something of its callers. */
const controlActions = ['dynamodb:GetItem', 'dynamodb:UpdateItem']

describe('every function', () => {
  it('runs on Node.js 24, on arm64, logs JSON to a group of its own', () => {
    const { functions } = synthesizedWithEverything()
    expect(functions).toHaveLength(5)
    const groups = functions.map(({ resource: { Properties } }) => {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } },
      })
      return Properties.LoggingConfig.LogGroup.Ref
    })
    expect(new Set(groups).size).toBe(functions.length)
  })

  it('has a role of its own, for Lambda alone, without AWS-managed policies', () => {
    const { functions, resources } = synthesizedWithEverything()
    const roles = functions.map(({ resource }) => resource.Properties.Role['Fn::GetAtt'][0] as string)
    expect(new Set(roles).size).toBe(functions.length)
    for (const role of roles) {
      expect(resources[role]?.Properties).toEqual({
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
          ],
        },
      })
    }
  })
})

describe('an app without the CDK’s recommended flags', () => {
  it('gets the same doors: TLS 1.3 only, no AWS-managed policy on a function, logs and controls for a gate', () => {
    const { functions, gate, only, resources } = synthesizedWithEverything(new Stack(newApp({}), 'S'))
    expect(only('AWS::ApiGateway::RestApi').Properties).toMatchObject({
      SecurityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09',
      EndpointAccessMode: 'STRICT',
    })
    for (const { resource } of functions) {
      const [role] = resource.Properties.Role['Fn::GetAtt']
      expect(resources[role]?.Properties).not.toHaveProperty('ManagedPolicyArns')
    }
    expect(actionsOf(statementsOf(resources, gate('Pricing').resource))).toEqual(
      expect.arrayContaining([...controlActions, ...logActions]),
    )
  })
})

describe('the role of', () => {
  it('the first door can write its own log and send traces, and nothing else', () => {
    const { authorizer, resources } = synthesizedWithEverything()
    const fn = authorizer?.resource as Resource
    const statements = statementsOf(resources, fn)
    expect(actionsOf(statements)).toEqual(logActions)
    expect(statements[0]?.Resource).toEqual({
      'Fn::GetAtt': [fn.Properties.LoggingConfig.LogGroup.Ref, 'Arn'],
    })
  })

  it('a stub’s gate without limits and controls can write its log and send traces, and touches neither table nor functions', () => {
    const { gate, resources } = synthesized(
      api => api.addRoute('GET /health', { upstream: ok, access: Access.public() }),
      { issuers: [login] },
    )
    expect(actionsOf(statementsOf(resources, gate('Stubs').resource))).toEqual(logActions)
    expect(gate('Stubs').resource.Properties.Environment).toBeUndefined()
  })

  it('a gate whose callers can be quarantined reads the item of controls and those of users, and makes a new table’s key', () => {
    const { gate, resources } = synthesized(
      api => api.addRoute('GET /mine', { upstream: ok, access: Access.token() }),
      { issuers: [login], controls: true },
    )
    const statements = statementsOf(resources, gate('Stubs').resource)
    expect(actionsOf(statements)).toEqual([...controlActions, ...logActions])
    expect(statements.filter(({ Action }) => String(Action).startsWith('dynamodb:'))).toEqual([
      {
        Action: 'dynamodb:GetItem',
        Effect: 'Allow',
        Resource: table,
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['control#shared', 'user#*'] } },
      },
      {
        Action: 'dynamodb:UpdateItem',
        Effect: 'Allow',
        Resource: table,
        Condition: {
          'ForAllValues:StringEquals': {
            'dynamodb:LeadingKeys': ['control#shared'],
            'dynamodb:Attributes': ['hashKey', 'pk'],
          },
        },
      },
    ])
  })

  /** The keys of items that a gate may write counts into. */
  const countedBy = (declare: (api: ZeroTrustApi) => unknown, props: Parameters<typeof synthesized>[1]) => {
    const { gate, resources } = synthesized(declare, props)
    return statementsOf(resources, gate('Stubs').resource)
      .filter(({ Action }) => Action === 'dynamodb:UpdateItem')
      .map(({ Condition }) => Object(Condition)['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'])
      .filter(keys => keys !== undefined)
  }

  it('a gate that counts can update items of what it counts, and of nothing else', () => {
    const guarded = { upstream: ok, access: Access.token() }
    const one = (api: ZeroTrustApi) => api.addRoute('GET /a', guarded)
    const of = (limits: object) => countedBy(one, { issuers: [login], limits })
    const limit = Limit.perMinute(60)
    expect(of({ user: limit })).toEqual([['user#*']])
    expect(of({ client: limit })).toEqual([['client#*']])
    expect(of({ ip: limit })).toEqual([['ip#*']])
    expect(of({ service: limit, route: limit })).toEqual([['shared#*']])
    expect(of({ service: limit, user: limit, client: limit, ip: limit })).toEqual([
      ['client#*', 'ip#*', 'shared#*', 'user#*'],
    ])
    const two = (api: ZeroTrustApi) => {
      api.addRoute('GET /b', { ...guarded, limits: { user: limit } })
      api.addRoute('GET /c', { ...guarded, limits: { ip: limit } })
    }
    expect(countedBy(two, { issuers: [login] })).toEqual([['ip#*', 'user#*']])
  })

  it('a gate before an alias or a version of a function can invoke that alone, and is told to', () => {
    const stack = newStack()
    const fn = new LambdaFunction(stack, 'Backend', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => ({ statusCode: 204 })'),
    })
    const imported = 'arn:aws:lambda:eu-west-1:123456789012:function:prices'
    const upstreams = {
      Alias: new Alias(stack, 'Live', { aliasName: 'live', version: fn.currentVersion }),
      Version: fn.currentVersion,
      ImportedAlias: LambdaFunction.fromFunctionArn(stack, 'ImportedAlias', `${imported}:live`),
      ImportedVersion: LambdaFunction.fromFunctionArn(stack, 'ImportedVersion', `${imported}:7`),
    }
    const { gate, resources } = synthesized(
      api => {
        for (const [id, upstream] of Object.entries(upstreams))
          api.addRoute(`GET /${id}`, {
            upstream: api.addUpstream(`Of${id}`, Upstream.lambda(upstream)),
            output: anyOutput,
            access: Access.public(),
          })
      },
      {},
      stack,
    )
    const ofGate = (id: string) => {
      const { resource, manifest } = gate(id)
      const { functionArn } = manifest.upstream as { functionArn?: unknown }
      const asked =
        typeof functionArn === 'string'
          ? functionArn
          : resource.Properties.Environment.Variables.UPSTREAM_FUNCTION
      const [invoke, ...more] = statementsOf(resources, resource).filter(({ Action }) =>
        String(Action).startsWith('lambda:'),
      )
      expect([invoke?.Action, more]).toEqual(['lambda:InvokeFunction', []])
      expect(invoke?.Resource).toEqual(asked)
      return asked
    }
    expect(ofGate('OfAlias')).toEqual({ Ref: expect.stringMatching(/^Live/) })
    expect(ofGate('OfVersion')).toEqual({ Ref: expect.stringMatching(/^BackendCurrentVersion/) })
    expect([ofGate('OfImportedAlias'), ofGate('OfImportedVersion')]).toEqual([
      `${imported}:live`,
      `${imported}:7`,
    ])
  })

  it('a gate before a function can invoke that function alone, no version or alias of it', () => {
    const { gate, resources, backendId } = synthesizedWithEverything()
    const statements = statementsOf(resources, gate('Pricing').resource)
    expect(actionsOf(statements)).toEqual([...controlActions, 'lambda:InvokeFunction', ...logActions])
    expect(statements.find(({ Action }) => Action === 'lambda:InvokeFunction')).toEqual({
      Action: 'lambda:InvokeFunction',
      Effect: 'Allow',
      Resource: { 'Fn::GetAtt': [backendId, 'Arn'] },
    })
  })
})

describe('the role of a gate in a VPC', () => {
  it('lets Lambda attach the function, whose own code is denied the same, and reads its client certificate', () => {
    const { gate, resources } = synthesizedWithEverything()
    const { resource, logicalId } = gate('Vault')
    const statements = statementsOf(resources, resource)
    const interfaces = [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ]
    const of = (effect: string) => actionsOf(statements.filter(({ Effect }) => Effect === effect))
    expect(of('Allow')).toEqual(
      [...controlActions, ...interfaces, ...logActions, 'secretsmanager:GetSecretValue'].sort(),
    )
    expect(of('Deny')).toEqual(interfaces.sort())
    expect(statements.filter(({ Effect }) => Effect === 'Deny')).toMatchObject([
      {
        Resource: '*',
        Condition: { ArnEquals: { 'lambda:SourceFunctionArn': { 'Fn::GetAtt': [logicalId, 'Arn'] } } },
      },
    ])
  })
})

describe('who may invoke', () => {
  it('is API Gateway, once per function, of this API and stage only', () => {
    const { all, functions } = synthesizedWithEverything()
    const permissions = all('AWS::Lambda::Permission').map(({ Properties }) => Properties)
    expect(permissions.map(({ FunctionName }) => FunctionName['Fn::GetAtt'][0]).sort()).toEqual(
      functions.map(fn => fn.logicalId).sort(),
    )
    for (const { Action, Principal, SourceArn } of permissions) {
      expect({ Action, Principal }).toEqual({
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
      })
      const parts = SourceArn['Fn::Join'][1] as unknown[]
      expect(parts).toContainEqual({ Ref: expect.stringMatching(/^ApiRestApi/) })
      expect(parts).toContainEqual({ Ref: 'AWS::AccountId' })
    }
  })
})

test('a stage is deployed when all that it calls may be called, and not before', () => {
  const { resources, only } = synthesizedWithEverything()
  const permissions = Object.keys(resources).filter(id => resources[id]?.Type === 'AWS::Lambda::Permission')
  expect(permissions.length).toBeGreaterThan(0)
  expect(only('AWS::ApiGateway::Deployment').DependsOn).toEqual(expect.arrayContaining(permissions))
})

describe('wildcards', () => {
  // Where a `*` stands, and why it may.
  const allowed: ReadonlyArray<{ readonly at: RegExp; readonly value: RegExp; readonly reason: string }> = [
    {
      at: /^ApiFirstDoorPermission\w+\.SourceArn/,
      value: /^\/authorizers\/\*$/,
      reason: 'the id of the authorizer is made by API Gateway when it imports the document',
    },
    {
      at: /^Api\w+Permission\w+\.SourceArn/,
      value: /^\/live\/\*\/\*$/,
      reason: 'any method of one stage of this API; a permission per route would outgrow a policy of 20 kB',
    },
    {
      at: /^Api(?!Vault)\w+RoleDefaultPolicy\w+\.PolicyDocument\.Statement\.1\.Resource$/,
      value: /^\*$/,
      reason: 'X-Ray knows no resources to write traces to; which actions these are is held above',
    },
    {
      at: /^ApiVaultRoleDefaultPolicy\w+\.PolicyDocument\.Statement\.1\.Resource$/,
      value: /^\*$/,
      reason: 'as X-Ray, and Lambda makes network interfaces with this role, which have no names before',
    },
    {
      at: /^ApiVaultNoInterfaces\w+\.PolicyDocument\.Statement\.0\.Resource$/,
      value: /^\*$/,
      reason: 'denies the function’s own code the same',
    },
    {
      at: /^ApiVaultRoleDefaultPolicy\w+\.PolicyDocument\.Statement\.2\.Resource$/,
      value: /^arn:aws:secretsmanager:eu-west-1:123456789012:secret:vault\/gate-\?{6}$/,
      reason: 'the ARN was given without the six characters that Secrets Manager puts behind the name',
    },
    {
      at: /^Api\w+RoleDefaultPolicy\w+\.PolicyDocument\.Statement\.\d+\.Condition/,
      value: /^user#\*$/,
      reason: 'narrows a permission: items of callers, whatever their number',
    },
  ]

  it('stand in no action and no resource of any policy or permission, but for the listed ones', () => {
    const { resources } = synthesizedWithEverything()
    const found = Object.entries(resources)
      .filter(([, { Type }]) => /^AWS::(?:IAM::|Lambda::Permission$)/.test(Type))
      .flatMap(([id, { Properties }]) => textsIn(Properties, id))
      .filter(({ value }) => /[*?]/.test(value))
    const unexpected = found.filter(
      ({ at, value }) => !allowed.some(rule => rule.at.test(at) && rule.value.test(value)),
    )
    expect(unexpected).toEqual([])
    const unused = allowed.filter(
      rule => !found.some(({ at, value }) => rule.at.test(at) && rule.value.test(value)),
    )
    expect(unused).toEqual([])
  })

  it('stand in no role’s list of AWS-managed policies, but for what the account’s setting for logs takes', () => {
    const { backendId, resources } = synthesizedWithEverything()
    const [backendRole] = (resources[backendId] as Resource).Properties.Role['Fn::GetAtt']
    const managed = Object.entries(resources)
      .filter(([id, { Type }]) => Type === 'AWS::IAM::Role' && id !== backendRole)
      .filter(([, { Properties }]) => Properties.ManagedPolicyArns)
      .map(([id, { Properties }]) => [id, JSON.stringify(Properties.ManagedPolicyArns)])
    expect(managed).toEqual([
      [
        expect.stringMatching(/^ApiRestApiCloudWatchRole/),
        expect.stringContaining('AmazonAPIGatewayPushToCloudWatchLogs'),
      ],
    ])
  })
})

/** Every string below a value, with the path to it. */
function textsIn(value: unknown, at: string): Array<{ at: string; value: string }> {
  if (typeof value === 'string') return [{ at, value }]
  return Object.entries(Object(value)).flatMap(([key, member]) => textsIn(member, `${at}.${key}`))
}
