import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type App, Stack } from 'aws-cdk-lib'
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Access, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalCloud, startCloud } from '../../local/cloud.ts'
import { broughtHome, readEnvironment } from '../../local/template/home.ts'
import { anyOutput, login, ok } from '../lib/support.ts'
import { type Assemblies, createAssemblies } from './assemblies.ts'
import { folderWith } from './folders.ts'

let assemblies: Assemblies
beforeAll(() => {
  assemblies = createAssemblies()
})
afterAll(() => assemblies.remove())

/** An API in a stack that is told where to go, with one route of each kind and more of a long path each. */
const declare = (more: number) => (_: Stack, app: App) => {
  const stack = new Stack(app, 'Away', { env: { account: '111122223333', region: 'eu-central-1' } })
  const api = new ZeroTrustApi(stack, 'Api', { issuers: [login] })
  const fn = new LambdaFunction(stack, 'Fn', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(
      folderWith(assemblies.folder, {
        'index.js': "exports.handler = async () => ({ statusCode: 200, body: '1' })",
      }),
    ),
  })
  api.addRoute('GET /public', { upstream: ok, access: Access.public() })
  api.addRoute('GET /function', { upstream: Upstream.lambda(fn), access: Access.token(), output: anyOutput })
  for (let i = 0; i < more; i += 1) {
    api.addRoute(`GET /${i}-${'long'.repeat(90)}`, { upstream: ok, access: Access.token() })
  }
}

describe.each([
  ['in the template', 0],
  ['an asset', 298],
])('of a stack with an account and a region of its own, whose document is %s,', (_, more) => {
  let cloud: LocalCloud
  beforeAll(async () => {
    const assembly = assemblies.synthesize(declare(more))
    expect(readFileSync(join(assembly, 'Away.template.json'), 'utf8').includes('BodyS3Location')).toBe(
      more > 0,
    )
    cloud = await startCloud({ assembly })
  })
  afterAll(() => cloud.close())

  it('routes are served, guarded, and reach a function', async () => {
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await fetch(`${cloud.url}${path}`, { headers })).status
    expect(await status('/public')).toBe(200)
    expect(await status('/function')).toBe(401)
    const token = await cloud.issuers.builtIn('https://login.example.com')?.mint({ subject: 'user-1' })
    expect(await status('/function', { authorization: `Bearer ${token}` })).toBe(200)
    expect(await status('/undeclared', { authorization: `Bearer ${token}` })).toBe(404)
  })
})

describe('an environment', () => {
  it.each([
    [{ account: '111122223333', region: 'eu-central-1' }, 'eu-central-1:111122223333'],
    [{ region: 'eu-central-1' }, 'eu-central-1:123456789012'],
    [{ account: '111122223333' }, 'eu-west-1:111122223333'],
    [{}, 'eu-west-1:123456789012'],
  ])('%j leads ARNs of its own here, wherever they stand, and no others', (environment, at) => {
    const of = (place: string) => ({
      uri: `arn:aws:apigateway:eu-central-1:lambda:path/x/arn:aws:lambda:${place}:function:a/invocations`,
      list: [`arn:aws:execute-api:${place}:abc/live/*/*`, 1, null],
      others: 'arn:aws:lambda:us-east-1:999999999999:function:b at https://api.eu-central-1.example.com',
    })
    expect(broughtHome(of(at), environment)).toEqual(of('eu-west-1:123456789012'))
  })

  it.each([
    ['aws://111122223333/eu-central-1', { account: '111122223333', region: 'eu-central-1' }],
    ['aws://unknown-account/eu-central-1', { region: 'eu-central-1' }],
    ['aws://111122223333/unknown-region', { account: '111122223333' }],
    ['aws://unknown-account/unknown-region', {}],
    [undefined, {}],
  ])('is read from %s', (text, environment) => {
    expect(readEnvironment(text)).toEqual(environment)
  })
})
