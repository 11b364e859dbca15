import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LimitManifest } from '../../../contract/gate-manifest.ts'
import { simulateCounters } from './simulated-counters.ts'

const limits = fc.record({
  counter: fc.constant('api'),
  max: fc.integer({ min: 1, max: 12 }),
  periodSeconds: fc.constantFrom(1, 10, 60, 3600),
})

/** Requests of one caller: after how long (in thousandths of a period), and at which of three instances. */
const traffic = fc.array(
  fc.record({
    after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 1500 })),
    instance: fc.nat({ max: 2 }),
  }),
  { minLength: 1, maxLength: 150 },
)

/** The most requests allowed in any interval of this length. */
function mostIn(times: readonly number[], lengthMs: number): number {
  return Math.max(0, ...times.map((start, i) => times.slice(i).filter(t => t - start < lengthMs).length))
}

describe('over all instances', () => {
  test('no interval of one period, wherever it begins, has more requests than the limit', async () => {
    await fc.assert(
      fc.asyncProperty(limits, traffic, fc.nat(1e12), async (limit, requests, startMs) => {
        const { instances, clock } = simulateCounters({ instances: 3, startMs })
        const allowed: number[] = []
        for (const { after, instance } of requests) {
          clock.advance(after * limit.periodSeconds)
          if ((await instances[instance]?.take(caller, limit))?.ok) allowed.push(clock.now())
        }
        expect(mostIn(allowed, limit.periodSeconds * 1000)).toBeLessThanOrEqual(limit.max)
      }),
      { numRuns: 400 },
    )
  })

  test('clocks that are up to a second apart shorten the period by their distance at the most', async () => {
    const minutes = limits.map(limit => ({ ...limit, periodSeconds: 60 }))
    const skews = fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: -500, max: 500 })))
    await fc.assert(
      fc.asyncProperty(minutes, traffic, skews, async (limit, requests, skewsMs) => {
        const { instances, clock } = simulateCounters({ instances: 3, startMs: 1e12, skewsMs })
        const allowed: number[] = []
        for (const { after, instance } of requests) {
          clock.advance(after * limit.periodSeconds)
          if ((await instances[instance]?.take(caller, limit))?.ok) allowed.push(clock.now())
        }
        expect(mostIn(allowed, limit.periodSeconds * 1000 - 1000)).toBeLessThanOrEqual(limit.max)
      }),
      { numRuns: 400 },
    )
  })

  test('a refused caller who waits as long as Retry-After says is let in', async () => {
    await fc.assert(
      fc.asyncProperty(limits, traffic, async (limit, requests) => {
        const { instances, clock } = simulateCounters({ instances: 1, startMs: 1e12 })
        const [counters] = instances
        for (const { after } of requests) {
          clock.advance(after * limit.periodSeconds)
          const decision = await counters?.take(caller, limit)
          if (!decision || decision.ok) continue
          expect(decision.reason).toBe('limit.user')
          expect(decision.retryAfterSeconds).toBeGreaterThanOrEqual(1)
          expect(decision.retryAfterSeconds).toBeLessThanOrEqual(Math.ceil(limit.periodSeconds * 1.1) + 1)
          clock.advance((decision.retryAfterSeconds ?? 0) * 1000)
          expect((await counters?.take(caller, limit))?.ok).toBe(true)
          return
        }
      }),
    )
  })

  test('requests at an even pace below ten elevenths of the limit are never refused', async () => {
    const limit: LimitManifest = { counter: 'api', max: 55, periodSeconds: 60 }
    const { instances, clock } = simulateCounters({ instances: 1, startMs: 1e12 })
    for (let i = 0; i < 500; i += 1) {
      clock.advance(1200) // 50 a minute
      expect((await instances[0]?.take(caller, limit))?.ok).toBe(true)
    }
  })
})

const caller = { issuer: 'https://login.example.com', subject: 'user-1' }
