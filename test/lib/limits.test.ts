import { Duration } from 'aws-cdk-lib'
import { Access, GatewayState, Limit, Upstream, type ZeroTrustApi, type ZeroTrustApiProps } from 'sallyport'
import { describe, expect, it } from 'vitest'
import type { LayerManifest, LimitLayer } from '../../contract/limits.ts'
import { limitLayers } from '../../contract/limits.ts'
import { anyOutput, login, newStack, ok, synthesized } from './support.ts'

const guarded = { upstream: ok, access: Access.token() }
const open = { upstream: ok, access: Access.public() }
const http = (limit?: Parameters<typeof Upstream.http>[1]) => ({
  upstream: Upstream.http('https://crm.example.com', limit),
  output: anyOutput,
  access: Access.token(),
})
const withLimits = (limits: ZeroTrustApiProps['limits']): ZeroTrustApiProps => ({ issuers: [login], limits })

/** What the manifests say of the limits of each route. */
function limitsOf(declare: (api: ZeroTrustApi) => unknown, props?: ZeroTrustApiProps) {
  const { gates } = synthesized(declare, props)
  const routes = Object.assign({}, ...gates.map(({ manifest }) => manifest.routes)) as Record<
    string,
    (typeof gates)[number]['manifest']['routes'][string]
  >
  return (key: string) => {
    const route = routes[key]
    if (!route) throw new Error(`no route ${key}`)
    const layer = (name: LimitLayer): LayerManifest => {
      const found = route.limits.layers.find(each => each.layer === name)
      if (!found) throw new Error(`nothing is counted by ${name}`)
      return found
    }
    return { ...route.limits, names: route.limits.layers.map(each => each.layer), layer }
  }
}
const counter = (layer: LayerManifest) => layer.bounds.map(bound => bound.counter).join(' ')

describe('limits of an API', () => {
  const everything = withLimits({
    service: Limit.perSecond(1000),
    upstream: Limit.perSecond(500),
    route: Limit.perSecond(100),
    client: Limit.perMinute(600),
    user: Limit.perMinute(60),
    ip: Limit.perSecond(20),
  })

  it('are asked from the narrowest to the widest, whatever order they are declared in', () => {
    const of = limitsOf(api => api.addRoute('GET /a', http()), everything)
    expect(of('GET /a').names).toEqual([...limitLayers])
  })

  it('count a public route by its address, and by what all share, since it does not know its callers', () => {
    const of = limitsOf(api => api.addRoute('GET /a', open), everything)
    expect(of('GET /a').names).toEqual(['ip', 'route', 'service'])
  })

  it('count no stub for its upstream: there is none', () => {
    const of = limitsOf(api => api.addRoute('GET /a', guarded), everything)
    expect(of('GET /a').names).not.toContain('upstream')
  })

  it('of callers are counted together over all routes, of routes and upstreams for each by itself', () => {
    const of = limitsOf(api => {
      api.addRoute('GET /a', http())
      api.addRoute('GET /b', http())
    }, everything)
    for (const layer of ['ip', 'user', 'client', 'service'] as const) {
      expect(of('GET /a').layer(layer)).toEqual(of('GET /b').layer(layer))
    }
    for (const layer of ['route', 'upstream'] as const) {
      expect(of('GET /a').layer(layer).of).not.toBe(of('GET /b').layer(layer).of)
    }
  })

  it('name what all callers share by the API’s address and what it is; what each has for itself by nothing', () => {
    const of = limitsOf(api => {
      const crm = api.addUpstream('Crm', Upstream.http('https://crm.example.com'))
      api.addRoute('GET /a', { upstream: crm, output: anyOutput, access: Access.token() })
    }, everything)
    const named = Object.fromEntries(of('GET /a').layers.map(layer => [layer.layer, layer.of]))
    expect(named).toEqual({
      ip: '',
      user: '',
      client: '',
      route: expect.stringMatching(/^[0-9a-f]{8} GET \/a$/),
      upstream: expect.stringMatching(/^[0-9a-f]{8} Crm$/),
      service: expect.stringMatching(/^[0-9a-f]{8}$/),
    })
  })

  it('are leased from ten a second on, and below are counted one by one: then a lease would waste more than it saves', () => {
    const leased = (limits: ZeroTrustApiProps['limits'], layer: LimitLayer) =>
      limitsOf(api => api.addRoute('GET /a', http()), withLimits(limits))('GET /a').layer(layer).bounds[0]
        ?.leased
    for (const layer of limitLayers) {
      expect(leased({ [layer]: Limit.perSecond(10) }, layer)).toBe(true)
      expect(leased({ [layer]: Limit.perSecond(9) }, layer)).toBe(false)
      expect(leased({ [layer]: Limit.perMinute(600) }, layer)).toBe(true)
      expect(leased({ [layer]: Limit.perMinute(599) }, layer)).toBe(false)
    }
  })
})

