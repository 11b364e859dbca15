import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Duration } from 'aws-cdk-lib'
import { Alias, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Access, Issuer, Output, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type LocalCloud, startCloud } from '../../local/cloud.ts'
import { anyOutput } from '../lib/support.ts'
import { type Assemblies, createAssemblies, idsOf, stackName } from './assemblies.ts'

const issuer = 'https://login.example.com'

// Its answer, or its failure, is what the request's query asks for.
const code = `
exports.handler = async event => {
  const [mode] = event.query.mode ?? []
  if (mode === 'throw') throw new Error('a secret of the function')
  if (mode === 'exit') process.exit(3)
  if (mode === 'slow') await new Promise(() => setInterval(() => {}, 1000))
  if (mode === 'shapeless') return 'text'
  if (mode === 'failing') return { statusCode: 503, body: 'down' }
  if (mode === 'declared') return {
    statusCode: 200,
    headers: { 'Set-Cookie': 'a=1' },
    multiValueHeaders: { 'set-cookie': ['b=2; Domain=example.com', 'c=3'], 'X-Own': ['kept'] },
    body: JSON.stringify({ id: 1, secret: 'a secret of the function' }),
  }
  if (mode === 'bytes') return {
    statusCode: 201,
    headers: { 'content-type': 'image/png' },
    isBase64Encoded: true,
    body: Buffer.from([0, 255]).toString('base64'),
  }
  if (mode === 'split') return { statusCode: 200, headers: { 'x-own': 'a\\r\\nset-cookie: b=c' }, body: '{"id":1}' }
  const answer = { event, environment: process.env.OWN }
  return { statusCode: 201, headers: { 'Content-Type': 'application/json', 'X-Own': 'kept' }, body: JSON.stringify(answer) }
}`

let assemblies: Assemblies
let assembly: string
let cloud: LocalCloud

beforeAll(() => {
  assemblies = createAssemblies()
  const folder = join(assemblies.folder, 'quotes')
  mkdirSync(folder)
  writeFileSync(join(folder, 'index.js'), code)
  assembly = assemblies.synthesize(stack => {
    const quotes = new LambdaFunction(stack, 'Quotes', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(folder),
      timeout: Duration.seconds(20),
      environment: { OWN: 'value' },
    })
    const api = new ZeroTrustApi(stack, 'Api', {
      issuers: [Issuer.oidc(issuer, { audience: 'https://api.example.com', algorithms: ['ES256'] })],
    })
    const gate = api.addUpstream('Quotes', Upstream.lambda(quotes, { timeout: Duration.seconds(2) }))
    const mode = z.string().optional()
    api.addRoute('GET /quotes', {
      upstream: gate,
      output: anyOutput,
      access: Access.public(),
      input: { query: { mode } },
    })
    api.addRoute('GET /declared', {
      upstream: gate,
      access: Access.public(),
      input: { query: { mode } },
      output: {
        200: Output.json(z.object({ id: z.int() }), { headers: ['x-own'], cookies: ['a', 'b'] }),
        201: Output.bytes(['image/png']),
      },
    })
    const live = new Alias(stack, 'Live', { aliasName: 'live', version: quotes.currentVersion })
    for (const [path, upstream] of Object.entries({ '/alias': live, '/version': quotes.currentVersion }))
      api.addRoute(`GET ${path as '/'}`, {
        upstream: Upstream.lambda(upstream),
        output: anyOutput,
        access: Access.public(),
      })
    api.addRoute('POST /quotes/{quoteId}', {
      upstream: gate,
      output: anyOutput,
      access: Access.token({ scopes: ['quotes:write'] }),
      input: {
        path: { quoteId: z.string().max(20) },
        query: { tag: z.array(z.string()).optional() },
        headers: { 'accept-language': z.string().optional() },
        body: z.strictObject({ amount: z.number() }),
      },
    })
  })
})
afterAll(() => assemblies.remove())

const start = async (folder: string) => {
  cloud = await startCloud({ assembly: folder })
}
const get = (mode?: string) => fetch(`${cloud.url}/quotes${mode === undefined ? '' : `?mode=${mode}`}`)

