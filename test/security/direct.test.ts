import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duration, type Stack } from 'aws-cdk-lib'
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Access, Issuer, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCloud } from '../../local/cloud.ts'
import { createFunctionPool } from '../../local/lambda/pool.ts'
import { readApp } from '../../local/template/app.ts'
import { anyOutput } from '../lib/support.ts'
import { createAssemblies, idsOf, stackName } from '../local/assemblies.ts'
import { bundleFunction } from '../support/orders/bundle.ts'
import { createOrder, draftOrder, getOrder, putFile } from '../support/orders/routes.ts'
import { expectRefusal, expectSecurityHeaders } from './answers.ts'
import { startSmallCloud, upstreamOrigin } from './small-cloud.ts'

const app = 'https://app.example.com'
const evil = 'https://evil.example.com'
const formats = ['cjs', 'esm'] as const

let folder: string
const codeOf = (format: string) => join(folder, format)

const declare = (format: string) => (stack: Stack) => {
  const fn = new LambdaFunction(stack, 'Orders', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(codeOf(format)),
    timeout: Duration.seconds(4),
    memorySize: 256,
  })
  const api = new ZeroTrustApi(stack, 'Api', {
    issuers: [
      Issuer.oidc('https://login.example.com', {
        audience: 'https://api.example.com',
        algorithms: ['ES256'],
      }),
    ],
    cors: { origins: [app] },
    // Instances that start together on a busy machine wait for the table longer than callers should.
    limits: { budget: Duration.seconds(2) },
  })
  const orders = api.addUpstream('Orders', Upstream.direct(fn))
  for (const route of [getOrder, createOrder, draftOrder, putFile]) api.addRoute(route, { upstream: orders })
  // A path with a gate of its own beside the function.
  api.addRoute('GET /drafts', {
    upstream: Upstream.http(upstreamOrigin),
    access: Access.public(),
    output: anyOutput,
  })
}

type Cloud = Awaited<ReturnType<typeof startSmallCloud>>
const clouds = {} as Record<(typeof formats)[number], Cloud>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-direct-'))
  await Promise.all(
    formats.map(async format => {
      await bundleFunction(codeOf(format), format)
      clouds[format] = await startSmallCloud(declare(format))
    }),
  )
})
afterAll(async () => {
  await Promise.all(Object.values(clouds).map(cloud => cloud.close()))
  rmSync(folder, { recursive: true, force: true })
})

