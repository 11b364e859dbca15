import { Duration } from 'aws-cdk-lib'
import {
  Access,
  Limit,
  type RouteProps,
  Upstream,
  type ZeroTrustApi,
  type ZeroTrustApiProps,
} from 'sallyport'
import { describe, expect, it } from 'vitest'
import { refuses, untyped } from './refusals.ts'
import { anyOutput, anyToken, login, newApi, ok } from './support.ts'

const api = (limits: unknown, more: object = {}) =>
  newApi(untyped<ZeroTrustApiProps>({ issuers: [login], limits, ...more }))
const route = (props: object, of: ZeroTrustApi = newApi()) =>
  of.addRoute('GET /a', untyped<RouteProps<'GET /a'>>({ upstream: ok, access: anyToken, ...props }))
const atRoute = 'route "GET /a" of S/Api'
const words = 'Limit.perSecond(n), .perMinute(n), .perHour(n), .perDay(n), or a list of them'
const period = 'say in which period so many requests are allowed'

describe('how many', () => {
  refuses([
    ...[0, -1, 1.5, 1_000_001, Number.NaN].map(max => ({
      when: `${max} requests`,
      declare: () => Limit.perMinute(max),
      at: 'Limit.perMinute',
      given: `${max} requests`,
      allowed: 'a whole number from 1 to 1,000,000',
      fix: 'state how many requests one period allows; to allow none, do not declare the route',
    })),
    {
      when: 'a burst of none',
      declare: () => Limit.perHour(60, { burst: 0 }),
      at: 'Limit.perHour burst',
      given: '0 requests',
      allowed: 'a whole number from 1 to 1,000,000',
      fix: 'state how many requests may come at once',
    },
    {
      when: 'a burst whose window is shorter than a second',
      declare: () => Limit.perSecond(10, { burst: 9 }),
      at: 'Limit.perSecond burst',
      given: 'a burst of 9, which takes 900 ms',
      allowed: 'a burst that takes from 1 second to 31 days: 10 to 1000000',
      fix: 'write burst: 10 or more',
    },
    {
      when: 'a burst whose window is shorter than a second, of a fraction of a request',
      declare: () => Limit.perMinute(90, { burst: 1 }),
      at: 'Limit.perMinute burst',
      given: 'a burst of 1, which takes 667 ms',
      allowed: 'a burst that takes from 1 second to 31 days: 2 to 1000000',
      fix: 'write burst: 2 or more',
    },
    {
      when: 'a window of more than 31 days',
      declare: () => Limit.perDay(2, { burst: 63 }),
      at: 'Limit.perDay burst',
      given: 'a burst of 63, which takes more than 31 days',
      allowed: 'a burst that takes from 1 second to 31 days: 1 to 62',
      fix: 'write burst: 62 or less',
    },
    {
      when: 'an unknown option',
      declare: () => Limit.perMinute(60, untyped({ bursts: 10 })),
      at: 'Limit.perMinute',
      given: 'unknown option "bursts"',
      allowed: 'burst, when',
      fix: 'remove "bursts", or spell it as one of the above',
    },
  ])

  it('may be the least and the most', () => {
    expect(Limit.perSecond(1)).toMatchObject({ max: 1, windowMs: 1000 })
    expect(Limit.perHour(1_000_000)).toMatchObject({ max: 1_000_000, windowMs: 3_600_000 })
    expect(Limit.perSecond(10, { burst: 10 })).toMatchObject({ max: 10, windowMs: 1000 })
    expect(Limit.perDay(2, { burst: 62 })).toMatchObject({ max: 62, windowMs: 31 * 86_400_000 })
  })

  it('is told as people say it', () => {
    expect(String(Limit.perMinute(60))).toBe('60 per minute')
    expect(String(Limit.perMinute(60, { burst: 10 }))).toBe('60 per minute (10 at once)')
    expect(String(Limit.perDay(9, { burst: 18, when: ' claims.a ==\n 1\n' }))).toBe(
      '9 per day (18 at once) when claims.a == \\n 1',
    )
  })

  it('is told with the texts of its condition as they are compared', () => {
    expect(String(Limit.perMinute(9, { when: "claims.a == 'b  c'" }))).toBe(
      "9 per minute when claims.a == 'b  c'",
    )
  })
})