describe('a Lambda function as upstream', () => {
  beforeEach(() => start(assembly))
  afterEach(() => cloud.close())

  it('receives the declared request and who is calling, and nothing undeclared; its answer returns', async () => {
    const token = await cloud.issuers.builtIn(issuer)?.mint({ subject: 'ada', scope: 'quotes:write' })
    const response = await fetch(`${cloud.url}/quotes/q%201?tag=a&tag=b%26c`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'accept-language': 'de',
        'x-undeclared': 'x',
      },
      body: JSON.stringify({ amount: 3 }),
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    const { event, environment } = (await response.json()) as { event: unknown; environment: string }
    expect(event).toEqual({
      route: 'POST /quotes/{quoteId}',
      path: { quoteId: 'q 1' },
      query: { tag: ['a', 'b&c'] },
      headers: { 'accept-language': 'de' },
      cookies: {},
      body: { amount: 3 },
      principal: { iss: issuer, sub: 'ada', client_id: 'sallyport-cli' },
    })
    expect(environment).toBe('value')
  })

  it('is reached by an alias or a version of it', async () => {
    expect(cloud.absentFunctions()).toEqual([])
    for (const path of ['/alias', '/version']) {
      const response = await fetch(`${cloud.url}${path}`)
      expect([response.status, await response.json()]).toMatchObject([
        201,
        { event: { route: `GET ${path}` } },
      ])
    }
  })

  it('of a public route is told that nobody is known', async () => {
    const { event } = (await (await get()).json()) as { event: unknown }
    expect(event).toEqual({
      route: 'GET /quotes',
      path: {},
      query: {},
      headers: {},
      cookies: {},
      body: null,
      principal: null,
    })
  })

  it('passes on what is declared of its answer, and nothing else', async () => {
    const ask = (query: string) =>
      fetch(`${cloud.url}/declared?mode=${query}`, { headers: { accept: 'image/png' } })
    const response = await ask('declared')
    expect([response.status, await response.text()]).toEqual([200, '{"id":1}'])
    expect(response.headers.getSetCookie()).toEqual(['a=1; Secure', 'b=2; Secure'])
    expect(response.headers.get('x-own')).toBe('kept')
    const bytes = await ask('bytes')
    expect([bytes.status, [...new Uint8Array(await bytes.arrayBuffer())]]).toEqual([201, [0, 255]])
    const split = await ask('split')
    expect([split.status, split.headers.get('set-cookie')]).toEqual([502, null])
  })

  it.each([
    ['throws', 'throw', 502, 'upstream.failed'],
    ['ends its process', 'exit', 502, 'upstream.failed'],
    ['answers 503', 'failing', 502, 'upstream.failed'],
    ['answers in no shape', 'shapeless', 502, 'upstream.invalid_response'],
    ['is slower than declared', 'slow', 504, 'upstream.timeout'],
  ])(
    'that %s gives a problem without its words, and the next request is served',
    async (_what, mode, status, reason) => {
      const response = await get(mode)
      const text = await response.text()
      expect([response.status, response.headers.get('content-type')]).toEqual([
        status,
        'application/problem+json',
      ])
      expect(JSON.parse(text)).toMatchObject({ status, code: reason })
      expect(text).not.toContain('secret')
      expect((await get()).status).toBe(201)
    },
  )
})

describe('what the template does not wire', () => {
  afterEach(() => cloud.close())

  it('is not reached: a function of another name is 502', async () => {
    await start(
      assemblies.patch(assembly, stackName, template => {
        const gates = idsOf(template, 'AWS::Lambda::Function').flatMap(id => {
          const { Variables } = (template.Resources[id]?.Properties?.Environment ?? {}) as {
            Variables?: Record<string, unknown>
          }
          return Variables && 'UPSTREAM_FUNCTION' in Variables ? [Variables] : []
        })
        expect(gates).toHaveLength(3)
        for (const gate of gates) {
          gate.UPSTREAM_FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:nobody'
        }
      }),
    )
    const response = await get()
    expect([response.status, await response.json()]).toEqual([
      502,
      expect.objectContaining({ code: 'upstream.unreachable' }),
    ])
  })

  it('is not invoked: a gate without permission for API Gateway is 500', async () => {
    await start(
      assemblies.patch(assembly, stackName, template => {
        for (const id of idsOf(template, 'AWS::Lambda::Permission')) delete template.Resources[id]
      }),
    )
    expect((await get()).status).toBe(500)
  })

  it('is not invoked: a gate with permission for another stage is 500', async () => {
    await start(
      assemblies.patch(assembly, stackName, template => {
        for (const id of idsOf(template, 'AWS::Lambda::Permission')) {
          Object.assign(template.Resources[id]?.Properties ?? {}, {
            SourceArn: 'arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/other/*/*',
          })
        }
      }),
    )
    expect((await get()).status).toBe(500)
  })
})

describe('a function whose environment refers to a secret', () => {
  const referring = (to: object) =>
    assemblies.patch(assembly, stackName, template => {
      template.Resources.Own = { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'own' } }
      for (const id of idsOf(template, 'AWS::Lambda::Function')) {
        const { Variables } = (template.Resources[id]?.Properties?.Environment ?? {}) as {
          Variables?: Record<string, unknown>
        }
        if (Variables && 'OWN' in Variables)
          Variables.OWN = { 'Fn::Join': ['', ['{{resolve:secretsmanager:', to, ':SecretString:::}}']] }
      }
    })

  it('has what the secret holds', async () => {
    cloud = await startCloud({ assembly: referring({ Ref: 'Own' }), secrets: { own: 'a secret of its own' } })
    try {
      expect(await (await get()).json()).toMatchObject({ environment: 'a secret of its own' })
    } finally {
      await cloud.close()
    }
  })

  it('does not start where there is no such secret', async () => {
    const broken = startCloud({ assembly: referring({ Ref: 'AWS::StackName' }) })
    await expect(broken).rejects.toThrow(/Environment\.OWN: no secret of this app is Small$/)
  })
})
