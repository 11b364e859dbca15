import { Access, Issuer, Limit, Output, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, expect, test } from 'vitest'
import { readRoutes } from '../../local/routes.ts'
import { createAssemblies } from './assemblies.ts'

const assemblies = createAssemblies()
afterAll(() => assemblies.remove())

const upstream = Upstream.stub(200, null)

/** What is listed of one route with these limits, and with a token that nothing else is asked of. */
function listed(limits: ConstructorParameters<typeof ZeroTrustApi>[2], more: object = {}) {
  const assembly = assemblies.synthesize(stack => {
    const issuers = [
      Issuer.oidc('https://login.example.com', {
        audience: 'https://api.example.com',
        algorithms: ['ES256'],
      }),
    ]
    new ZeroTrustApi(stack, 'Api', { issuers, ...limits }).addRoute('GET /a', {
      upstream,
      access: Access.token(),
      ...more,
    })
  })
  const [route] = readRoutes(assembly)
  if (!route) throw new Error('no route')
  return route
}

test('all limits of a route are listed, from the narrowest to the widest', () => {
  const { limits } = listed({
    limits: {
      service: Limit.perSecond(100),
      client: [Limit.perSecond(9), Limit.perDay(999, { burst: 99 })],
      user: Limit.tiers('plan', { free: Limit.perMinute(6), pro: Limit.perMinute(60) }),
      ip: Limit.perHour(7, { when: 'claims.a == 1' }),
    },
  })
  expect(limits).toEqual([
    '7 per hour when claims.a == 1 per address',
    'per user by plan: free 6 per minute, pro 60 per minute, others as free',
    '9 per second and 999 per day (99 at once) per client',
    '100 per second for the API',
  ])
})

test('what takes limits away is listed with its reason, and what a request counts as', () => {
  const all = { limits: { user: Limit.perMinute(60), ip: Limit.perMinute(9) } }
  expect(listed(all)).toMatchObject({ cost: 1, without: {}, openWithoutStore: null })
  const less = { ip: Limit.unsafeNone('one office'), unsafeOpenWithoutStore: 'cheap; public' }
  expect(listed(all, { limits: less, cost: 5 })).toMatchObject({
    limits: ['60 per minute per user'],
    cost: 5,
    without: { ip: 'one office' },
    openWithoutStore: 'cheap; public',
  })
  const alone = Upstream.http('https://a.example.com', { limit: Limit.unsafeNone('scales by itself') })
  const output = Output.unsafeAny('a test')
  expect(listed({ limits: { upstream: Limit.perSecond(9) } }, { upstream: alone, output })).toMatchObject({
    limits: [],
    without: { upstream: 'scales by itself' },
  })
})

test('the limit that one person meets first is the lowest of those that last a minute, in requests', () => {
  const limits = {
    user: [Limit.perSecond(2), Limit.perMinute(60), Limit.perHour(50)],
    ip: Limit.perMinute(99),
  }
  expect(listed({ limits }).limited).toEqual({ text: '50 per hour per user', requests: 50 })
  expect(listed({ limits }, { cost: 2 }).limited?.requests).toBe(25)
  expect(listed({ limits: { user: Limit.perSecond(2) } }).limited).toBeNull()
  expect(listed({ limits: { user: Limit.perMinute(2, { when: 'claims.a == 1' }) } }).limited).toBeNull()
})

test('a tier asks for nothing: a token without its claim passes, and is shown the strictest one', () => {
  const tiers = Limit.tiers('plan', { pro: Limit.perMinute(60), free: Limit.perMinute(6) })
  expect(listed({ limits: { user: tiers } })).toMatchObject({
    needsMore: false,
    limited: { text: '6 per minute', requests: 6 },
  })
})