describe('when', () => {
  const condition = {
    at: 'Limit.perMinute when',
    allowed: 'a condition in CEL over claims and source.ip',
    fix: 'for example when: "claims.plan == \'free\'"; limits are decided before inputs are read',
  }
  const when = (text: string) => () => Limit.perMinute(60, { when: text })
  refuses([
    {
      when: 'what does not parse',
      declare: when('claims.plan = 1'),
      given: expect.stringMatching(/, in claims\.plan = 1$/) as unknown as string,
      ...condition,
    },
    {
      when: 'what is no yes or no',
      declare: when('claims.plan'),
      given: 'its result may be anything: compare it, for example with true, in claims.plan',
      ...condition,
    },
    {
      when: 'what speaks of input, which is not read yet',
      declare: when('query.limit > 10'),
      given: 'query, which is not known where limits are decided, in query.limit > 10',
      ...condition,
    },
    {
      when: 'none at all',
      declare: when(''),
      at: 'Limit.perMinute when',
      given: '""',
      allowed: 'a non-empty string',
      fix: 'write a condition in CEL, or leave when out',
    },
  ])
})

describe('a list of limits', () => {
  refuses([
    {
      when: 'an empty one',
      declare: () => api({ ip: [] }),
      at: 'S/Api limits.ip',
      given: 'an empty list',
      allowed: words,
      fix: period,
    },
    {
      when: 'two over one window',
      declare: () => api({ ip: [Limit.perMinute(60), Limit.perSecond(1, { burst: 60 })] }),
      at: 'S/Api limits.ip',
      given: 'two limits over the same window: 60 per minute and 1 per second (60 at once)',
      allowed: 'one limit for each window, and for each condition',
      fix: 'keep the stricter one',
    },
    {
      when: 'one that holds a number',
      declare: () => api({ ip: [Limit.perMinute(60), 5] }),
      at: 'S/Api limits.ip',
      given: '5',
      allowed: words,
      fix: period,
    },
  ])

  it('may have two over one window for different conditions', () => {
    const when = "!source.ip.inRange('10.0.0.0/8')"
    expect(() => api({ ip: [Limit.perMinute(60), Limit.perMinute(6, { when })] })).not.toThrow()
  })
})

describe('tiers', () => {
  const example = "write Limit.tiers('plan', { free: Limit.perMinute(10), pro: Limit.perMinute(600) })"
  refuses([
    {
      when: 'none',
      declare: () => Limit.tiers('plan', {}),
      at: "Limit.tiers('plan')",
      given: 'no tier',
      allowed: 'one tier or more',
      fix: example,
    },
    {
      when: 'a claim without a name',
      declare: () => Limit.tiers('', { a: Limit.perMinute(1) }),
      at: 'Limit.tiers',
      given: '""',
      allowed: 'the name of a claim',
      fix: example,
    },
    {
      when: 'a tier that is a number',
      declare: () => Limit.tiers('plan', untyped({ free: 5 })),
      at: "Limit.tiers('plan').free",
      given: '5',
      allowed: words,
      fix: period,
    },
    {
      when: 'a tier without limits',
      declare: () => Limit.tiers('plan', { free: [] }),
      at: "Limit.tiers('plan').free",
      given: 'an empty list',
      allowed: words,
      fix: period,
    },
    {
      when: 'a condition in a tier, which might leave no strictest one',
      declare: () => Limit.tiers('plan', { free: Limit.perMinute(1, { when: 'claims.a == 1' }) }),
      at: "Limit.tiers('plan')",
      given: 'a limit that does not always count: 1 per minute when claims.a == 1',
      allowed: 'limits without when: otherwise none of them would be the strictest',
      fix: 'remove when, or write a list of limits with when in place of tiers',
    },
    ...['service', 'route', 'ip', 'upstream'].map(layer => ({
      when: `tiers per ${layer}, where no single caller is counted`,
      declare: () => api({ [layer]: Limit.tiers('plan', { free: Limit.perMinute(1) }) }),
      at: `S/Api limits.${layer}`,
      given: 'tiers, which are those of one caller',
      allowed: words,
      fix: 'declare tiers per user or per client',
    })),
  ])
})

