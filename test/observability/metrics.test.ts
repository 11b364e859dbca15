import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Access, Breaker, Limit, Output, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { metricNamespace, metricService, metrics } from '../../contract/metrics.ts'
import { readApp } from '../../local/template/app.ts'
import { createSigningKey, signToken } from '../functions/authorizer/authority.ts'
import { createAssemblies } from '../local/assemblies.ts'
import { gateEvent, startGateFunction } from '../security/gate-function.ts'
import { deal, issuerName, startDealDesk } from '../support/deal-desk.ts'

/** One metric as a function emitted it, in CloudWatch's embedded metric format. */
interface Emitted {
  readonly name: string
  readonly namespace: string
  readonly dimensions: readonly string[]
  readonly values: Readonly<Record<string, unknown>>
}

let desk: Awaited<ReturnType<typeof startDealDesk>>
let emitted: Emitted[]

beforeAll(async () => {
  desk = await startDealDesk()
  const token = await desk.mint({ scope: 'deals:read' })
  await desk.call('/deals?debug=1', { token })
  desk.upstream.answerWith(async () => ({ body: JSON.stringify({ ...deal, score: 0.7 }) }))
  await desk.call('/deals', {
    method: 'POST',
    token: await desk.mint({ scope: 'deals:write', claims: { roles: ['sales'] } }),
    headers: { 'content-type': 'application/json', 'x-debug': '1', cookie: 'debug=1' },
    body: JSON.stringify({ title: 'Forty chairs', amount: 5200, currency: 'EUR', discount: 1 }),
  })
  await desk.call('/deals?limit=0', { token })
  await desk.call('/deals', { token: 'not.a.token' })
  const others = await Promise.all([withOverdueKeys(), withoutStore(), withoutUpstream()])
  emitted = [...desk.logs, ...others.flat()].flatMap(readEmbedded)
})
afterAll(() => desk.close())

/** What a gate writes while the state table cannot be reached, of a route that is declared to be open then. */
async function withoutStore(): Promise<string[]> {
  const assemblies = createAssemblies()
  const assembly = assemblies.synthesize(stack => {
    new ZeroTrustApi(stack, 'Api').addRoute('GET /deals', {
      upstream: Upstream.stub(200, []),
      access: Access.public(),
      limits: { ip: Limit.perMinute(60), unsafeOpenWithoutStore: 'a test' },
    })
  })
  const gate = await startGateFunction({ assembly, gate: 'Stubs', store: 'unreachable' })
  try {
    expect((await gate.invoke(gateEvent(undefined))).statusCode).toBe(200)
    return [...gate.logs]
  } finally {
    await gate.close()
    assemblies.remove()
  }
}

/** What a gate writes when its upstream cannot be reached: once more, and then the breaker opens. */
async function withoutUpstream(): Promise<string[]> {
  const assemblies = createAssemblies()
  const assembly = assemblies.synthesize(stack => {
    const api = new ZeroTrustApi(stack, 'Api')
    const breaker = Breaker.after({ failures: 1, of: 1 })
    const upstream = api.addUpstream('Inner', Upstream.http('https://crm.internal.example.com', { breaker }))
    const output = Output.unsafeAny('a test')
    api.addRoute('GET /orders', { upstream, output, access: Access.public() })
  })
  const gate = await startGateFunction({ assembly, gate: 'Inner' })
  try {
    await gate.upstream.close()
    expect((await gate.invoke(gateEvent(undefined, { resource: '/orders' }))).statusCode).toBe(502)
    return [...gate.logs]
  } finally {
    await gate.close()
    assemblies.remove()
  }
}

/** What the first door writes while its keys are overdue and cannot be renewed. */
async function withOverdueKeys(): Promise<string[]> {
  const door = readApp(inject('dealDesk')).functions.find(({ name }) => name.includes('FirstDoor'))
  if (!door) throw new Error('the example has no first door')
  const key = await createSigningKey('key')
  const document = { issuer: issuerName, jwks_uri: `${issuerName}/keys`, keys: [key.publicJwk] }
  const ahead = Date.now() + 20 * 60_000
  const event = {
    httpMethod: 'GET',
    resource: '/deals',
    multiValueHeaders: { Authorization: [`Bearer ${await signToken(key, {}, ahead)}`] },
    requestContext: { apiId: 'abc123' },
  }
  const output = execFileSync(
    process.execPath,
    [
      fileURLToPath(new URL('overdue-keys.mjs', import.meta.url)),
      pathToFileURL(join(door.folder, 'index.mjs')).href,
      JSON.stringify(document),
      JSON.stringify(event),
    ],
    { env: { ...door.environment, AWS_REGION: 'eu-central-1' }, encoding: 'utf8' },
  )
  return output.split('\n')
}