const orders = { scope: 'orders:read' }
const json = { 'content-type': 'application/json' }
const create = (cloud: Cloud, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${cloud.url}/orders`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  })

describe.each(formats)('a function with the door inside, bundled as %s', format => {
  const cloud = () => clouds[format]

  test('is given what is declared, as its types, and nothing else of the request is to be found', async () => {
    const response = await cloud().call(
      '/orders/o%201?limit=5&tag=a&tag=b&debug=hidden-query',
      { subject: 'ada', ...orders },
      { headers: { 'x-trace': 't1', 'x-other': 'hidden-header', cookie: 'session=s1; spy=hidden-cookie' } },
    )
    expect(response.status).toBe(200)
    const answer = (await response.json()) as { id: string; seen: string }
    expect(answer.id).toBe('o 1 number')
    const seen = JSON.parse(answer.seen)
    expect(seen).toEqual({
      event: {
        route: 'GET /orders/{orderId}',
        path: { orderId: 'o 1' },
        query: { limit: 5, tag: ['a', 'b'] },
        headers: { 'x-trace': 't1' },
        cookies: { session: 's1' },
        principal: { iss: 'https://login.example.com', sub: 'ada', client_id: 'sallyport-cli' },
      },
      internal: {},
      members: ['event', 'context', 'response', 'error', 'internal'],
    })
    expect(answer.seen).not.toMatch(/hidden|eyJ/)
  })

  test('takes bodies of every kind: undeclared members gone, forms and bytes as declared', async () => {
    const created = await create(cloud(), { title: 'a', spy: 1, amount: 2 })
    expect([created.status, ((await created.json()) as { id: string }).id]).toEqual([
      201,
      '{"title":"a","amount":2}',
    ])
    const drafted = await cloud().call(
      '/drafts',
      { subject: 'ada' },
      { method: 'POST', body: new URLSearchParams({ title: 'b', urgent: 'true', spy: '1' }) },
    )
    expect([drafted.status, await drafted.json()]).toEqual([200, { title: 'b of ada', urgent: true }])
    const bytes = await fetch(`${cloud().url}/files`, {
      method: 'PUT',
      headers: { 'content-type': 'image/png', accept: 'image/png' },
      body: new Uint8Array([0, 128, 255]),
    })
    expect([bytes.status, [...new Uint8Array(await bytes.arrayBuffer())]]).toEqual([200, [255, 128, 0]])
  })

  test('hands back what is declared of its answer: members, headers, cookies, and those for others hidden', async () => {
    const response = await cloud().call('/orders/1', { subject: 'bob', ...orders })
    expectSecurityHeaders(response.headers)
    expect(Object.keys((await response.json()) as object).sort()).toEqual(['id', 'seen'])
    expect([response.headers.get('location'), response.headers.get('x-secret')]).toEqual(['/orders/1', null])
    expect(response.headers.getSetCookie()).toEqual(['theme=dark; Path=/; Secure'])
    const manager = await cloud().call('/orders/1', { subject: 'bob', ...orders, roles: ['manager'] })
    expect(await manager.json()).toMatchObject({ margin: 7 })
    const none = await cloud().call('/orders/none', { subject: 'bob', ...orders })
    expect([none.status, await none.text()]).toEqual([404, ''])
    const text = await create(cloud(), { title: 'text' })
    expect([text.status, await text.text()]).toEqual([202, 'in words'])
  })

  test.each([
    ['throws', 'throw', 502, 'upstream.failed'],
    ['throws what a later middleware would answer for', 'handled', 502, 'upstream.failed'],
    ['throws what a later middleware answers for', 'answered', 502, 'upstream.failed'],
    ['is answered for by a later middleware', 'early', 502, 'upstream.failed'],
    ['answers in another shape', 'shapeless', 502, 'upstream.invalid_response'],
    ['answers with a status that is not declared', 'status', 502, 'upstream.invalid_response'],
    ['answers against its schema', 'invalid', 502, 'upstream.invalid_response'],
    ['answers what JSON cannot say', 'cycle', 502, 'upstream.invalid_response'],
    ['answers more than 5 MiB', 'large', 502, 'upstream.invalid_response'],
    ['answers more than Lambda carries, as it is written', 'escaped', 502, 'upstream.invalid_response'],
    ['does not answer in time', 'slow', 504, 'upstream.timeout'],
  ] as const)('that %s gives a problem without its words', async (_, title, status, code) => {
    const response = await create(cloud(), { title })
    const problem = await expectRefusal(response, status, code)
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(await cloud().lineOf(problem)).toMatchObject({ reason: code, route: 'POST /orders' })
    expect(cloud().lines.join('\n')).not.toContain('a secret')
    expect((await create(cloud(), { title: 'again' })).status).toBe(201)
  })

  test('refuses what is invalid with every field named, and the wrong kind of body', async () => {
    const invalid = await expectRefusal(
      await create(cloud(), { title: 'x'.repeat(21), amount: 'a' }),
      400,
      'input.invalid',
    )
    expect(invalid.errors?.map(({ name }) => name)).toEqual(['/amount', '/title'])
    await expectRefusal(await create(cloud(), {}, { 'content-type': 'text/plain' }), 415, 'input.media_type')
    const { expectDenied, call } = cloud()
    const twice = () => call('/orders/1?limit=1&limit=2', { subject: 'eve', ...orders })
    await expectDenied(twice, 'input.ambiguous', [400, 'input.ambiguous'])
  })

  test('decides rules, scopes and tokens as a gate does', async () => {
    const { expectDenied, call, url } = cloud()
    const form = { method: 'POST', body: new URLSearchParams({ title: 'b' }) }
    const ruled = () => call('/drafts', { subject: 'mallory' }, form)
    await expectDenied(ruled, 'rule.not_met', [403, 'access.denied'])
    await expectDenied(() => call('/orders/1', { scope: 'other' }), 'scope.insufficient', [
      403,
      'access.denied',
    ])
    expect((await fetch(`${url}/orders/1`)).status).toBe(401)
  })

  test('counts each caller in the table: exactly the limit passes', async () => {
    const asked = await Promise.all(
      Array.from({ length: 6 }, () => cloud().call('/orders/1', { subject: 'flood', ...orders })),
    )
    const outcomes = await Promise.all(
      asked.map(async answer =>
        answer.ok ? 'passed' : `${answer.status} ${((await answer.json()) as { code: string }).code}`,
      ),
    )
    expect(outcomes.sort()).toEqual([...Array(3).fill('429 limit.user'), ...Array(3).fill('passed')])
    const refused = asked.find(({ status }) => status === 429)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('answers declared pages only; their preflights never reach it', async () => {
    const created = await create(cloud(), { title: 'a' }, { origin: app })
    expect([created.status, created.headers.get('access-control-allow-origin')]).toEqual([201, app])
    await expectRefusal(await create(cloud(), { title: 'a' }, { origin: evil }), 403, 'origin.not_allowed')
    const preflight = (path: string, origin = app, method = 'POST') =>
      fetch(`${cloud().url}${path}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': method },
      })
    for (const path of ['/orders', '/drafts']) {
      const answered = await preflight(path)
      expect([answered.status, answered.headers.get('access-control-allow-methods')]).toEqual([204, 'POST'])
    }
    await expectRefusal(await preflight('/orders', evil), 403, 'origin.not_allowed')
    await expectRefusal(await preflight('/orders', app, 'GET'), 403, 'origin.not_allowed')
  })
})