describe('words that say what was meant', () => {
  const apiAt = 'S/Api limits'
  refuses([
    {
      when: 'a limit of an API without its layer',
      declare: () => api(Limit.perMinute(5)),
      at: apiAt,
      given: '5 per minute, without saying whom or what it is for',
      allowed: 'an object with service, route, user, client, ip, upstream',
      fix: 'name the layer: limits: { user: … }',
    },
    {
      when: 'a list of limits of a route without its layer',
      declare: () => route({ limits: [Limit.perMinute(5), Limit.perHour(9)] }),
      at: `${atRoute} limits`,
      given: '5 per minute, without saying whom or what it is for',
      allowed: 'an object with route, user, client, ip',
      fix: 'name the layer: limits: { user: … }',
    },
    {
      when: 'an opt-out of a tier',
      declare: () => Limit.tiers('plan', untyped({ free: Limit.perHour(1), pro: Limit.unsafeNone('paid') })),
      at: "Limit.tiers('plan').pro",
      given: 'Limit.unsafeNone',
      allowed: words,
      fix: 'state a high limit for this tier: callers of a tier that is left out get the strictest. Limit.unsafeNone is for routes and upstreams',
    },
    ...(['ip', 'route'] as const).map(layer => ({
      when: `a condition on claims of a public route’s own limit by ${layer}`,
      declare: () =>
        route({
          access: Access.public(),
          limits: { [layer]: [Limit.perHour(9), Limit.perMinute(5, { when: "claims.plan == 'free'" })] },
        }),
      at: `${atRoute} limits.${layer}`,
      given: "a condition on claims on a public route: 5 per minute when claims.plan == 'free'",
      allowed:
        'a condition over source.ip alone: a public route reads no token, so that this could never be decided',
      fix: 'remove when, or ask for a token',
    })),
    ...[' ', '\t\n'].flatMap(blank => [
      {
        when: `the blank reason ${JSON.stringify(blank)} for no limit`,
        declare: () => Limit.unsafeNone(blank),
        at: 'Limit.unsafeNone',
        given: JSON.stringify(blank),
        allowed: 'a non-empty string',
        fix: "say why: Limit.unsafeNone('called by the load balancer alone')",
      },
      {
        when: `the blank reason ${JSON.stringify(blank)} to be open`,
        declare: () => route({ limits: { unsafeOpenWithoutStore: blank } }),
        at: `${atRoute} limits.unsafeOpenWithoutStore`,
        given: JSON.stringify(blank),
        allowed: 'a non-empty string',
        fix: "say why: unsafeOpenWithoutStore: 'read-only, and cheap to answer'",
      },
    ]),
  ])

  it('takes conditions on the address on public routes, and of the API on claims', () => {
    const when = "claims.plan == 'free'"
    const of = api({ ip: Limit.perMinute(5, { when }) })
    expect(() => route({ access: Access.public() }, of)).not.toThrow()
    const outside = Limit.perMinute(5, { when: "!source.ip.inRange('10.0.0.0/8')" })
    expect(() => route({ access: Access.public(), limits: { ip: outside } })).not.toThrow()
  })
})

describe('limits of an API', () => {
  refuses([
    {
      when: 'a bare number',
      declare: () => api({ user: 60 }),
      at: 'S/Api limits.user',
      given: '60',
      allowed: `${words}; Limit.tiers('claim', { … })`,
      fix: period,
    },
    {
      when: 'none, for whatever reason: there is nothing to be left out',
      declare: () => api({ user: Limit.unsafeNone('why not') }),
      at: 'S/Api limits.user',
      given: 'Limit.unsafeNone',
      allowed: `${words}; Limit.tiers('claim', { … })`,
      fix: "leave it out: what is not declared is not limited. Limit.unsafeNone stands by itself, on a route or an upstream, in place of the API's limit",
    },
    {
      when: 'neither reads nor writes',
      declare: () => api({ user: {} }),
      at: 'S/Api limits.user',
      given: 'neither reads nor writes',
      allowed: 'reads, writes, or both',
      fix: 'state a limit for one of them, or leave it out',
    },
    {
      when: 'another kind of request',
      declare: () => api({ user: { deletes: Limit.perMinute(1) } }),
      at: 'S/Api limits.user',
      given: 'unknown option "deletes"',
      allowed: 'reads, writes',
      fix: 'remove "deletes", or spell it as one of the above',
    },
    ...[Duration.millis(19), Duration.millis(2001)].map(budget => ({
      when: `a budget of ${budget.toMilliseconds()} ms`,
      declare: () => api({ budget }),
      at: 'S/Api limits.budget',
      given: `${budget.toMilliseconds()} milliseconds`,
      allowed: 'a Duration from 20 milliseconds to 2 seconds, in whole milliseconds',
      fix: 'state how long a request may wait for the table before it is answered with 503',
    })),
    ...[true, ''].map(reason => ({
      when: `to be open without the table for the reason ${JSON.stringify(reason)}`,
      declare: () => api({ unsafeOpenWithoutStore: reason }),
      at: 'S/Api limits.unsafeOpenWithoutStore',
      given: JSON.stringify(reason),
      allowed: 'a non-empty string',
      fix: "say why: unsafeOpenWithoutStore: 'read-only, and cheap to answer'",
    })),
    {
      when: 'controls that are a word',
      declare: () => api(undefined, { controls: 'no' }),
      at: 'S/Api controls',
      given: '"no"',
      allowed: 'true or false',
      fix: 'write controls: true to have every gate obey operators',
    },
  ])
})