describe('a limit of a route’s own', () => {
  it('counts a caller in an item of its own, which no other route has', () => {
    const of = limitsOf(
      api => {
        for (const name of ['a', 'b'])
          api.addRoute(`GET /${name}`, {
            ...http(),
            limits: { user: Limit.perMinute(1), ip: Limit.perMinute(2) },
          })
        api.addRoute('GET /c', http())
      },
      withLimits({ user: Limit.perMinute(3), ip: Limit.perMinute(3) }),
    )
    const items = ['GET /a', 'GET /b', 'GET /c'].flatMap(key =>
      (['user', 'ip'] as const).map(layer => of(key).layer(layer).of),
    )
    expect(items.slice(4)).toEqual(['', ''])
    expect(new Set(items.slice(0, 4)).size).toBe(4)
    for (const item of items.slice(0, 4)) expect(item).toMatch(/^[\w-]{5,}$/)
  })
})

describe('a limit', () => {
  const boundOf = (limit: Limit) =>
    limitsOf(api => api.addRoute('GET /a', guarded), withLimits({ user: limit }))('GET /a').layer('user')
      .bounds[0]

  it.each([
    ['60 a minute', Limit.perMinute(60), 60, 60_000],
    ['60 a minute, 10 at once', Limit.perMinute(60, { burst: 10 }), 10, 10_000],
    ['60 a minute, one at a time', Limit.perMinute(60, { burst: 1 }), 1, 1000],
    ['7 a minute, 3 at once: never faster than declared', Limit.perMinute(7, { burst: 3 }), 3, 25_715],
    ['1000 a day', Limit.perDay(1000), 1000, 86_400_000],
    ['1 a day, 31 saved up', Limit.perDay(1, { burst: 31 }), 31, 31 * 86_400_000],
  ])('is a rolling window: %s', (_, limit, max, windowMs) => {
    expect(boundOf(limit)).toMatchObject({ max, windowMs, when: null })
  })

  it('of several in a list has a count for each window', () => {
    const of = limitsOf(
      api => api.addRoute('GET /a', guarded),
      withLimits({ user: [Limit.perSecond(10), Limit.perHour(1000)] }),
    )
    const { bounds } = of('GET /a').layer('user')
    expect(bounds.map(({ max, windowMs }) => [max, windowMs])).toEqual([
      [10, 1000],
      [1000, 3_600_000],
    ])
    expect(new Set(bounds.map(bound => bound.counter)).size).toBe(2)
  })

  it('with a condition is counted apart, and the gate loads the language of conditions', () => {
    const when = "!source.ip.inRange('10.0.0.0/8')"
    const { gate } = synthesized(
      api => api.addRoute('GET /a', guarded),
      withLimits({ user: [Limit.perMinute(100), Limit.perMinute(10, { when })] }),
    )
    const { manifest } = gate('Stubs')
    const bounds = manifest.routes['GET /a']?.limits.layers[0]?.bounds
    expect(bounds?.map(bound => bound.when)).toEqual([null, when])
    expect(bounds?.[0]?.counter).not.toBe(bounds?.[1]?.counter)
    expect(manifest.speaksCel).toBe(true)
  })

  it('without one does not make a gate load that language', () => {
    const { gate } = synthesized(
      api => api.addRoute('GET /a', guarded),
      withLimits({ user: Limit.tiers('plan', { free: Limit.perMinute(1), pro: Limit.perMinute(2) }) }),
    )
    expect(gate('Stubs').manifest.speaksCel).toBe(false)
  })

  it('has a ticket carry the claims that its condition asks for', () => {
    const { authorizer } = synthesized(
      api => api.addRoute('GET /a', guarded),
      withLimits({ service: Limit.perSecond(5, { when: "claims.plan == 'free' || claims.trial == true" }) }),
    )
    expect(authorizer?.manifest.routes['GET /a']?.carried).toEqual(['plan', 'trial'])
  })
})

