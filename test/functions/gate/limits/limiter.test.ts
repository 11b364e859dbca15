import { describe, expect, test } from 'vitest'
import type { GateManifest } from '../../../../contract/gate-manifest.ts'
import { type Bound, isCallersOwn, type LayerManifest, type LimitLayer } from '../../../../contract/limits.ts'
import { addressKey, clientKey, sharedControl, sharedKey, subjectKey } from '../../../../contract/state.ts'
import { createLimiter } from '../../../../functions/gate/limits/limiter.ts'
import { planLimits } from '../../../../functions/gate/limits/plan.ts'
import { createMemoryStore, createTestClock, unreachable } from './memory-store.ts'
import { askingOf, control, startSeconds, ticketOf } from './people.ts'

const layer = (name: LimitLayer, max: number, more: Partial<Bound> = {}): LayerManifest => ({
  layer: name,
  of: isCallersOwn(name) ? '' : `Api ${name}`,
  bounds: [{ counter: `${name}c`, max, windowMs: 60_000, leased: false, when: null, ...more }],
  tiers: null,
})

const hashKey = new Uint8Array(32)
const { issuer, subject, client } = ticketOf()
const keys = {
  ip: addressKey(hashKey, '203.0.113.9'),
  user: subjectKey(hashKey, issuer, subject),
  client: clientKey(hashKey, issuer, client),
  route: sharedKey('route', 'Api route'),
  upstream: sharedKey('upstream', 'Api upstream'),
  service: sharedKey('service', 'Api service'),
}

function setUp(layers: LayerManifest[], cost = 1) {
  const store = createMemoryStore()
  const clock = createTestClock()
  const routes = { 'GET /deals': { limits: { cost, openWithoutStore: false, layers } } }
  const manifest = { routes, state: { table: 'table', budgetMs: 150 } } as unknown as GateManifest
  const limiter = () =>
    createLimiter({ api: 'Api', upstream: 'Deals', plans: planLimits(manifest, {}), store, clock })
  const counted = (key: string) => [...(store.items.get(key)?.values() ?? [])].reduce((sum, n) => sum + n, 0)
  const asked = () => store.changes.map(({ key }) => key)
  const first = limiter()
  const ask = async (asking = askingOf()) => {
    const { decision, use, report } = await first.admit(asking)
    return { reason: decision.ok ? 'passes' : decision.reason, decision, use, report }
  }
  return { store, clock, limiter, counted, asked, ask }
}

const all = (max: number) => [
  layer('ip', max),
  layer('user', max),
  layer('client', max),
  layer('route', max),
  layer('upstream', max),
  layer('service', max),
]

