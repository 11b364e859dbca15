import { Access, Issuer, Limit, Upstream, ZeroTrustApi } from 'sallyport'
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
    '9 per second and 99 per 2.37838 h per client',
    '100 per second for the API',
  ])
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
