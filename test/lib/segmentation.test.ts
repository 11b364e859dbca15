import { Stack } from 'aws-cdk-lib'
import {
  type CfnCodeSigningConfig,
  Code,
  CodeSigningConfig,
  Function as LambdaFunction,
  Runtime,
  UntrustedArtifactOnDeployment,
} from 'aws-cdk-lib/aws-lambda'
import { Platform, SigningProfile } from 'aws-cdk-lib/aws-signer'
import { Upstream } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { refuses, untyped } from './refusals.ts'
import { anyOutput, anyToken, complaintOf, login, newApi, newStack, ok, synthesized } from './support.ts'

const backendOf = (stack: Stack) =>
  new LambdaFunction(stack, 'Backend', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ statusCode: 200, body: "" })'),
  })

describe('reserved concurrency', () => {
  const declared = () =>
    synthesized(
      api => {
        const http = Upstream.http('https://crm.example.com', { reservedConcurrency: 50 })
        const fn = Upstream.lambda(backendOf(Stack.of(api)), { reservedConcurrency: 1 })
        const open = Upstream.http('https://billing.example.com')
        for (const [id, upstream] of Object.entries({ http, fn, open })) {
          const gate = api.addUpstream(id, upstream)
          api.addRoute(`GET /${id}`, { upstream: gate, output: anyOutput, access: anyToken })
        }
        api.addRoute('GET /health', { upstream: ok, access: anyToken })
      },
      { issuers: [login], authorizerReservedConcurrency: 20 },
    )

  it('is that of the one gate before the upstream that declares it', () => {
    const { gate } = declared()
    const of = (id: string) => gate(id).resource.Properties.ReservedConcurrentExecutions
    expect([of('http'), of('fn'), of('open'), of('Stubs')]).toEqual([50, 1, undefined, undefined])
  })

  it('is that of the first door, where that is declared', () => {
    expect(declared().authorizer?.resource.Properties.ReservedConcurrentExecutions).toBe(20)
    const { authorizer } = synthesized(api => api.addRoute('GET /a', { upstream: ok, access: anyToken }))
    expect(authorizer?.resource.Properties).not.toHaveProperty('ReservedConcurrentExecutions')
  })

  it('is not put upon the function behind a gate', () => {
    const backend = declared()
      .all('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.Code.ZipFile)
    expect(backend?.Properties).not.toHaveProperty('ReservedConcurrentExecutions')
  })

  it('is said in the contract that cdk diff shows', () => {
    expect(declared().template.toJSON().Metadata).toMatchObject({
      'Api upstream http reservedConcurrency': '50 at a time',
      'Api upstream fn reservedConcurrency': '1 at a time',
      'Api first door reservedConcurrency': '20 at a time',
    })
  })

  const bounds = {
    allowed: 'a whole number from 1',
    fix: 'state how many requests it may serve at a time; to shut it, `sallyport control close`',
  }
  const http = (reservedConcurrency: unknown) => () =>
    Upstream.http('https://crm.example.com', untyped({ reservedConcurrency }))
  refuses([
    { when: 'none at all', declare: http(0), at: 'Upstream.http reservedConcurrency', given: '0', ...bounds },
    {
      when: 'half a request',
      declare: http(1.5),
      at: 'Upstream.http reservedConcurrency',
      given: '1.5',
      ...bounds,
    },
    {
      when: 'a text',
      declare: http('50'),
      at: 'Upstream.http reservedConcurrency',
      given: '"50"',
      ...bounds,
    },
    {
      when: 'none before a function',
      declare: () => Upstream.lambda(backendOf(newStack()), { reservedConcurrency: 0 }),
      at: 'Upstream.lambda reservedConcurrency',
      given: '0',
      ...bounds,
    },
    {
      when: 'none of the first door',
      declare: () => newApi({ issuers: [login], authorizerReservedConcurrency: 0 }),
      at: 'S/Api authorizerReservedConcurrency',
      given: '0',
      ...bounds,
    },
  ])
})

describe('code signing', () => {
  const configOf = (stack: Stack, untrustedArtifactOnDeployment?: UntrustedArtifactOnDeployment) =>
    new CodeSigningConfig(stack, 'Signing', {
      signingProfiles: [new SigningProfile(stack, 'Profile', { platform: Platform.AWS_LAMBDA_SHA384_ECDSA })],
      ...(untrustedArtifactOnDeployment && { untrustedArtifactOnDeployment }),
    })

  it('is asked of every function of the API, and of none that is the app’s own', () => {
    const stack = newStack()
    const codeSigning = configOf(stack, UntrustedArtifactOnDeployment.ENFORCE)
    const { functions, all, template } = synthesized(
      api => {
        const fn = api.addUpstream('Fn', Upstream.lambda(backendOf(stack)))
        api.addRoute('GET /fn', { upstream: fn, output: anyOutput, access: anyToken })
        api.addRoute('GET /health', { upstream: ok, access: anyToken })
      },
      { issuers: [login], codeSigning },
      stack,
    )
    expect(functions).toHaveLength(3)
    for (const { resource } of functions) {
      expect(resource.Properties.CodeSigningConfigArn).toEqual({
        'Fn::GetAtt': [expect.stringMatching(/^Signing/), 'CodeSigningConfigArn'],
      })
    }
    expect(
      all('AWS::Lambda::Function').filter(({ Properties }) => Properties.CodeSigningConfigArn),
    ).toHaveLength(3)
    expect(template.toJSON().Metadata).toHaveProperty('Api code', 'signed as S/Signing says')
  })

  it.each([[undefined], [UntrustedArtifactOnDeployment.WARN]])(
    'is refused where it lets unsigned code through with a warning (%s)',
    policy => {
      const stack = newStack()
      expect(complaintOf(() => newApi({ codeSigning: configOf(stack, policy) }, stack))).toEqual({
        at: 'S/Api codeSigning',
        given: 'S/Signing, which lets code through that is not signed, with a warning',
        allowed: 'a CodeSigningConfig that blocks what is not signed',
        fix: 'state untrustedArtifactOnDeployment: UntrustedArtifactOnDeployment.ENFORCE',
      })
    },
  )

  it('is refused where its policy was taken away by hand', () => {
    const stack = newStack()
    const codeSigning = configOf(stack, UntrustedArtifactOnDeployment.ENFORCE)
    const resource = codeSigning.node.defaultChild as CfnCodeSigningConfig
    resource.codeSigningPolicies = undefined
    expect(complaintOf(() => newApi({ codeSigning }, stack)).at).toBe('S/Api codeSigning')
  })

  it('is taken as it is where it is imported', () => {
    const stack = newStack()
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdef0'
    const codeSigning = CodeSigningConfig.fromCodeSigningConfigArn(stack, 'Imported', arn)
    const { functions } = synthesized(
      api => api.addRoute('GET /a', { upstream: ok, access: anyToken }),
      { issuers: [login], codeSigning },
      stack,
    )
    expect(functions.map(({ resource }) => resource.Properties.CodeSigningConfigArn)).toEqual([arn, arn])
  })

  refuses([
    {
      when: 'what is no configuration',
      declare: () => newApi(untyped({ codeSigning: true })),
      at: 'S/Api codeSigning',
      given: 'true',
      allowed: 'a CodeSigningConfig that blocks what is not signed',
      fix: 'write new CodeSigningConfig(this, id, { signingProfiles: [ … ], … })',
    },
  ])
})