function readEmbedded(line: string): Emitted[] {
  if (!line.includes('"_aws"')) return []
  const { _aws, ...values } = JSON.parse(line)
  return _aws.CloudWatchMetrics.flatMap(
    (group: { Namespace: string; Dimensions: string[][]; Metrics: Array<{ Name: string }> }) =>
      group.Metrics.flatMap(({ Name }) =>
        group.Dimensions.map(dimensions => ({ name: Name, namespace: group.Namespace, dimensions, values })),
      ),
  )
}

test('what the functions emit is what the contract lists, with its dimensions, and nothing else', () => {
  const found = Object.fromEntries(emitted.map(({ name, dimensions }) => [name, dimensions]))
  expect(found).toEqual(
    Object.fromEntries(
      Object.entries(metrics).map(([name, { by }]) => [name, ['service', ...(by.at(-1) ?? [])]]),
    ),
  )
  expect(new Set(emitted.map(({ namespace }) => namespace))).toEqual(new Set([metricNamespace]))
  expect(new Set(emitted.map(({ values }) => values.service))).toEqual(new Set([metricService]))
})

test('a denial is counted by the route and its true reason, by whichever door said no', () => {
  const denied = emitted
    .filter(({ name }) => name === 'Denied')
    .map(({ values }) => [values.route, values.reason])
  expect(denied).toEqual([
    ['GET /deals', 'input.invalid'],
    ['GET /deals', 'token.malformed'],
    ['GET /orders', 'upstream.unreachable'],
  ])
})

test('what is refused of a request, and what is left behind of one, are counted by route and place', () => {
  const refused = emitted.filter(({ name }) => name === 'Refused')
  expect(
    refused.map(({ values: { route, place, reason, Refused } }) => [route, place, reason, Refused]),
  ).toEqual([['GET /deals', 'query', 'input.invalid', 1]])
  const stripped = emitted.filter(({ name }) => name.startsWith('Stripped'))
  expect(stripped.map(({ name, values }) => [name, values.route, values[name]])).toEqual([
    ['StrippedQuery', 'GET /deals', 1],
    ['StrippedHeader', 'POST /deals', 1],
    ['StrippedCookie', 'POST /deals', 1],
    ['StrippedBody', 'POST /deals', 1],
    ['StrippedOutput', 'POST /deals', 1],
  ])
})

test('a breaker that opens is counted by its upstream, and a request that was sent once more by its route', () => {
  const opened = emitted.filter(({ name }) => name === 'BreakerOpen')
  expect(opened.map(({ values: { api, upstream, BreakerOpen } }) => [api, upstream, BreakerOpen])).toEqual([
    ['Api', 'Inner', 1],
  ])
  const retried = emitted.filter(({ name }) => name === 'UpstreamRetries')
  expect(retried.map(({ values: { route, UpstreamRetries } }) => [route, UpstreamRetries])).toEqual([
    ['GET /orders', 1],
  ])
})

test('a request that is let through writes one line, whatever is counted of it', () => {
  const lines = new Set(
    emitted.filter(({ values }) => values.route === 'POST /deals').map(({ values }) => values),
  )
  expect(lines.size).toBe(1)
})

test('the dashboard searches for metrics that are emitted, by dimensions they have', () => {
  const template = readFileSync(join(inject('dealDesk'), 'DealDeskObservability.template.json'), 'utf8')
  const searches = [...template.matchAll(/SEARCH\('\{([^}]+)\} MetricName=\W+(\w+)/g)]
  expect(searches.length).toBeGreaterThan(0)
  for (const [, schema, name] of searches) {
    const [namespace, ...dimensions] = (schema as string).split(',')
    expect(emitted).toContainEqual(expect.objectContaining({ name, namespace, dimensions }))
  }
})