describe('reads and writes', () => {
  const declared = () =>
    limitsOf(
      api => {
        api.addRoute('GET /a', guarded)
        api.addRoute('HEAD /a', guarded)
        api.addRoute('POST /a', guarded)
        api.addRoute('DELETE /a', guarded)
      },
      withLimits({
        user: { reads: Limit.perMinute(60), writes: Limit.perMinute(6) },
        ip: { writes: Limit.perMinute(9) },
      }),
    )

  it('are counted apart: GET and HEAD together, all others together', () => {
    const of = declared()
    const user = (key: string) => of(key).layer('user')
    expect(user('GET /a')).toEqual(user('HEAD /a'))
    expect(user('POST /a')).toEqual(user('DELETE /a'))
    expect(user('GET /a').bounds[0]).toMatchObject({ max: 60 })
    expect(user('POST /a').bounds[0]).toMatchObject({ max: 6 })
    expect(counter(user('GET /a'))).not.toBe(counter(user('POST /a')))
  })

  it('of which one has no limit leave the other’s alone', () => {
    const of = declared()
    expect(of('GET /a').names).toEqual(['user'])
    expect(of('POST /a').names).toEqual(['ip', 'user'])
  })
})

describe('tiers', () => {
  const tiers = Limit.tiers('plan', {
    pro: [Limit.perSecond(10), Limit.perHour(6000)],
    free: Limit.perMinute(60),
    trial: Limit.perMinute(60, { burst: 10 }),
  })
  it('have a limit each, and whoever has none of them the strictest: the lowest rate, then the lowest number', () => {
    const of = limitsOf(api => api.addRoute('GET /a', guarded), withLimits({ user: tiers }))
    const { bounds, tiers: compiled } = of('GET /a').layer('user')
    expect(bounds).toEqual(compiled?.bounds.trial)
    expect(Object.keys(compiled?.bounds ?? {})).toEqual(['pro', 'free', 'trial'])
    expect(compiled?.claim).toBe('plan')
  })

  it('share the count of a window: a caller whose plan changes does not begin anew', () => {
    const same = limitsOf(
      api => api.addRoute('GET /a', guarded),
      withLimits({ user: Limit.tiers('plan', { free: Limit.perMinute(1), pro: Limit.perMinute(9) }) }),
    )('GET /a').layer('user').tiers?.bounds
    expect(same?.free?.[0]?.counter).toBe(same?.pro?.[0]?.counter)
  })

  it('have tickets carry the claim, and tickets of before are void', () => {
    const doors = (limits?: ZeroTrustApiProps['limits']) =>
      synthesized(api => api.addRoute('GET /a', guarded), withLimits(limits)).authorizer?.manifest.routes[
        'GET /a'
      ]
    expect(doors({ user: tiers })?.carried).toEqual(['plan'])
    expect(doors({ user: tiers })?.fingerprint).not.toBe(doors()?.fingerprint)
  })
})

describe('limits of a route', () => {
  const api = withLimits({ user: Limit.perMinute(60), ip: Limit.perSecond(20), route: Limit.perSecond(100) })

  it('replace the API’s, and are counted for the route alone', () => {
    const of = limitsOf(each => {
      each.addRoute('GET /a', guarded)
      each.addRoute('GET /b', { ...guarded, limits: { user: Limit.perMinute(60) } })
      each.addRoute('GET /c', { ...guarded, limits: { user: Limit.perMinute(60) } })
    }, api)
    const [a, b, c] = ['GET /a', 'GET /b', 'GET /c'].map(key => counter(of(key).layer('user')))
    expect(new Set([a, b, c]).size).toBe(3)
    expect(of('GET /b').layer('ip')).toEqual(of('GET /a').layer('ip'))
  })

  it('can do without one of the API’s for a reason, and keep the others', () => {
    const of = limitsOf(
      each => each.addRoute('GET /a', { ...guarded, limits: { ip: Limit.unsafeNone('one office') } }),
      api,
    )
    expect(of('GET /a').names).toEqual(['user', 'route'])
  })

  it('say how many one request counts as', () => {
    const of = limitsOf(each => each.addRoute('GET /a', { ...guarded, cost: 20 }), api)
    expect(of('GET /a').cost).toBe(20)
    expect(limitsOf(each => each.addRoute('GET /a', guarded), api)('GET /a').cost).toBe(1)
  })
})

describe('an upstream', () => {
  it('has a limit of its own in place of the API’s, over all routes before it', () => {
    const of = limitsOf(
      api => {
        const crm = api.addUpstream(
          'Crm',
          Upstream.http('https://crm.example.com', { limit: Limit.perSecond(7) }),
        )
        api.addRoute('GET /a', { upstream: crm, output: anyOutput, access: Access.token() })
        api.addRoute('POST /a', { upstream: crm, output: anyOutput, access: Access.token() })
        api.addRoute('GET /b', http())
        api.addRoute('GET /c', http({ limit: Limit.unsafeNone('it scales by itself') }))
      },
      withLimits({ upstream: Limit.perSecond(50) }),
    )
    expect(of('GET /a').layer('upstream').bounds[0]).toMatchObject({ max: 7, leased: false })
    expect(of('GET /a').layer('upstream')).toEqual(of('POST /a').layer('upstream'))
    expect(of('GET /b').layer('upstream').bounds[0]?.max).toBe(50)
    expect(of('GET /c').names).toEqual([])
  })
})