describe('layers', () => {
  test('are asked from the narrowest to the widest, one write each', async () => {
    const { ask, asked } = setUp(all(5))
    expect((await ask()).reason).toBe('passes')
    expect(asked()).toEqual(Object.values(keys))
  })

  test.each(['ip', 'user', 'client', 'route', 'upstream', 'service'] as const)(
    'refuse by the name of the one that is exceeded: %s',
    async name => {
      const { ask, counted } = setUp(all(5).map(each => (each.layer === name ? layer(name, 2) : each)))
      for (let i = 0; i < 2; i += 1) expect((await ask()).reason).toBe('passes')
      for (let i = 0; i < 10; i += 1) expect((await ask()).reason).toBe(`limit.${name}`)
      // What it refused was taken from none of them.
      for (const key of Object.values(keys)) expect(counted(key)).toBe(2)
    },
  )

  test('that are known to refuse are asked before any is written to: a flood that a wide one refuses costs nothing', async () => {
    const { ask, asked } = setUp([layer('ip', 100), layer('user', 100), layer('service', 1)])
    await ask()
    const before = asked().length
    for (let i = 0; i < 100; i += 1) expect((await ask()).reason).toBe('limit.service')
    expect(asked()).toHaveLength(before)
  })

  test('of a route’s own count a caller in an item of its own', async () => {
    const { ask, asked } = setUp([
      { ...layer('user', 5), of: 'abcde' },
      { ...layer('ip', 5), of: 'fghij' },
    ])
    await ask()
    expect(asked().sort()).toEqual([`${keys.user}#abcde`, `${keys.ip}#fghij`].sort())
  })

  test('of one window are one count, whatever tier they are of: who comes down is served when the window has passed', async () => {
    const bound = (max: number, leased: boolean): Bound => ({
      counter: 'tierc',
      max,
      windowMs: 60_000,
      leased,
      when: null,
    })
    const tiered: LayerManifest = {
      layer: 'user',
      of: '',
      bounds: [bound(10, false)],
      tiers: { claim: 'plan', bounds: { free: [bound(10, false)], pro: [bound(600, true)] } },
    }
    const { ask, clock } = setUp([tiered])
    const as = (plan: string) => ask(askingOf({ ticket: ticketOf({ claims: { plan } }) }))
    for (let i = 0; i < 20; i += 1) expect((await as('pro')).reason).toBe('passes')
    expect((await as('free')).reason).toBe('limit.user')
    clock.advance(70_000)
    expect((await as('free')).reason).toBe('passes')
  })

  test('beyond the one that refuses are not written to', async () => {
    const { ask, store } = setUp([layer('user', 1), layer('service', 100)])
    for (let i = 0; i < 5; i += 1) await ask()
    expect(store.changes.filter(({ key }) => key === keys.service)).toHaveLength(1)
  })

  test('are let go of where a later one cannot be asked, and the request fails', async () => {
    const { ask, counted, store } = setUp([layer('user', 5), layer('service', 5)])
    store.before = (_, key) => {
      if (key === keys.service) throw unreachable
    }
    await expect(ask()).rejects.toBe(unreachable)
    expect(counted(keys.user)).toBe(0)
  })

  test('that nobody is in are passed over: a request without a caller has no user and no client', async () => {
    const { ask, asked } = setUp(all(5))
    expect((await ask(askingOf({ ticket: null }))).reason).toBe('passes')
    expect(asked()).toEqual([keys.ip, keys.route, keys.upstream, keys.service])
  })

  test('of clients count all tokens that name none as one client of their issuer', async () => {
    const { ask } = setUp([layer('client', 1)])
    const nameless = (subject: string) => askingOf({ ticket: ticketOf({ client: '', subject }) })
    expect((await ask(nameless('a'))).reason).toBe('passes')
    expect((await ask(nameless('b'))).reason).toBe('limit.client')
    const other = askingOf({ ticket: ticketOf({ client: '', issuer: 'https://other.example.com' }) })
    expect((await ask(other)).reason).toBe('passes')
  })

  test('of users are apart for the same name at two issuers', async () => {
    const { ask } = setUp([layer('user', 1)])
    expect((await ask()).reason).toBe('passes')
    const other = askingOf({ ticket: ticketOf({ issuer: 'https://other.example.com' }) })
    expect((await ask(other)).reason).toBe('passes')
    expect((await ask()).reason).toBe('limit.user')
  })

  test('count a request by its cost', async () => {
    const { ask, counted } = setUp([layer('user', 5), layer('service', 100)], 2)
    for (let i = 0; i < 4; i += 1) await ask()
    expect(counted(keys.user)).toBe(4)
    expect(counted(keys.service)).toBe(4)
  })

  test('that count in advance have it to spend again, where a wider one refuses', async () => {
    const { ask, counted, clock } = setUp([layer('route', 1000, { leased: true }), layer('service', 25)])
    for (let i = 0; i < 25; i += 1) {
      expect((await ask()).reason).toBe('passes')
      clock.advance(20)
    }
    for (let i = 0; i < 100; i += 1) expect((await ask()).reason).toBe('limit.service')
    expect(counted(keys.route)).toBeLessThan(25 + 100)
  })
})

describe('a refusal', () => {
  test('says when to come back, and then the request passes', async () => {
    const { ask, clock } = setUp([layer('user', 1)])
    await ask()
    clock.advance(10_000)
    const { decision } = await ask()
    if (decision.ok) throw new Error('one passes')
    const seconds = decision.retryAfterSeconds ?? 0
    expect(seconds).toBeGreaterThan(49)
    expect(seconds).toBeLessThan(54)
    clock.advance(seconds * 1000)
    expect((await ask()).reason).toBe('passes')
  })

  test('by what all callers share reports nothing but when to come back', async () => {
    const { ask } = setUp([layer('user', 100), layer('service', 1)])
    await ask()
    expect(await ask()).toMatchObject({ reason: 'limit.service', report: null })
  })

  test('reports the layer that refused, of which nothing is left', async () => {
    const { ask } = setUp([layer('ip', 100), layer('user', 1)])
    await ask()
    expect((await ask()).report).toMatchObject({ layer: 'user', amount: 0, window: { max: 1 } })
  })
})

describe('what is reported of a request that passes', () => {
  test('is the layer of the caller’s own that is nearest to its end for its size', async () => {
    const { ask } = setUp([layer('ip', 10), layer('user', 5), layer('client', 100)])
    expect((await ask()).report).toMatchObject({ layer: 'user', amount: 4 })
  })

  test('says nothing of how near all callers together are', async () => {
    const { ask } = setUp([layer('user', 100), layer('route', 3), layer('upstream', 3), layer('service', 3)])
    expect((await ask()).report).toMatchObject({ layer: 'user' })
    expect((await setUp([layer('service', 3)]).ask()).report).toBeNull()
  })
})