describe('a function that is served, with middlewares of its own', () => {
  let cloud: Cloud
  beforeAll(async () => {
    await bundleFunction(codeOf('served'), 'cjs', 'served.ts')
    cloud = await startSmallCloud(declare('served'))
  })
  afterAll(() => cloud.close())

  test.each([
    ['a', 'a'],
    // Declared, it is an answer as any other.
    ['early', 'early'],
  ])('answers what is declared, whichever of them does: %s', async (title, id) => {
    const response = await create(cloud, { title, spy: 1 })
    expect([response.status, await response.json()]).toEqual([201, { id }])
    expectSecurityHeaders(response.headers)
  })

  test.each([
    ['throw', 502, 'upstream.failed'],
    ['slow', 504, 'upstream.timeout'],
  ] as const)(
    'has its failure answered and logged, though one of them throws: %s',
    async (title, status, code) => {
      const problem = await expectRefusal(await create(cloud, { title }), status, code)
      expect(await cloud.lineOf(problem)).toMatchObject({ reason: code, route: 'POST /orders' })
      expect(cloud.lines.join('\n')).not.toContain('a secret')
    },
  )

  test('hears nothing of what is refused', async () => {
    await expectRefusal(await create(cloud, { title: 7 }), 400, 'input.invalid')
  })
})

