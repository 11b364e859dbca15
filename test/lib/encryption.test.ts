import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Alias, CfnKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms'
import {
  Access,
  GatewayState,
  Limit,
  Upstream,
  WebFirewall,
  ZeroTrustApi,
  type ZeroTrustApiProps,
} from 'sallyport'
import { describe, expect, it } from 'vitest'
import { refuses, untyped } from './refusals.ts'
import {
  anyOutput,
  anyToken,
  artifactsOf,
  login,
  newApi,
  newApp,
  newStack,
  ok,
  type Resource,
} from './support.ts'

type Props = Partial<ZeroTrustApiProps>

/** An API with a first door, a gate before HTTP and one for stubs, all of whose groups and functions are encrypted with `S/Key`. */
function synthesizedWithKey(props: Props = {}, stack = newStack(), keyStack: Stack = stack) {
  const encryptionKey = new Key(keyStack, 'Key')
  const api = newApi({ issuers: [login], encryptionKey, ...props }, stack)
  const crm = api.addUpstream('Crm', Upstream.http('https://crm.example.com'))
  api.addRoute('GET /deals', { upstream: crm, output: anyOutput, access: anyToken })
  api.addRoute('GET /health', { upstream: ok, access: Access.public() })
  return artifactsOf(stack)
}

const keyArn = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] }

const statementsOf = (
  resources: Readonly<Record<string, Resource>>,
  fn: Resource,
): Array<Record<string, unknown>> =>
  Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .filter(({ Properties }) =>
      Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === fn.Properties.Role['Fn::GetAtt'][0]),
    )
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)

const kmsOf = (statements: ReadonlyArray<Record<string, unknown>>) =>
  statements.filter(({ Action }) => JSON.stringify(Action).includes('kms:'))

const via = (service: string) => ({
  'kms:ViaService': { 'Fn::Join': ['', [`${service}.`, { Ref: 'AWS::Region' }, '.amazonaws.com']] },
})

describe('a key of the customer’s on an API', () => {
  it('encrypts every log group, the access log among them, and every function’s environment', () => {
    const { all, functions } = synthesizedWithKey()
    expect(all('AWS::Logs::LogGroup').map(({ Properties }) => Properties.KmsKeyId)).toEqual(
      Array.from({ length: 4 }, () => keyArn),
    )
    expect(functions.map(({ resource }) => resource.Properties.KmsKeyArn)).toEqual(
      Array.from({ length: 3 }, () => keyArn),
    )
  })

  it('may be used by CloudWatch Logs of this region for these groups alone, none of which the key refers to', () => {
    const { only, resources } = synthesizedWithKey()
    const [administration, forLogs, ...others] = only('AWS::KMS::Key').Properties.KeyPolicy.Statement
    expect(others).toEqual([])
    expect(administration.Principal).toEqual({ AWS: expect.anything() })
    const { Condition, ...statement } = forLogs
    expect(statement).toEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt*', 'kms:Describe*', 'kms:Encrypt*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Resource: '*',
      Principal: {
        Service: {
          'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.amazonaws.com']],
        },
      },
    })
    const arns: Array<{ 'Fn::Join': [string, unknown[]] }> =
      Condition.ArnLike['kms:EncryptionContext:aws:logs:arn']
    const groups = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::Logs::LogGroup')
    expect(arns.map(arn => arn['Fn::Join'][1].at(-1)).sort()).toEqual(
      groups.map(([id]) => `:log-group:S-${id}-*`).sort(),
    )
    expect(Object.keys(Condition)).toEqual(['ArnLike'])
    // A reference would be a circle, since the groups refer to the key.
    expect(JSON.stringify(arns)).not.toContain('GetAtt')
  })

  it('may stand in a stack of its own, and still names the groups of the API’s', () => {
    const app = newApp()
    const keys = new Stack(app, 'Keys')
    const { all } = synthesizedWithKey({}, new Stack(app, 'S'), keys)
    for (const { Properties } of all('AWS::Logs::LogGroup')) {
      expect(Properties.KmsKeyId).toEqual({ 'Fn::ImportValue': expect.stringMatching(/^Keys:/) })
    }
    const [key] = Object.values(Template.fromStack(keys).findResources('AWS::KMS::Key'))
    expect(JSON.stringify(key)).toMatch(/:log-group:S-ApiCrmLogs\w+-\*"/)
    expect(JSON.stringify(key)).not.toContain('AWS::StackName')
  })

  it('lets each function decrypt by way of Lambda, and do nothing else with it', () => {
    const { functions, resources } = synthesizedWithKey()
    for (const { resource } of functions) {
      expect(kmsOf(statementsOf(resources, resource))).toEqual([
        {
          Effect: 'Allow',
          Action: 'kms:Decrypt',
          Resource: keyArn,
          Condition: { StringEquals: via('lambda') },
        },
      ])
    }
  })

  it('encrypts a table that the API makes for itself, too', () => {
    const { only } = synthesizedWithKey({ limits: { user: Limit.perHour(5) } })
    expect(only('AWS::DynamoDB::Table').Properties.SSESpecification).toMatchObject({ KMSMasterKeyId: keyArn })
  })

  it('is nowhere without being declared', () => {
    const { functions, resources, all } = synthesizedWithKey({ encryptionKey: undefined })
    expect(all('AWS::Logs::LogGroup').filter(({ Properties }) => Properties.KmsKeyId)).toEqual([])
    for (const { resource } of functions) {
      expect(resource.Properties).not.toHaveProperty('KmsKeyArn')
      expect(kmsOf(statementsOf(resources, resource))).toEqual([])
    }
  })

  it('is said in the contract that cdk diff shows', () => {
    expect(synthesizedWithKey().template.toJSON().Metadata).toHaveProperty('Api encryptionKey', 'S/Key')
  })
})

