import { describe, expect, test } from 'vitest'
import { rateLimitHeaders } from '../../../../functions/gate/limits/headers.ts'
import { windowOf } from '../../../../functions/gate/limits/windows.ts'

const nowMs = 1_800_000_000_000
const report = (resetMs: number, windowMs = 60_000) => ({
  layer: 'user' as const,
  window: windowOf({ counter: 'c', max: 60, windowMs, leased: false, when: null }, 150),
  amount: 7,
  resetMs,
})

describe('the RateLimit fields', () => {
  test('name the policy and what is left of it', () => {
    expect(rateLimitHeaders(report(nowMs + 30_000), nowMs)).toEqual({
      'ratelimit-policy': '"user";q=60;w=60',
      ratelimit: '"user";r=7;t=30',
    })
  })

  test.each([
    [1000, 1],
    [1001, 2],
    [1, 1],
    [0, 1],
    [-5000, 1],
  ])('say %i ms as %i seconds: never too early, never none', (ms, seconds) => {
    expect(rateLimitHeaders(report(nowMs + ms), nowMs).ratelimit).toBe(`"user";r=7;t=${seconds}`)
  })

  test('give windows in whole seconds', () => {
    expect(rateLimitHeaders(report(nowMs, 1500), nowMs)['ratelimit-policy']).toBe('"user";q=60;w=2')
  })
})