describe('limits of a route', () => {
  const user = Limit.perMinute(60)
  refuses([
    {
      when: 'a bare number',
      declare: () => route({ limits: { user: 60 } }),
      at: `${atRoute} limits.user`,
      given: '60',
      allowed: `${words}; Limit.tiers('claim', { … }); Limit.unsafeNone(reason)`,
      fix: period,
    },
    {
      when: 'reads and writes of one method',
      declare: () => route({ limits: { ip: { reads: user } } }),
      at: `${atRoute} limits.ip`,
      given: 'reads and writes apart',
      allowed: words,
      fix: 'state the limit itself: a route has one method. Reads and writes are counted apart for an API or an upstream',
    },
    ...['user', 'client'].map(layer => ({
      when: `one per ${layer} on a public route, which knows none`,
      declare: () => route({ access: Access.public(), limits: { [layer]: user } }),
      at: `${atRoute} limits.${layer}`,
      given: `a limit per ${layer} on a public route`,
      allowed: `limits.${layer} where there is Access.token: a public route does not know its callers`,
      fix: 'remove it, or ask for a token; limits.ip counts by address',
    })),
    {
      when: 'to do without what the API does not declare',
      declare: () => route({ limits: { ip: Limit.unsafeNone('one office') } }, api({ user })),
      at: `${atRoute} limits.ip`,
      given: 'Limit.unsafeNone where the API declares no such limit',
      allowed: "Limit.unsafeNone in place of the API's limits.ip",
      fix: 'remove it',
    },
    {
      when: 'to do without one for no reason',
      declare: () => Limit.unsafeNone(''),
      at: 'Limit.unsafeNone',
      given: '""',
      allowed: 'a non-empty string',
      fix: "say why: Limit.unsafeNone('called by the load balancer alone')",
    },
    {
      when: 'false in place of a reason',
      declare: () => route({ limits: { user: false } }, api({ user })),
      at: `${atRoute} limits.user`,
      given: 'false',
      allowed: `${words}; Limit.tiers('claim', { … }); Limit.unsafeNone(reason)`,
      fix: period,
    },
    {
      when: 'limits of an upstream in tiers',
      declare: () =>
        Upstream.http('https://a.example.com', { limit: untyped(Limit.tiers('plan', { a: user })) }),
      at: 'Upstream.http limit',
      given: 'tiers, which are those of one caller',
      allowed: words,
      fix: 'declare tiers per user or per client',
    },
  ])

  it('per user of the API do not stop a public route from being declared, and do not apply to it', () => {
    const of = api({ user })
    expect(route({ access: Access.public() }, of).limits.manifest.layers).toEqual([])
  })
})

describe('the cost of a request', () => {
  refuses([
    ...[0, 1001, 1.5, '5', Number.NaN].map(cost => ({
      when: JSON.stringify(cost),
      declare: () => route({ cost }, api({ user: Limit.perMinute(60) })),
      at: `${atRoute} cost`,
      given: JSON.stringify(cost).replace('null', 'NaN'),
      allowed: 'a whole number from 1 to 1000',
      fix: 'state how many requests one of these counts as',
    })),
    {
      when: 'one where nothing is counted',
      declare: () => route({ cost: 2 }),
      at: `${atRoute} cost`,
      given: 'a cost of 2 where nothing is counted',
      allowed: 'cost where the API, the route or its upstream has a limit',
      fix: 'declare limits, or remove it',
    },
    {
      when: 'more than a limit ever has',
      declare: () =>
        route({ cost: 11 }, api({ user: [Limit.perHour(1000), Limit.perMinute(60, { burst: 10 })] })),
      at: `${atRoute} cost`,
      given: 'a cost of 11, which a limit never has: 1000 per hour and 60 per minute (10 at once) per user',
      allowed: 'a whole number from 1 to 10',
      fix: 'lower the cost, or raise the burst of the limit',
    },
    {
      when: 'more than a tier ever has',
      declare: () =>
        route({
          cost: 11,
          limits: { user: Limit.tiers('plan', { free: Limit.perMinute(10), pro: Limit.perMinute(100) }) },
        }),
      at: `${atRoute} cost`,
      given:
        'a cost of 11, which a limit never has: per user by plan: free 10 per minute, pro 100 per minute, others as free',
      allowed: 'a whole number from 1 to 10',
      fix: 'lower the cost, or raise the burst of the limit',
    },
    {
      when: 'more than its upstream ever takes',
      declare: () =>
        route({
          cost: 6,
          upstream: Upstream.http('https://a.example.com', { limit: Limit.perSecond(5) }),
          output: anyOutput,
        }),
      at: `${atRoute} cost`,
      given: 'a cost of 6, which a limit never has: 5 per second for the upstream',
      allowed: 'a whole number from 1 to 5',
      fix: 'lower the cost, or raise the burst of the limit',
    },
  ])

  it('may be all that a limit has', () => {
    expect(route({ cost: 60 }, api({ user: Limit.perMinute(60) })).limits.manifest.cost).toBe(60)
  })
})