describe('while the table cannot answer', () => {
  it('a route is closed unless it, or the API, says otherwise with a reason', () => {
    const closed = limitsOf(
      api => {
        api.addRoute('GET /a', guarded)
        api.addRoute('GET /c', { ...guarded, limits: { unsafeOpenWithoutStore: 'cheap' } })
      },
      withLimits({ user: Limit.perMinute(1) }),
    )
    expect([closed('GET /a').openWithoutStore, closed('GET /c').openWithoutStore]).toEqual([false, true])
  })

  it('a route can be closed where the API is open', () => {
    const of = limitsOf(
      api => {
        api.addRoute('GET /a', guarded)
        api.addRoute('GET /b', { ...guarded, limits: { unsafeOpenWithoutStore: false } })
        api.addRoute('GET /c', { ...guarded, limits: { unsafeOpenWithoutStore: 'cheap' } })
      },
      withLimits({ user: Limit.perMinute(1), unsafeOpenWithoutStore: 'reads only' }),
    )
    expect(['GET /a', 'GET /b', 'GET /c'].map(key => of(key).openWithoutStore)).toEqual([true, false, true])
  })

  it('a request waits as long as declared, 150 ms otherwise', () => {
    const budget = (limits: ZeroTrustApiProps['limits']) =>
      synthesized(api => api.addRoute('GET /a', guarded), withLimits(limits)).gate('Stubs').manifest.state
        ?.budgetMs
    expect(budget({ user: Limit.perMinute(1) })).toBe(150)
    expect(budget({ user: Limit.perMinute(1), budget: Duration.millis(20) })).toBe(20)
    expect(budget({ user: Limit.perMinute(1), budget: Duration.seconds(2) })).toBe(2000)
  })
})

describe('the table', () => {
  const gatesWithState = (declare: (api: ZeroTrustApi) => unknown, props?: ZeroTrustApiProps) => {
    const { all, gates } = synthesized(declare, props)
    return {
      tables: all('AWS::DynamoDB::Table').length,
      gates: gates.filter(({ manifest }) => manifest.state !== null).map(({ manifest }) => manifest.gate),
    }
  }
  const three = (api: ZeroTrustApi) => {
    const idle = api.addUpstream('Idle', Upstream.http('https://idle.example.com'))
    api.addRoute('GET /idle', { upstream: idle, output: anyOutput, access: Access.public() })
    api.addRoute('GET /limited', { ...http(), limits: { user: Limit.perMinute(1) } })
    api.addRoute('GET /stub', open)
  }
  const behindSomething = ['Gate GET --limited', 'Idle']

  it('does not exist without limits and controls, and no gate knows of one', () => {
    expect(gatesWithState(api => api.addRoute('GET /a', guarded))).toEqual({ tables: 0, gates: [] })
    const { gate } = synthesized(api => api.addRoute('GET /a', guarded))
    expect(gate('Stubs').resource.Properties.Environment).toBeUndefined()
  })

  it('is known to every gate as soon as one route counts: callers of the others can be quarantined too', () => {
    expect(gatesWithState(three)).toEqual({ tables: 1, gates: expect.arrayContaining(behindSomething) })
    expect(synthesized(three).gate('Idle').manifest.state).toEqual({
      table: { env: 'STATE_TABLE' },
      budgetMs: 150,
    })
  })

  it('is not asked for a stub that answers everyone, unless that is declared', () => {
    expect(gatesWithState(three).gates).not.toContain('Stubs')
    const props = { issuers: [login], controls: true }
    expect(gatesWithState(three, props).gates).toEqual(expect.arrayContaining([...behindSomething, 'Stubs']))
    const guardedToo = (api: ZeroTrustApi) => {
      three(api)
      api.addRoute('GET /guarded', guarded)
    }
    expect(gatesWithState(guardedToo).gates).toContain('Stubs')
  })

  it('is known to those that count only, where controls are declined', () => {
    const props = { issuers: [login], controls: false }
    expect(gatesWithState(three, props)).toEqual({ tables: 1, gates: ['Gate GET --limited'] })
  })

  it('is there for controls alone', () => {
    const declare = (api: ZeroTrustApi) => api.addRoute('GET /a', guarded)
    expect(gatesWithState(declare, { issuers: [login], controls: true })).toEqual({
      tables: 1,
      gates: ['Stubs'],
    })
    const stack = newStack()
    const state = new GatewayState(stack, 'Shared')
    const { gate } = synthesized(declare, { issuers: [login], state }, stack)
    expect(gate('Stubs').manifest.state).not.toBeNull()
  })
})