describe('an order', () => {
  test('about the subject is obeyed by the very write that counts, and nothing stays counted', async () => {
    const { ask, store, counted } = setUp([layer('user', 5)])
    expect((await ask()).reason).toBe('passes')
    store.controls.set(keys.user, { quarantine: control('quarantine'), revoke: null })
    expect((await ask()).reason).toBe('control.quarantined')
    expect(counted(keys.user)).toBe(1)
    expect(store.reads.filter(key => key === keys.user)).toHaveLength(0)
  })

  test('about the subject is remembered: a flood writes nothing', async () => {
    const { ask, store } = setUp([layer('user', 5)])
    store.controls.set(keys.user, { quarantine: control('quarantine'), revoke: null })
    await ask()
    const before = store.changes.length
    for (let i = 0; i < 100; i += 1) expect((await ask()).reason).toBe('control.quarantined')
    expect(store.changes).toHaveLength(before)
  })

  test('about the subject says more than a limit: it is the answer where both say no', async () => {
    const { ask, store, limiter } = setUp([layer('user', 1)])
    await ask()
    store.controls.set(keys.user, { quarantine: control('quarantine'), revoke: null })
    const { decision } = await limiter().admit(askingOf())
    expect(decision).toMatchObject({ ok: false, reason: 'control.quarantined' })
  })

  test.each([
    ['that has no limit', [layer('service', 5)]],
    ['of which nothing is counted', []],
  ])('about a subject %s is read, once in two seconds', async (_, layers) => {
    const { ask, store, clock } = setUp(layers)
    expect((await ask()).reason).toBe('passes')
    expect((await ask()).reason).toBe('passes')
    expect(store.reads.filter(key => key === keys.user)).toHaveLength(1)
    store.controls.set(keys.user, { quarantine: control('quarantine'), revoke: null })
    clock.advance(2000)
    expect((await ask()).reason).toBe('control.quarantined')
  })

  test('about the subject is obeyed within two seconds where counts are made in advance', async () => {
    const { ask, store, clock } = setUp([layer('user', 10_000, { leased: true })])
    for (let i = 0; i < 40; i += 1) {
      await ask()
      clock.advance(25)
    }
    store.controls.set(keys.user, { quarantine: control('quarantine'), revoke: null })
    clock.advance(2000)
    expect((await ask()).reason).toBe('control.quarantined')
  })

  test('that was taken back is over within two seconds', async () => {
    const { ask, store, clock } = setUp([layer('user', 5)])
    store.controls.set(keys.user, { quarantine: control('quarantine'), revoke: null })
    expect((await ask()).reason).toBe('control.quarantined')
    store.controls.clear()
    clock.advance(2000)
    expect((await ask()).reason).toBe('passes')
  })

  test('about a token refuses that one alone', async () => {
    const { ask, store, clock } = setUp([layer('user', 5)])
    const name = sharedControl.token(hashKey, issuer, 'token-1')
    store.shared = { hashKey, controls: new Map([[name, control('revoke')]]) }
    expect((await ask()).reason).toBe('control.revoked')
    expect((await ask(askingOf({ ticket: ticketOf({ tokenId: 'token-2' }) }))).reason).toBe('passes')
    store.shared = { hashKey, controls: new Map() }
    clock.advance(2000)
    expect((await ask()).reason).toBe('passes')
  })

  test('that closes a route refuses before anything is counted', async () => {
    const { ask, store } = setUp(all(5))
    const name = sharedControl.route('Api', 'GET /deals')
    store.shared = { hashKey, controls: new Map([[name, control('close', { until: startSeconds + 10 })]]) }
    expect((await ask()).reason).toBe('control.closed')
    expect(store.changes).toHaveLength(0)
  })

  test('that nobody can read lets nobody pass', async () => {
    const { ask, store } = setUp([])
    store.before = () => {
      throw unreachable
    }
    await expect(ask()).rejects.toBe(unreachable)
  })
})

describe('an instance', () => {
  test('that starts reads what is ordered before anyone asks, and starts without an answer, too', async () => {
    const { store, limiter } = setUp([layer('user', 5)])
    const ready = limiter()
    await ready.prepare()
    expect(store.reads).toEqual(['controls'])
    await ready.admit(askingOf())
    expect(store.reads).toEqual(['controls'])
    store.before = () => {
      throw unreachable
    }
    await limiter().prepare()
  })

  test('that knows no limits for a route lets nobody pass there', async () => {
    const { ask } = setUp([])
    await expect(ask(askingOf({ route: 'GET /other' }))).rejects.toThrow('no limits for this route')
  })
})

describe('how much of a limit is used', () => {
  test('is said of the nearest one, also of one that all callers share, whom nobody tells', async () => {
    const { ask } = setUp([layer('user', 10), layer('service', 4)])
    expect((await ask()).use).toEqual({ layer: 'service', percent: 25 })
    expect((await ask()).use).toEqual({ layer: 'service', percent: 50 })
  })

  test('is all of it for the last that passes, and for the first that does not, also when that is only remembered', async () => {
    const { ask } = setUp([layer('user', 2), layer('service', 100)])
    const uses = []
    for (let i = 0; i < 4; i += 1) uses.push(await ask())
    expect(uses.map(({ reason, use }) => [reason, use?.layer, use?.percent])).toEqual([
      ['passes', 'user', 50],
      ['passes', 'user', 100],
      ['limit.user', 'user', 100],
      ['limit.user', 'user', 100],
    ])
  })

  test('is not said where there is no limit', async () => {
    expect((await setUp([]).ask()).use).toBeNull()
  })
})