describe('a key of the customer’s on a state', () => {
  const withState = () => {
    const stack = newStack()
    const state = new GatewayState(stack, 'State', { encryptionKey: new Key(stack, 'Key') })
    const api = newApi({ issuers: [login], state }, stack)
    api.addRoute('GET /a', { upstream: ok, access: anyToken })
    return artifactsOf(stack)
  }

  it('encrypts the table', () => {
    expect(withState().only('AWS::DynamoDB::Table').Properties.SSESpecification).toEqual({
      SSEEnabled: true,
      SSEType: 'KMS',
      KMSMasterKeyId: keyArn,
    })
  })

  it('lets a gate that uses the table decrypt by way of DynamoDB, for this table', () => {
    const { gate, resources } = withState()
    expect(kmsOf(statementsOf(resources, gate('Stubs').resource))).toEqual([
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: keyArn,
        Condition: {
          StringEquals: via('dynamodb'),
          StringLike: {
            'kms:EncryptionContext:aws:dynamodb:tableName': { Ref: expect.stringMatching(/^StateTable/) },
          },
        },
      },
    ])
  })

  it('gives the first door, which uses no table, nothing', () => {
    const { authorizer, resources } = withState()
    expect(kmsOf(statementsOf(resources, authorizer?.resource as Resource))).toEqual([])
  })

  it('stands in a third stack without a circle', () => {
    const app = newApp()
    const encryptionKey = new Key(new Stack(app, 'Keys'), 'Key')
    const state = new GatewayState(new Stack(app, 'Stateful'), 'State', { encryptionKey })
    const stack = new Stack(app, 'S')
    const api = new ZeroTrustApi(stack, 'Api', { issuers: [login], state, encryptionKey })
    api.addRoute('GET /a', { upstream: ok, access: anyToken })
    const { gate, resources } = artifactsOf(stack)
    expect(kmsOf(statementsOf(resources, gate('Stubs').resource))).toHaveLength(2)
  })
})

describe('log groups', () => {
  const groups = (props?: Props) => synthesizedWithKey(props).all('AWS::Logs::LogGroup')

  it('are kept when their stack goes, and protected from being deleted', () => {
    for (const group of groups()) {
      expect(group).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: { DeletionProtectionEnabled: true },
      })
    }
  })

  it('go with their stack where that is declared, which the contract says', () => {
    const props = { logRemovalPolicy: RemovalPolicy.DESTROY }
    for (const group of groups(props)) {
      expect(group).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' })
      expect(group.Properties).not.toHaveProperty('DeletionProtectionEnabled')
    }
    const { template } = synthesizedWithKey(props)
    expect(template.toJSON().Metadata).toHaveProperty('Api logRemovalPolicy', 'destroy')
  })
})