describe('a function with the door inside, invoked past API Gateway', () => {
  /** The deployed function alone. */
  const invoke = async (event: unknown, change: (fn: Parameters<typeof createFunctionPool>[0]) => object) => {
    const assemblies = createAssemblies()
    try {
      const found = readApp(assemblies.synthesize(declare('cjs'))).functions.find(({ name }) =>
        /Orders/.test(name),
      )
      if (!found) throw new Error('no such function')
      const { folder: codeDirectory, layers, ...fn } = found
      const options = {
        ...fn,
        codeDirectory,
        layersFolder: layers[0] as string,
        network: { preload: join(process.cwd(), 'local/network/preload.mjs'), caFile: '', names: {} },
        log: () => {},
      }
      const pool = createFunctionPool({ ...options, ...change(options) })
      try {
        return await pool.invoke(event)
      } finally {
        await pool.close()
      }
    } finally {
      assemblies.remove()
    }
  }
  const event = {
    httpMethod: 'GET',
    resource: '/orders/{orderId}',
    pathParameters: { orderId: '1' },
    multiValueHeaders: {},
    requestContext: {},
  }

  test('refuses a request without a ticket with 403, and any other event', async () => {
    const asIs = () => ({})
    expect(await invoke(event, asIs)).toMatchObject({ payload: { statusCode: 403 } })
    for (const odd of [null, 'text', [], {}, { route: 'GET /orders/{orderId}' }]) {
      const { payload } = (await invoke(odd, asIs)) as { payload: { statusCode: number } }
      expect([404, 500]).toContain(payload.statusCode)
    }
  })

  test('answers OPTIONS with nothing', async () => {
    const preflight = { ...event, httpMethod: 'OPTIONS' }
    expect(await invoke(preflight, () => ({}))).toMatchObject({ payload: { statusCode: 404 } })
  })

  test('does not load without its layer, and says why', async () => {
    const result = await invoke(event, ({ layersFolder: _, ...without }) => ({
      ...without,
      layersFolder: undefined,
    }))
    expect(result).toMatchObject({ kind: 'failed' })
    expect(JSON.stringify(result)).toContain('this function has no policy')
  })

  test('does not take a package of its own for its policy', async () => {
    const fake = join(codeOf('cjs'), 'node_modules', 'sallyport-policy')
    const { cpSync } = await import('node:fs')
    const result = await invoke(event, ({ layersFolder }) => {
      cpSync(join(layersFolder as string, 'nodejs/node_modules/sallyport-policy'), fake, { recursive: true })
      return { layersFolder: undefined, codeDirectory: codeOf('cjs') }
    })
    rmSync(fake, { recursive: true })
    expect(JSON.stringify(result)).toContain('this function has no policy')
  })
})

test('a template without the layer makes an API without an answer, not one without a door', async () => {
  const assemblies = createAssemblies()
  const assembly = assemblies.synthesize(declare('esm'))
  const bare = assemblies.patch(assembly, stackName, template => {
    for (const id of idsOf(template, 'AWS::Lambda::Function')) {
      const { Properties = {} } = template.Resources[id] ?? {}
      if ('Layers' in Properties) delete Properties.Layers
    }
  })
  const cloud = await startCloud({ assembly: bare })
  try {
    const response = await fetch(`${cloud.url}/orders`, {
      method: 'POST',
      headers: json,
      body: '{"title":"a"}',
    })
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('policy')
  } finally {
    await cloud.close()
    assemblies.remove()
  }
})

test('on this machine, a function that does not use its door is told of, and one that does is not', async () => {
  const folders = ['bare', 'doored']
  mkdirSync(codeOf('bare'))
  writeFileSync(
    join(codeOf('bare'), 'index.js'),
    "exports.handler = async () => ({ statusCode: 201, body: '{}' })",
  )
  await bundleFunction(codeOf('doored'), 'cjs')
  for (const folder of folders) {
    const assemblies = createAssemblies()
    const told: string[] = []
    const cloud = await startCloud({
      assembly: assemblies.synthesize(declare(folder)),
      onDoorless: name => told.push(name),
    })
    try {
      const ask = (body: string) => fetch(`${cloud.url}/orders`, { method: 'POST', headers: json, body })
      const statuses = [(await ask('{"title":"a"}')).status, (await ask('{"title":7}')).status]
      expect([statuses, told]).toEqual(
        folder === 'bare'
          ? [
              [201, 201],
              [expect.stringContaining('Orders'), expect.stringContaining('Orders')],
            ]
          : [[201, 400], []],
      )
    } finally {
      await cloud.close()
      assemblies.remove()
    }
  }
})
