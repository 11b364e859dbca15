import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Stack as CdkStack, Duration, type Stack, Token } from 'aws-cdk-lib'
import {
  Alias,
  ApplicationLogLevel,
  type CfnFunction,
  Code,
  type FunctionProps,
  Function as LambdaFunction,
  LayerVersion,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda'
import {
  Access,
  type CorsOptions,
  declareRoute,
  GatewayState,
  Limit,
  Output,
  Upstream,
  ZeroTrustApi,
} from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readGateManifest } from '../../contract/gate-manifest.ts'
import { policyFolder } from '../../contract/policy-package.ts'
import { readRoutes } from '../../local/routes.ts'
import { anyOutput, anyToken, artifactsOf, complaintOf, login, newApp, newStack, ok } from './support.ts'

const newFunction = (stack: Stack, id = 'Orders', props: Partial<FunctionProps> = {}) =>
  new LambdaFunction(stack, id, {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({})'),
    ...props,
  })

const limits = { user: Limit.perMinute(60) }
const getOrder = declareRoute('GET /orders/{orderId}', {
  access: Access.token({ scopes: ['orders:read'] }),
  limits,
  input: { path: { orderId: z.uuid() } },
  output: { 200: z.object({ total: z.number() }) },
})

function build(
  { cors, stack = newStack(), ...props }: Partial<FunctionProps> & { cors?: CorsOptions; stack?: Stack } = {},
  declare: (api: ZeroTrustApi) => void = () => {},
) {
  const api = new ZeroTrustApi(stack, 'Api', { issuers: [login], ...(cors && { cors }) })
  const gate = api.addUpstream('Orders', Upstream.direct(newFunction(stack, 'Orders', props)))
  api.addRoute(getOrder, { upstream: gate })
  declare(api)
  const artifacts = artifactsOf(stack)
  const layer = artifacts.only('AWS::Lambda::LayerVersion')
  const key = String(layer.Properties.Content.S3Key)
  const folder = join(artifacts.outdir, `asset.${key.replace(/\.zip$/, '')}`)
  const policy = join(folder, policyFolder)
  const fn = artifacts.all('AWS::Lambda::Function').find(({ Properties }) => Properties.Layers)
  if (!fn) throw new Error('no function with a layer')
  const manifest = readGateManifest(JSON.parse(readFileSync(join(policy, 'manifest.json'), 'utf8')))
  return { ...artifacts, folder, policy, manifest, fn, key }
}

