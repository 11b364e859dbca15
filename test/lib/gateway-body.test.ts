import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type App, Aspects, Aws, NestedStack, Stack, type StackProps } from 'aws-cdk-lib'
import { CfnRestApi } from 'aws-cdk-lib/aws-apigateway'
import { CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { Access } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { mostImmovable, mostInline, placeBody } from '../../lib/gateway-body.ts'
import { artifactsOf, complaintOf, login, newApi, newApp, ok, type Resources } from './support.ts'

const home = { env: { account: '111122223333', region: 'eu-central-1' } }

const createFunction = (scope: Construct, id: string, functionName?: string) =>
  new LambdaFunction(scope, id, {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('0'),
    ...(functionName !== undefined && { functionName }),
  })

/** A document of exactly so many characters, where it names its function by 160. */
const documentOf = (characters: number, uri: string) => {
  const empty = JSON.stringify({ uri: 'x'.repeat(160), filling: '' }).length
  return { uri, filling: 'x'.repeat(characters - empty) }
}

/** A stack whose API has a document of so many characters. */
function place(
  characters: number,
  stack = new Stack(newApp(), 'S', home),
  functionOf = (api: Construct) => createFunction(api, 'Gate'),
) {
  const api = new Construct(stack, 'Api')
  const fn = functionOf(api)
  placeBody(api, {
    restApi: new CfnRestApi(api, 'RestApi'),
    document: uriOf => documentOf(characters, uriOf(fn)),
    functions: () => [fn],
  })
  return stack
}

function synthesized(stack: Stack) {
  const app = stack.node.root as ReturnType<typeof newApp>
  const { directory } = app.synth()
  const text = readFileSync(join(directory, 'S.template.json'), 'utf8')
  const resources = JSON.parse(text).Resources as Resources
  const entry = (type: string) =>
    Object.entries(resources).find(([, { Type }]) => Type === type) as [string, Resources[string]]
  const [, api] = entry('AWS::ApiGateway::RestApi')
  const [functionId, fn] = entry('AWS::Lambda::Function')
  const { Key } = api.Properties.BodyS3Location ?? {}
  const asset = Key && JSON.parse(readFileSync(join(directory, `asset.${Key}`), 'utf8'))
  return { text, api, fn, functionId, asset }
}

describe('the document of an API', () => {
  it('stands in the template up to a size, with its functions left to CloudFormation', () => {
    const { api, fn, functionId } = synthesized(place(mostInline))
    expect(api.Properties.BodyS3Location).toBeUndefined()
    expect(api.Properties.Body.uri['Fn::Sub']).toContain(`\${${functionId}.Arn}`)
    expect(api.DependsOn).toBeUndefined()
    expect(fn.Properties.FunctionName).toBeUndefined()
  })

  it('is an asset one character beyond, which names a function that has this name, and comes after it', () => {
    const { api, fn, functionId, asset } = synthesized(place(mostInline + 1))
    expect(api.Properties.Body).toBeUndefined()
    const name = fn.Properties.FunctionName
    expect(name).toMatch(/^[A-Za-z0-9-]{1,64}$/)
    expect(asset.uri).toBe(
      'arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/' +
        `arn:aws:lambda:eu-central-1:111122223333:function:${name}/invocations`,
    )
    expect(api.DependsOn).toContain(functionId)
  })

  it('is the same for the same declarations, and another asset for others', () => {
    expect(synthesized(place(mostInline + 1)).text).toBe(synthesized(place(mostInline + 1)).text)
    expect(synthesized(place(mostInline + 1)).text).not.toBe(synthesized(place(mostInline + 2)).text)
  })

  it('is an asset in an app without feature flags, and names the partition of its region', () => {
    const china = { env: { account: '111122223333', region: 'cn-north-1' } }
    const { asset } = synthesized(place(mostInline + 1, new Stack(newApp({}), 'S', china)))
    expect(asset.uri).toMatch(
      /^arn:aws-cn:apigateway:cn-north-1:.*arn:aws-cn:lambda:cn-north-1:111122223333:/,
    )
  })

  it.each<[string, (api: Construct) => Construct]>([
    ['beside the API', Stack.of],
    ['below it', api => api],
  ])('calls a function by the name that was declared, and leaves it that name: %s', (_, scopeOf) => {
    const stack = new Stack(newApp(), 'S', home)
    const { asset, fn } = synthesized(
      place(mostInline + 1, stack, api => createFunction(scopeOf(api), 'Orders', 'orders')),
    )
    expect(asset.uri).toContain(':function:orders/invocations')
    expect(fn.Properties.FunctionName).toBe('orders')
  })

  it.each([
    ['a property', (fn: CfnFunction) => Object.assign(fn, { functionName: 'corporate' })],
    ['an override', (fn: CfnFunction) => fn.addPropertyOverride('FunctionName', 'corporate')],
  ])('calls a function by the name that somebody else gives it afterwards, as %s', (_, rename) => {
    const stack = place(mostInline + 1)
    Aspects.of(stack).add({ visit: node => void (node instanceof CfnFunction && rename(node)) })
    const { asset, fn } = synthesized(stack)
    expect(fn.Properties.FunctionName).toBe('corporate')
    expect(asset.uri).toContain(':function:corporate/invocations')
  })

  it('is refused when the name that somebody gives a function is known only at deploy', () => {
    const stack = place(mostInline + 1)
    const visit = (node: unknown) =>
      void (
        node instanceof CfnFunction && node.addPropertyOverride('FunctionName', { Ref: 'AWS::StackName' })
      )
    Aspects.of(stack).add({ visit })
    expect(() => (stack.node.root as App).synth()).toThrow(
      'a name of S/Api/Gate that is known only at deploy',
    )
  })
})

describe('a large document that cannot be an asset', () => {
  const obstacles: ReadonlyArray<{
    readonly when: string
    readonly stack: () => Stack
    readonly functionOf?: (api: Construct) => LambdaFunction
    readonly given: string
    readonly fix: RegExp
  }> = [
    ...([{}, { env: { account: '111122223333' } }, { env: { region: 'eu-central-1' } }] as StackProps[]).map(
      props => ({
        when: `a stack of ${JSON.stringify(props)}`,
        stack: () => new Stack(newApp(), 'S', props),
        given: 'no account and region to name functions by',
        fix: /env: \{ account, region \}/,
      }),
    ),
    {
      when: 'a nested stack',
      stack: () => new NestedStack(new Stack(newApp(), 'S', home), 'Nested'),
      given: 'a nested stack',
      fix: /not nested/,
    },
    {
      when: 'a function that CloudFormation names',
      stack: () => new Stack(newApp(), 'S', home),
      functionOf: api => createFunction(Stack.of(api), 'Orders'),
      given: 'no name to call S/Orders by',
      fix: /functionName/,
    },
    {
      when: 'a function whose name is known at deploy',
      stack: () => new Stack(newApp(), 'S', home),
      functionOf: api => createFunction(Stack.of(api), 'Orders', `orders-${Aws.STACK_NAME}`),
      given: 'no name to call S/Orders by',
      fix: /functionName/,
    },
    {
      when: 'a function below the API whose name is known at deploy',
      stack: () => new Stack(newApp(), 'S', home),
      functionOf: api => createFunction(api, 'Orders', `orders-${Aws.STACK_NAME}`),
      given: 'no name to call S/Api/Orders by',
      fix: /functionName/,
    },
  ]

  it.each(obstacles)('stays in the template while it fits: $when', ({ stack, functionOf }) => {
    const app = place(mostImmovable, stack(), functionOf).node.root as ReturnType<typeof newApp>
    expect(() => app.synth()).not.toThrow()
  })

  it.each(obstacles)(
    'is refused one character beyond, with the way out: $when',
    ({ stack, functionOf, given, fix }) => {
      const app = place(mostImmovable + 1, stack(), functionOf).node.root as ReturnType<typeof newApp>
      const complaint = complaintOf(() => app.synth())
      expect(complaint.given).toBe(
        `an OpenAPI document of ${mostImmovable + 1} characters in the template, and ${given}`,
      )
      expect(complaint.allowed).toContain('1,000,000 bytes')
      expect(complaint.fix).toMatch(fix)
    },
  )
})

describe('an API with a large document', () => {
  /** As many long paths as make the document an asset. */
  const large = (first: string) => {
    const api = newApi({ issuers: [login] }, new Stack(newApp(), 'S', home))
    const paths = [first, ...Array.from({ length: 299 }, (_, i) => `${i}-${'long'.repeat(90)}`)]
    for (const path of paths) api.addRoute(`GET /${path}`, { upstream: ok, access: Access.token() })
    return artifactsOf(Stack.of(api))
  }

  it('is deployed anew when the document changes, and says in words what it declares', () => {
    const [before, same, after] = ['a', 'a', 'b'].map(large)
    const deployments = [before, same, after].map(each =>
      Object.entries(each?.resources ?? {}).flatMap(([id, { Type }]) =>
        Type === 'AWS::ApiGateway::Deployment' ? [id] : [],
      ),
    )
    expect(before?.only('AWS::ApiGateway::RestApi').Properties).toHaveProperty('BodyS3Location')
    expect(deployments[0]).toHaveLength(1)
    expect(deployments[1]).toEqual(deployments[0])
    expect(deployments[2]).not.toEqual(deployments[0])
    expect(before?.template.toJSON().Metadata).toMatchObject({ 'Api GET /a access': 'any valid token' })
  })
})
