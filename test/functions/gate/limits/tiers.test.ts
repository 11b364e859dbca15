import { expect, test } from 'vitest'
import type { Bound } from '../../../../contract/limits.ts'
import { planLimits } from '../../../../functions/gate/limits/plan.ts'

const bound = (max: number): Bound => ({ counter: 'aBcDe', max, windowMs: 60_000, leased: true, when: null })

test('what is remembered of one tier is not said to another, though both have one count', () => {
  const layer = {
    layer: 'client' as const,
    of: '',
    bounds: [bound(10)],
    tiers: { claim: 'plan', bounds: { free: [bound(10)], pro: [bound(100)] } },
  }
  const limits = { cost: 1, openWithoutStore: false, layers: [layer] }
  const plan = planLimits({ routes: { 'GET /a': { limits } } } as never, {}).get('GET /a')
  const of = (tier: string) => plan?.layers[0]?.boundsFor({ claims: { plan: tier }, address: '192.0.2.1' })
  expect(of('free')?.id).not.toBe(of('pro')?.id)
  expect(of('other')?.id).toBe(of('free')?.id)
})