describe('a function integrated directly', () => {
  it('has its policy in a layer, as a package, with all that it loads', async () => {
    const { policy, manifest, fn, resources, folder } = build()
    expect(fn.Properties.Layers).toEqual([{ Ref: expect.stringContaining('SallyportPolicy') }])
    expect(resources[fn.Properties.Layers[0].Ref]?.Type).toBe('AWS::Lambda::LayerVersion')
    expect(readdirSync(folder)).toEqual(['nodejs'])
    expect(readdirSync(policy).sort()).toEqual([
      'manifest.json',
      'package.json',
      'validation-runtime.mjs',
      'validators.mjs',
    ])
    expect(manifest).toMatchObject({ gate: 'Orders', upstream: { kind: 'direct' }, cors: null })
    expect(Object.keys(manifest.routes)).toEqual(['GET /orders/{orderId}'])
    const { validators, outputs } = await import(pathToFileURL(join(policy, 'validators.mjs')).href)
    expect(validators['GET /orders/{orderId}'].path.orderId('a')).toBe(false)
    expect(outputs['GET /orders/{orderId}']['200']({ total: 1 })).toBe(true)
  })

  it('can be called by API Gateway for this API’s stage, is waited for as long as it may run, and has no gate', () => {
    const { body, all, fn, resources, functions } = build({ timeout: Duration.seconds(6) })
    const logicalId = Object.keys(resources).find(id => resources[id] === fn)
    const { uri, timeoutInMillis } = body.paths['/orders/{orderId}'].get['x-amazon-apigateway-integration']
    expect(uri['Fn::Sub']).toContain(`\${${logicalId}.Arn}/invocations`)
    expect(timeoutInMillis).toBe(9000)
    const permissions = all('AWS::Lambda::Permission').filter(
      ({ Properties }) => Properties.FunctionName['Fn::GetAtt'][0] === logicalId,
    )
    expect(permissions).toHaveLength(1)
    expect(JSON.stringify(permissions[0]?.Properties.SourceArn)).toMatch(/RestApi\w+"},"\/live\/\*\/\*"/)
    expect(functions.map(({ manifest }) => manifest.format)).toEqual(['sallyport/authorizer@1'])
  })

  it.each([
    [29, 29_000],
    [26, 29_000],
    [25, 28_000],
    [undefined, 6000],
  ])('that may run for %s s is waited for %s ms', (seconds, waited) => {
    const { body } = build(seconds === undefined ? {} : { timeout: Duration.seconds(seconds) })
    const integration = body.paths['/orders/{orderId}'].get['x-amazon-apigateway-integration']
    expect(integration.timeoutInMillis).toBe(waited)
  })

  it('counts in the state table with its own role, by key, and knows the table’s name', () => {
    const { fn, manifest, all } = build()
    expect(manifest.state?.table).toEqual({ env: 'SALLYPORT_STATE_TABLE' })
    expect(fn.Properties.Environment.Variables).toEqual({
      SALLYPORT_STATE_TABLE: { Ref: expect.any(String) },
    })
    const [role] = fn.Properties.Role['Fn::GetAtt']
    const statements = all('AWS::IAM::Policy')
      .filter(({ Properties }) => Properties.Roles.some((r: { Ref: string }) => r.Ref === role))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    const keys = statements.map(({ Action, Condition }) => [
      Action,
      ...Object.values(Condition as Record<string, Record<string, string[]>>).map(
        condition => condition['dynamodb:LeadingKeys'],
      ),
    ])
    expect(keys).toEqual([
      ['dynamodb:GetItem', ['control#shared', 'user#*']],
      ['dynamodb:UpdateItem', ['control#shared']],
      ['dynamodb:UpdateItem', ['user#*']],
    ])
  })

  it('has the same layer for the same declarations, and another for others', () => {
    const more = (api: ZeroTrustApi) => {
      api.addRoute('GET /other', { upstream: ok, access: Access.public() })
    }
    expect(build().key).toBe(build().key)
    // The other route is none of its own; a path beside its own is its business, though.
    expect(build({}, more).key).toBe(build().key)
    expect(
      build({}, api => void api.addRoute('GET /orders/open', { upstream: ok, access: Access.public() })).key,
    ).not.toBe(build().key)
  })

  it('stands in the contract, in the route table and in the public document', () => {
    const { template, outdir } = build()
    const contract = template.toJSON().Metadata as Record<string, string>
    expect(contract['Api upstream Orders']).toBe('function S/Orders with the door inside, within 6000 ms')
    expect(contract['Api GET /orders/{orderId} access']).toBe('scope orders:read')
    expect(readRoutes(outdir)).toEqual([
      expect.objectContaining({
        method: 'GET',
        path: '/orders/{orderId}',
        upstream: 'direct: Orders',
        limits: ['60 per minute per user'],
      }),
    ])
    const document = readdirSync(outdir).find(name => name.endsWith('.openapi.json')) as string
    expect(JSON.parse(readFileSync(join(outdir, document), 'utf8')).paths).toHaveProperty([
      '/orders/{orderId}',
      'get',
      'responses',
      '200',
    ])
  })

  it('may be of another stack than its API, with a table that both can refer to', () => {
    const app = newApp()
    const [stateStack, apiStack, fnStack] = ['State', 'Api', 'Functions'].map(
      id => new CdkStack(app, id),
    ) as [Stack, Stack, Stack]
    const api = new ZeroTrustApi(apiStack, 'Api', {
      issuers: [login],
      state: new GatewayState(stateStack, 'State'),
    })
    api.addRoute(getOrder, { upstream: Upstream.direct(newFunction(fnStack)) })
    const { directory } = app.synth()
    expect(existsSync(join(directory, 'Api.template.json'))).toBe(true)
    const { Resources } = JSON.parse(readFileSync(join(directory, 'Functions.template.json'), 'utf8'))
    expect(Object.values(Resources).map(resource => (resource as { Type: string }).Type)).toContain(
      'AWS::Lambda::LayerVersion',
    )
  })
})

describe('preflights', () => {
  const cors = { origins: ['https://app.example.com'] }
  const integrations = (
    body: { paths: Record<string, Record<string, Record<string, unknown>>> },
    path: string,
  ) => ['get', 'options'].map(method => body.paths[path]?.[method]?.['x-amazon-apigateway-integration'])

  it('of a path whose routes are all functions with a door inside never reach one of them', () => {
    const { body, gate, manifest } = build({ cors })
    const [get, options] = integrations(body, '/orders/{orderId}')
    expect(get).not.toEqual(options)
    expect(gate('Stubs').manifest.cors?.preflights).toEqual({
      '/orders/{orderId}': { GET: ['authorization'] },
    })
    expect(manifest.cors?.preflights).toEqual({})
  })

  it('of a path with a gate are that gate’s, whichever route comes first', () => {
    const { gate, manifest } = build({ cors }, api => {
      const http = api.addUpstream('Crm', Upstream.http('https://crm.example.com'))
      api.addRoute('PUT /orders/{orderId}', {
        upstream: http,
        access: anyToken,
        output: anyOutput,
        input: { path: { orderId: z.uuid() } },
      })
    })
    const methods = { GET: ['authorization'], PUT: ['authorization'] }
    expect(gate('Crm').manifest.cors?.preflights).toEqual({ '/orders/{orderId}': methods })
    expect([gate('Stubs').manifest.cors?.preflights, manifest.cors?.preflights]).toEqual([{}, {}])
  })

  it('are no gate’s where no page may use the API', () => {
    const { gates, body } = build()
    expect([gates, Object.keys(body.paths['/orders/{orderId}'])]).toEqual([[], ['get']])
  })
})

describe('a declared route', () => {
  it('is the same as one declared where it is added', () => {
    const templateOf = (add: (api: ZeroTrustApi) => void) => {
      const stack = newStack()
      const api = new ZeroTrustApi(stack, 'Api', { issuers: [login] })
      add(api)
      return artifactsOf(stack).template.toJSON()
    }
    const upstream = () => Upstream.http('https://crm.example.com')
    const declared = declareRoute('GET /a', { access: anyToken, output: { 204: Output.empty() } })
    expect(templateOf(api => api.addRoute(declared, { upstream: upstream() }))).toEqual(
      templateOf(api =>
        api.addRoute('GET /a', { upstream: upstream(), access: anyToken, output: { 204: Output.empty() } }),
      ),
    )
  })

  it.each<[string, () => unknown, at: string, given: string]>([
    [
      'a template that is none',
      () => declareRoute('GET a' as 'GET /a', { access: anyToken, output: anyOutput }),
      'declareRoute "GET a"',
      '"GET a"',
    ],
    [
      'an unknown option',
      () => declareRoute('GET /a', { access: anyToken, output: anyOutput, limit: 1 } as never),
      'declareRoute "GET /a"',
      'unknown option "limit"',
    ],
    [
      'an upstream',
      () => declareRoute('GET /a', { access: anyToken, output: anyOutput, upstream: ok } as never),
      'declareRoute "GET /a"',
      'unknown option "upstream"',
    ],
    [
      'what was declared, once more',
      () =>
        new ZeroTrustApi(newStack(), 'Api', { issuers: [login] }).addRoute(getOrder, {
          upstream: ok,
          access: anyToken,
        } as never),
      'route "GET /orders/{orderId}" of S/Api',
      'unknown option "access"',
    ],
  ])('refuses %s', (_, declare, at, given) => {
    expect(complaintOf(declare)).toMatchObject({ at, given })
  })
})

describe('Upstream.direct', () => {
  const at = 'Upstream.direct'
  const managed = (fn: LambdaFunction) => {
    const resource = fn.node.defaultChild as CfnFunction
    resource.capacityProviderConfig = {
      lambdaManagedInstancesCapacityProviderConfig: { capacityProviderArn: 'arn:aws:lambda:x' },
    }
    return fn
  }
  const imported = (stack: Stack) =>
    LambdaFunction.fromFunctionArn(stack, 'Imported', 'arn:aws:lambda:eu-west-1:123456789012:function:a')
  const alias = (stack: Stack) =>
    new Alias(stack, 'Alias', { aliasName: 'a', version: newFunction(stack).currentVersion })

  it.each<[string, (stack: Stack) => unknown, at: string, given: string]>([
    ['nothing', () => Upstream.direct(undefined as never), at, 'nothing'],
    [
      'an imported function',
      stack => Upstream.direct(imported(stack) as never),
      at,
      "S/Imported, which is no function of this app's own",
    ],
    [
      'an alias',
      stack => Upstream.direct(alias(stack) as never),
      at,
      "S/Alias, which is no function of this app's own",
    ],
    [
      'a Node.js that cannot load it',
      stack => Upstream.direct(newFunction(stack, 'Old', { runtime: Runtime.NODEJS_22_X })),
      at,
      'a function on nodejs22.x',
    ],
    [
      'another language',
      stack => Upstream.direct(newFunction(stack, 'Py', { runtime: Runtime.PYTHON_3_13 })),
      at,
      'a function on python3.13',
    ],
    [
      'a function that runs on for nobody',
      stack => Upstream.direct(newFunction(stack, 'Slow', { timeout: Duration.seconds(30) })),
      at,
      'a function that may run for 30 s',
    ],
    [
      'a function that Lambda drops the door’s lines of',
      stack =>
        Upstream.direct(
          newFunction(stack, 'Quiet', {
            loggingFormat: LoggingFormat.JSON,
            applicationLogLevelV2: ApplicationLogLevel.WARN,
          }),
        ),
      at,
      'a function that logs nothing below WARN',
    ],
    [
      'a function whose instances answer many requests at once',
      stack => Upstream.direct(managed(newFunction(stack, 'Managed'))),
      at,
      'a function on managed instances, each of which answers many requests at once',
    ],
    [
      'more patience than API Gateway has',
      stack => Upstream.direct(newFunction(stack), { timeout: Duration.seconds(30) }),
      `${at} timeout`,
      '30000 milliseconds',
    ],
    [
      'an unknown option',
      stack => Upstream.direct(newFunction(stack), { memory: 1 } as never),
      at,
      'unknown option "memory"',
    ],
  ])('refuses %s', (_, declare, place, given) => {
    expect(complaintOf(() => declare(newStack()))).toMatchObject({ at: place, given })
  })

  it('takes every log level that keeps what the door writes', () => {
    const stack = newStack()
    const { TRACE, DEBUG, INFO } = ApplicationLogLevel
    for (const applicationLogLevelV2 of [TRACE, DEBUG, INFO]) {
      const fn = newFunction(stack, applicationLogLevelV2, {
        loggingFormat: LoggingFormat.JSON,
        applicationLogLevelV2,
      })
      expect(Upstream.direct(fn).target).toMatchObject({ kind: 'direct' })
    }
  })

  it('takes a timeout that is known only at deploy, and its own patience', () => {
    const stack = newStack()
    const late = newFunction(stack, 'Late', { timeout: Duration.seconds(Token.asNumber({ Ref: 'Seconds' })) })
    expect(Upstream.direct(late).target).toMatchObject({ kind: 'direct' })
    const { target } = Upstream.direct(newFunction(stack), { timeout: Duration.seconds(1) })
    expect(target.kind === 'direct' && target.timeout.toMilliseconds()).toBe(1000)
  })

  it('refuses a function before whose door there is another, in either order, by whichever of its names', () => {
    const direct = (fn: LambdaFunction) => Upstream.direct(fn)
    const apart = (fn: LambdaFunction) => Upstream.lambda(fn)
    const named = (fn: LambdaFunction) =>
      new Alias(fn, 'Live', { aliasName: 'live', version: fn.currentVersion })
    for (const [first, second] of [
      [direct, apart],
      [apart, direct],
    ] as const) {
      const stack = newStack()
      const api = new ZeroTrustApi(stack, 'Api', { issuers: [login] })
      const fn = newFunction(stack)
      api.addUpstream('Orders', first(fn))
      const again = { upstream: second(fn), access: Access.token(), output: anyOutput }
      for (const declare of [
        () => api.addUpstream('Again', second(fn)),
        () => api.addRoute('GET /again', again),
      ]) {
        expect(complaintOf(declare)).toMatchObject({
          given: 'S/Orders, which stands behind S/Api/Orders in the other way',
        })
      }
      api.addUpstream('Another', second(newFunction(stack, 'Another')))
    }
    const stack = newStack()
    const fn = newFunction(stack)
    const api = new ZeroTrustApi(stack, 'Api', { issuers: [login] })
    api.addUpstream('Live', Upstream.lambda(named(fn)))
    expect(complaintOf(() => api.addUpstream('Orders', Upstream.direct(fn)))).toMatchObject({
      given: 'S/Orders, which stands behind S/Api/Live in the other way',
    })
  })

  it('refuses a function that has as many layers as it may have', () => {
    const stack = newStack()
    const layer = (id: number) =>
      LayerVersion.fromLayerVersionArn(
        stack,
        `Layer${id}`,
        `arn:aws:lambda:eu-west-1:123456789012:layer:a${id}:1`,
      )
    const api = new ZeroTrustApi(stack, 'Api', { issuers: [login] })
    const full = newFunction(stack, 'Full', { layers: [1, 2, 3, 4, 5].map(layer) })
    expect(complaintOf(() => api.addUpstream('Full', Upstream.direct(full)))).toMatchObject({
      at: 'S/Api/Full',
      given: 'S/Full, which has five layers',
      fix: expect.stringContaining('one layer less'),
    })
    const four = newFunction(stack, 'Four', { layers: [6, 7, 8, 9].map(layer) })
    api.addUpstream('Four', Upstream.direct(four))
  })

  it('refuses a second door in one function, of this API or another', () => {
    const stack = newStack()
    const fn = newFunction(stack)
    const [first, second] = ['Api', 'Other'].map(id => new ZeroTrustApi(stack, id, { issuers: [login] })) as [
      ZeroTrustApi,
      ZeroTrustApi,
    ]
    first.addUpstream('Orders', Upstream.direct(fn))
    for (const api of [first, second]) {
      expect(complaintOf(() => api.addUpstream('Again', Upstream.direct(fn)))).toMatchObject({
        given: 'S/Orders, which has a second door already',
      })
    }
  })

  it('refuses to count in a table that the function’s stack cannot refer to', () => {
    const app = newApp()
    const [apiStack, fnStack] = [new CdkStack(app, 'Api'), new CdkStack(app, 'Functions')]
    const api = new ZeroTrustApi(apiStack, 'Api', { issuers: [login] })
    const upstream = Upstream.direct(newFunction(fnStack))
    expect(complaintOf(() => api.addRoute(getOrder, { upstream }))).toMatchObject({
      given: expect.stringContaining("a table of the API's stack"),
      fix: expect.stringContaining('new GatewayState(stateStack'),
    })
  })

  it('needs its answers declared, as every service does', () => {
    const api = new ZeroTrustApi(newStack(), 'Api', { issuers: [login] })
    const upstream = Upstream.direct(newFunction(api.node.scope as Stack))
    expect(complaintOf(() => api.addRoute('GET /a', { upstream, access: anyToken })).given).toBe('no output')
  })
})
