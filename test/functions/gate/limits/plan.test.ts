import { describe, expect, test } from 'vitest'
import type { GateManifest } from '../../../../contract/gate-manifest.ts'
import type { Bound, LayerManifest } from '../../../../contract/limits.ts'
import { readRule } from '../../../../contract/rule.ts'
import { type Circumstances, planLimits } from '../../../../functions/gate/limits/plan.ts'

const bound = (counter: string, more: Partial<Bound> = {}): Bound => ({
  counter,
  max: 10,
  windowMs: 60_000,
  leased: false,
  when: null,
  ...more,
})

const layer = (bounds: Bound[], more: Partial<LayerManifest> = {}): LayerManifest => ({
  layer: 'user',
  of: '',
  bounds,
  tiers: null,
  ...more,
})

const conditionsOf = (...texts: string[]) =>
  Object.fromEntries(texts.map(text => [text, readRule(text, { path: [], query: [] })]))

function plan(layers: LayerManifest[], { cost = 1, budgetMs = 150, conditions = conditionsOf() } = {}) {
  const routes = { 'GET /deals': { limits: { cost, openWithoutStore: false, layers } } }
  const state = { table: 'table', budgetMs }
  const planned = planLimits({ routes, state } as unknown as GateManifest, conditions).get('GET /deals')
  if (!planned) throw new Error('the route is planned')
  return planned
}

const of = (claims: Circumstances['claims'], address = '203.0.113.9'): Circumstances => ({ claims, address })

/** Which counters count for a request. */
const countersOf = (layers: LayerManifest[], circumstances: Circumstances, conditions = conditionsOf()) =>
  plan(layers, { conditions })
    .layers[0]?.boundsFor(circumstances)
    ?.windows.map(({ counter }) => counter) ?? null

describe('the bounds of a layer', () => {
  test('are all that were declared, the same for every request', () => {
    const [planned] = plan([layer([bound('a'), bound('b')])]).layers
    const bounds = planned?.boundsFor(of(null))
    expect(bounds?.windows.map(({ counter }) => counter)).toEqual(['a', 'b'])
    expect(planned?.boundsFor(of({ sub: 'x' }))).toBe(bounds)
  })

  test('are none where none were declared', () => {
    expect(countersOf([layer([])], of(null))).toBeNull()
  })

  test('of another cost are remembered apart', () => {
    const id = (cost: number) => plan([layer([bound('a')])], { cost }).layers[0]?.boundsFor(of(null))?.id
    expect(id(1)).not.toBe(id(2))
  })

  test('make room for the time that a request may wait', () => {
    const reach = (budgetMs: number) =>
      plan([layer([bound('a', { windowMs: 600_000 })])], { budgetMs })
        .layers[0]?.boundsFor(of(null))
        ?.windows[0]?.spans.at(-1)?.reach
    expect(reach(20_000)).toBeGreaterThan(reach(150) ?? Number.NaN)
  })
})

describe('a tier', () => {
  const tiered = [layer([bound('strict')], { tiers: { claim: 'plan', bounds: { pro: [bound('pro')] } } })]

  test('that the claim names has its bounds', () => {
    expect(countersOf(tiered, of({ plan: 'pro' }))).toEqual(['pro'])
  })

  test.each([
    ['an unknown tier', { plan: 'gold' }],
    ['a tier of another case', { plan: 'Pro' }],
    ['no claim', {}],
    ['nobody', null],
    ['a name that every object has', { plan: 'constructor' }],
    ['another name that every object has', { plan: '__proto__' }],
    ['a list', { plan: ['pro'] }],
    ['a number', { plan: 1 }],
    ['a claim that is only inherited', Object.create({ plan: 'pro' }) as Record<string, unknown>],
  ])('%s is the strictest', (_, claims) => {
    expect(countersOf(tiered, of(claims))).toEqual(['strict'])
  })

  test('may have no bounds at all, where that was declared', () => {
    const free = [layer([bound('strict')], { tiers: { claim: 'plan', bounds: { partner: [] } } })]
    expect(countersOf(free, of({ plan: 'partner' }))).toBeNull()
  })
})

describe('a condition', () => {
  const text = "claims.plan == 'free'"
  const conditional = [layer([bound('always'), bound('free', { when: text })])]
  const conditions = conditionsOf(text, "source.ip.inRange('203.0.113.0/24')")

  test('that holds counts', () => {
    expect(countersOf(conditional, of({ plan: 'free' }), conditions)).toEqual(['always', 'free'])
  })

  test('that does not hold does not', () => {
    expect(countersOf(conditional, of({ plan: 'pro' }), conditions)).toEqual(['always'])
  })

  test.each([
    ['a claim is missing', {}],
    ['nobody asks', null],
  ])('that cannot be decided counts: %s', (_, claims) => {
    expect(countersOf(conditional, of(claims), conditions)).toEqual(['always', 'free'])
  })

  test('that is not known counts, whatever it is called', () => {
    expect(countersOf(conditional, of({ plan: 'pro' }))).toEqual(['always', 'free'])
    const named = [layer([bound('odd', { when: 'constructor' })])]
    expect(countersOf(named, of({ plan: 'pro' }))).toEqual(['odd'])
  })

  test('about the address holds of the caller’s', () => {
    const byAddress = [layer([bound('here', { when: "source.ip.inRange('203.0.113.0/24')" })])]
    expect(countersOf(byAddress, of(null, '203.0.113.255'), conditions)).toEqual(['here'])
    expect(countersOf(byAddress, of(null, '203.0.114.0'), conditions)).toBeNull()
  })

  test('makes each choice of bounds once, and remembers them apart', () => {
    const [planned] = plan(conditional, { conditions }).layers
    const [free, pro] = [planned?.boundsFor(of({ plan: 'free' })), planned?.boundsFor(of({ plan: 'pro' }))]
    expect(planned?.boundsFor(of({ plan: 'free' }))).toBe(free)
    expect(free?.id).not.toBe(pro?.id)
  })

  test('in a tier counts for that tier', () => {
    const tiers = { claim: 'plan', bounds: { pro: [bound('pro', { when: text })] } }
    expect(countersOf([layer([bound('strict')], { tiers })], of({ plan: 'pro' }), conditions)).toBeNull()
  })
})
