import { describe, expect, test } from 'vitest'
import { steady } from './arrivals.ts'
import { bound, ours } from './ours.ts'
import { type Scenario, simulate, simulateAll } from './simulate.ts'

/** How much of its limit steady demand gets: how long that takes for some times the limit, from the first that passes on. */
async function utilisation(
  [max, windowMs, leased]: readonly [max: number, windowMs: number, leased: boolean],
  demand: number,
  instances: number,
  more: Partial<Scenario> = {},
): Promise<number> {
  const windows = demand === 1 ? 20 : demand < 2 ? 10 : 4
  const arrivals = steady((demand * max) / windowMs, windows * windowMs)
  const limiter = ours([bound(max, windowMs, leased)])
  const { passed } = await simulate({ seed: instances, limiter, instances, arrivals, ...more })
  const times = Math.floor((passed.length - 1) / max)
  const tookMs = (passed[times * max]?.atMs ?? Number.NaN) - (passed[0]?.atMs ?? Number.NaN)
  return (times * windowMs) / tookMs
}

const limits = [1000, 10_000, 60_000, 86_400_000].flatMap(windowMs =>
  [false, true].map(leased => [100, windowMs, leased] as const),
)

describe('steady demand', () => {
  test.each(limits)(
    'gets 95 per cent or more of %i in %i ms (leased: %s), of one instance or many',
    async (...limit) => {
      const demands = [1, 1.5, 10]
      for (const instances of [1, 8, 50]) {
        const gets = await simulateAll(demands, demand => utilisation(limit, demand, instances))
        for (const [i, demand] of demands.entries())
          expect(gets[i], `${demand} times the limit, ${instances} instances`).toBeGreaterThanOrEqual(0.95)
      }
    },
  )

  test.each(limits)('of nine tenths of %i in %i ms (leased: %s) is hardly ever refused', async (...limit) => {
    const gets = await simulateAll([1, 50], instances => utilisation(limit, 0.9, instances))
    for (const each of gets) expect(each).toBeGreaterThan(0.885)
  })

  test.each([1, 2, 5, 10])(
    'of exactly a small limit (%i) is refused once in a window: what comes when the first one leaves is a moment too early',
    async max => {
      const gets = await utilisation([max, 60_000, false], 1, 8)
      expect(gets).toBeGreaterThanOrEqual(max / (max + 1) - 0.01)
      expect(await utilisation([max, 60_000, false], 100, 8)).toBeGreaterThanOrEqual(0.95)
    },
  )

  test('gets most of its limit though instances die with what they counted in advance, and calls fail', async () => {
    const faults = { throttled: 0.01, timedOut: 0.01, cutOff: 0.01, slow: 0.05 }
    const trouble = { faults, lifeMs: 60_000, skewMs: 1000 }
    expect(await utilisation([100, 60_000, true], 1.5, 8, trouble)).toBeGreaterThan(0.85)
  })
})
