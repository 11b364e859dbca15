import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Access, Breaker, Limit, Output, optional, Upstream, ZeroTrustApi } from 'sallyport'
import { inject } from 'vitest'
import { z } from 'zod'
import { metricNamespace } from '../../contract/metrics.ts'
import type { MetricKey } from '../../local/cloudwatch/store.ts'
import { createSigningKey, signToken } from '../functions/authorizer/authority.ts'
import { createAssemblies } from '../local/assemblies.ts'
import { gateEvent, startGateFunction } from '../security/gate-function.ts'
import { deal, issuerName, startDealDesk } from '../support/deal-desk.ts'
import { readDeployedApp } from '../support/deployed-app.ts'
import { type Emitted, readEmbedded } from './embedded.ts'

/** What an end-to-end run leaves behind. */
export interface Run {
  /** What the functions emitted. */
  readonly emitted: readonly Emitted[]
  /** What the local cloud, in which they ran, measured in AWS's place. */
  readonly played: readonly MetricKey[]
}

/**
 * The example under traffic that is let through, refused in every place and left behind; without its table, without its upstream, with keys that
 * are overdue, and asked by somebody who came past the first door.
 */
export async function endToEnd(): Promise<Run> {
  const [{ logs, played }, ...others] = await Promise.all([
    underTraffic(),
    withOverdueKeys(),
    withoutStore(),
    withoutUpstream(),
    withoutTicket(),
  ])
  return { emitted: [...logs, ...others.flat()].flatMap(readEmbedded), played }
}

/** What a gate writes of somebody who got in another way than by the first door. */
async function withoutTicket(): Promise<string[]> {
  const gate = await startGateFunction()
  try {
    await gate.invoke(gateEvent(undefined))
    return [...gate.logs]
  } finally {
    await gate.close()
  }
}

async function underTraffic(): Promise<{ logs: string[]; played: MetricKey[] }> {
  const desk = await startDealDesk()
  try {
    const token = await desk.mint({ scope: 'deals:read' })
    const seller = await desk.mint({ scope: 'deals:write', claims: { roles: ['sales'] } })
    const post = (body: object) =>
      desk.call('/deals', {
        method: 'POST',
        token: seller,
        headers: { 'content-type': 'application/json', 'x-debug': '1', cookie: 'debug=1' },
        body: JSON.stringify(body),
      })
    await desk.call('/deals?debug=1', { token })
    await desk.call('/deals?limit=0', { token })
    await desk.call('/deals/none', { token })
    await desk.call(`/deals/${deal.id}`, { token, headers: { 'accept-language': 'x'.repeat(65) } })
    await desk.call('/deals', { token: 'not.a.token' })
    desk.upstream.answerWith(async () => ({ body: JSON.stringify({ ...deal, score: 0.7 }) }))
    await post({ title: 'Forty chairs', amount: 5200, currency: 'EUR', discount: 1 })
    await post({ title: 'Forty chairs', amount: -1, currency: 'EUR' })
    desk.upstream.answerWith(async () => ({ body: '{' }))
    await desk.call('/deals', { token })
    const played = desk.cloud.cloudWatch.metrics
      .list()
      .filter(({ namespace }) => namespace !== metricNamespace)
    return { logs: [...desk.logs], played }
  } finally {
    await desk.close()
  }
}

/** What a gate writes while the state table cannot be reached, of a route that is declared to be open then, and of one that is not. */
async function withoutStore(): Promise<string[]> {
  const assemblies = createAssemblies()
  const assembly = assemblies.synthesize(stack => {
    const api = new ZeroTrustApi(stack, 'Api')
    const upstream = Upstream.stub(200, [])
    const access = Access.public()
    const ip = Limit.perMinute(60)
    api.addRoute('GET /deals', {
      upstream,
      access,
      limits: { ip, unsafeOpenWithoutStore: 'a test' },
      input: { cookies: { visit: optional(z.string().max(4)) } },
    })
    api.addRoute('GET /orders', { upstream, access, limits: { ip } })
  })
  const gate = await startGateFunction({ assembly, gate: 'Stubs', store: 'unreachable' })
  try {
    const cookies = (cookie: string) => gateEvent(undefined, { multiValueHeaders: { Cookie: [cookie] } })
    const events = [
      cookies('visit=1'),
      cookies('visit=12345'),
      gateEvent(undefined, { resource: '/orders', path: '/orders' }),
    ]
    // One by one, so that it is one instance.
    for (const event of events) await gate.invoke(event)
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
    await gate.invoke(gateEvent(undefined, { resource: '/orders' }))
    return [...gate.logs]
  } finally {
    await gate.close()
    assemblies.remove()
  }
}

/** What the first door writes while its keys are overdue and cannot be renewed. */
async function withOverdueKeys(): Promise<string[]> {
  const door = readDeployedApp(inject('dealDesk')).functions.find(({ name }) => name.includes('FirstDoor'))
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