describe('what is no key that encrypts', () => {
  const complaint = {
    allowed: 'a key of SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT, by its ARN',
    fix: "new Key(this, 'Key', { keySpec: KeySpec.SYMMETRIC_DEFAULT, keyUsage: KeyUsage.ENCRYPT_DECRYPT }), or Key.fromKeyArn(this, 'Key', arn)",
  }
  refuses([
    {
      when: 'the ARN of one, on an API',
      declare: () => newApi(untyped({ encryptionKey: 'arn:aws:kms:eu-west-1:123456789012:key/a' })),
      at: 'S/Api encryptionKey',
      given: '"arn:aws:kms:eu-west-1:123456789012:key/a"',
      ...complaint,
    },
    {
      when: 'true, on a state',
      declare: () => new GatewayState(newStack(), 'State', untyped({ encryptionKey: true })),
      at: 'S/State encryptionKey',
      given: 'true',
      ...complaint,
    },
    {
      when: 'an alias, which permissions do not follow, on an API',
      declare: () => {
        const stack = newStack()
        return newApi({ encryptionKey: new Key(stack, 'Key').addAlias('logs') }, stack)
      },
      at: 'S/Api encryptionKey',
      given: 'an alias',
      ...complaint,
    },
    {
      when: 'an imported alias, on a firewall',
      declare: () => {
        const stack = newStack()
        const encryptionKey = Alias.fromAliasName(stack, 'Key', 'alias/logs')
        return new WebFirewall(stack, 'Firewall', { mode: 'block', encryptionKey })
      },
      at: 'S/Firewall encryptionKey',
      given: 'an alias',
      ...complaint,
    },
    {
      when: 'the ARN of an alias for that of a key, on a state',
      declare: () => {
        const stack = newStack()
        const arn = 'arn:aws:kms:eu-west-1:123456789012:alias/table'
        return new GatewayState(stack, 'State', { encryptionKey: Key.fromKeyArn(stack, 'Key', arn) })
      },
      at: 'S/State encryptionKey',
      given: 'an alias',
      ...complaint,
    },
    {
      when: 'a key that signs',
      declare: () => {
        const stack = newStack()
        const forSigning = { keySpec: KeySpec.RSA_2048, keyUsage: KeyUsage.SIGN_VERIFY }
        return newApi({ encryptionKey: new Key(stack, 'Key', forSigning) }, stack)
      },
      at: 'S/Api encryptionKey',
      given: 'a key of RSA_2048 for SIGN_VERIFY',
      ...complaint,
    },
    {
      when: 'a key that signs, of a template’s own',
      declare: () => {
        const stack = newStack()
        const keyPolicy = { Statement: [] }
        const cfnKey = new CfnKey(stack, 'Cfn', { keyPolicy, keySpec: 'RSA_2048', keyUsage: 'SIGN_VERIFY' })
        return newApi({ encryptionKey: Key.fromCfnKey(cfnKey) }, stack)
      },
      at: 'S/Api encryptionKey',
      given: 'a key of RSA_2048 for SIGN_VERIFY',
      ...complaint,
    },
    {
      when: 'an unknown policy for log groups',
      declare: () => newApi(untyped({ logRemovalPolicy: 'keep' })),
      at: 'S/Api logRemovalPolicy',
      given: '"keep"',
      allowed: 'a RemovalPolicy',
      fix: 'for example RemovalPolicy.RETAIN, the default',
    },
  ])

  it('accepts a key by its ARN, whose policy is not this app’s to write', () => {
    const stack = newStack()
    const arn = 'arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000'
    const encryptionKey = Key.fromKeyArn(stack, 'Imported', arn)
    const api = newApi({ issuers: [login], encryptionKey }, stack)
    api.addRoute('GET /a', { upstream: ok, access: anyToken })
    const { all } = artifactsOf(stack)
    expect(all('AWS::KMS::Key')).toEqual([])
    expect(all('AWS::Logs::LogGroup').every(({ Properties }) => Properties.KmsKeyId === arn)).toBe(true)
  })
})
