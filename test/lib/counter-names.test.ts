import { describe, expect, it } from 'vitest'
import { CounterNames, counterName } from '../../lib/compile/counters.ts'

describe('the names of counts', () => {
  const any = { layer: 'user', scope: 'all', methods: 'all', windowMs: 60_000, when: null } as const

  it('are five characters without a point, the last no digit: what follows it is the slice', () => {
    for (let windowMs = 0; windowMs < 500; windowMs += 1) {
      expect(counterName('c8abcdef', { ...any, windowMs })).toMatch(/^[\w-]{4}[A-Za-z_-]$/)
    }
  })

  it('differ by API, layer, scope, methods, window and condition, and by nothing else', () => {
    const all = [
      counterName('c8abcdef', any),
      counterName('c8abcdee', any),
      counterName('c8abcdef', { ...any, layer: 'client' }),
      counterName('c8abcdef', { ...any, scope: 'GET /a' }),
      counterName('c8abcdef', { ...any, methods: 'reads' }),
      counterName('c8abcdef', { ...any, windowMs: 60_001 }),
      counterName('c8abcdef', { ...any, when: 'true' }),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(counterName('c8abcdef', { ...any })).toBe(all[0])
  })

  it('that are the same for two different counts stop the synthesis', () => {
    const names = new CounterNames('c8abcdef')
    // By the birthday paradox one in some 40,000 is expected.
    expect(() => {
      for (let windowMs = 1; windowMs < 1_000_000; windowMs += 1) names.of('S/Api', { ...any, windowMs })
    }).toThrow(/a count that would have the name of another one \([\w-]{5}\)/)
  })
})
