import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Counts,
  clearAt,
  firstBackAt,
  isStale,
  roomIn,
  sliceAt,
  windowOf,
} from '../../../../functions/gate/limits/windows.ts'

const budgetMs = 150
const windowFor = (max: number, windowMs: number, leased = false) =>
  windowOf({ counter: 'c', max, windowMs, leased, when: null }, budgetMs)

const anyWindow = fc
  .record({
    max: fc.integer({ min: 1, max: 1000 }),
    windowMs: fc.oneof(
      fc.constantFrom(1000, 59_999, 60_000, 3_600_000, 31 * 86_400_000),
      fc.integer({ min: 1000, max: 31 * 86_400_000 }),
    ),
    leased: fc.boolean(),
  })
  .map(({ max, windowMs, leased }) => windowFor(max, windowMs, leased))
const now = 1_800_000_000_000
const anyTime = fc.integer({ min: now, max: now + 86_400_000 })

/** Counts in slices up to some time, by how many slices ago. */
const anyCounts = fc.array(fc.tuple(fc.integer({ min: -3, max: 400 }), fc.integer({ min: -5, max: 300 })))
const countsAt = (current: number, ago: readonly (readonly [number, number])[]): Counts =>
  new Map(ago.map(([slices, count]) => [current - slices, count]))

describe('a window', () => {
  // Other tiers, other routes and the next deployment read the same counts.
  test('is cut by its length alone, whatever is leased, allowed or waited for', () => {
    fc.assert(
      fc.property(anyWindow, fc.boolean(), fc.integer({ min: 20, max: 2000 }), (window, leased, waited) => {
        const other = windowOf({ ...window, max: window.max * 3, leased, when: null }, waited)
        expect(other.slices).toBe(window.slices)
      }),
    )
  })

  test('of a minute and more reaches over all that clocks, a write and a lease can lie apart', () => {
    const strict = anyWindow.filter(({ windowMs }) => windowMs >= 60_000)
    fc.assert(
      fc.property(
        strict,
        anyTime,
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (window, first, part) => {
          const apartMs = 1000 + budgetMs + window.leaseMs
          const last = Math.floor(first + part * (window.windowMs + apartMs))
          const [span, ...others] = window.spans
          expect(others).toEqual([])
          expect(span?.most).toBe(window.max)
          expect(sliceAt(last, window) - sliceAt(first, window)).toBeLessThanOrEqual(span?.reach ?? 0)
        },
      ),
    )
  })

  test('below a minute has a second bound, over that longer time, of what the rate adds in it', () => {
    for (const [windowMs, leased, most] of [
      [59_999, false, 10 + 1],
      [10_000, false, 10 + 2],
      [10_000, true, 10 + 3],
      [1000, false, 10 + 12],
      [1000, true, 10 + 22],
    ] as const) {
      const { spans, slices } = windowFor(10, windowMs, leased)
      const apartMs = 1000 + budgetMs + (leased ? 1000 : 0)
      expect(spans.map(span => span.most)).toEqual([10, most])
      expect(spans[1]?.reach).toBe(slices + Math.ceil((apartMs * slices) / windowMs))
    }
  })

  test('makes as much room for a write as a request may wait for it', () => {
    const bound = { counter: 'c', max: 10, windowMs: 60_000, leased: false, when: null }
    for (const waitMs of [20, 150, 2000]) {
      const { spans, slices } = windowOf(bound, waitMs)
      const roomMs = (((spans[0]?.reach ?? 0) - slices) * 60_000) / slices
      expect(roomMs).toBeGreaterThanOrEqual(1000 + waitMs)
      expect(roomMs).toBeLessThan(1000 + waitMs + 1200)
    }
  })

  test('leaves 95 % of its limit to steady demand, at the least', () => {
    fc.assert(
      fc.property(anyWindow, ({ slices, spans }) => {
        expect(slices / ((spans[0]?.reach ?? Number.NaN) + 1)).toBeGreaterThanOrEqual(0.95)
      }),
    )
  })
})

describe('room', () => {
  test('ends at the limit', () => {
    const window = windowFor(5, 60_000)
    expect(roomIn(new Map([[100, 4]]), 100, window)).toBe(1)
    expect(roomIn(new Map([[100, 5]]), 100, window)).toBe(0)
    expect(roomIn(new Map([[100, 7]]), 100, window)).toBe(-2)
  })

  test('is taken by the last slice in reach, and not by the one before it', () => {
    const window = windowFor(5, 60_000)
    const reach = window.spans[0]?.reach ?? 0
    expect(roomIn(new Map([[1000 - reach, 5]]), 1000, window)).toBe(0)
    expect(roomIn(new Map([[999 - reach, 5]]), 1000, window)).toBe(5)
  })

  test('is taken by slices of a clock that runs ahead', () => {
    expect(roomIn(new Map([[1001, 5]]), 1000, windowFor(5, 60_000))).toBe(0)
  })

  test('is not made by a slice of which too much was given back', () => {
    const counts = new Map([
      [999, -3],
      [1000, 5],
    ])
    expect(roomIn(counts, 1000, windowFor(5, 60_000))).toBe(0)
  })

  test('is there from the time on that is said, and not a millisecond before', () => {
    fc.assert(
      fc.property(anyWindow, anyTime, anyCounts, fc.nat(), (window, at, ago, part) => {
        const counts = countsAt(sliceAt(at, window), ago)
        const amount = 1 + (part % window.max)
        fc.pre(roomIn(counts, sliceAt(at, window), window) < amount)
        const clear = clearAt(counts, sliceAt(at, window), amount, window)
        expect(clear).toBeGreaterThan(at)
        expect(roomIn(counts, sliceAt(clear, window), window)).toBeGreaterThanOrEqual(amount)
        expect(roomIn(counts, sliceAt(clear - 1, window), window)).toBeLessThan(amount)
      }),
    )
  })

  test('grows when it is said that some comes back', () => {
    const window = windowFor(5, 60_000)
    const at = now + 123
    const current = sliceAt(at, window)
    const counts = new Map([
      [current - 20, 2],
      [current - 3, 1],
    ])
    const back = firstBackAt(counts, current, window)
    expect(roomIn(counts, sliceAt(back - 1, window), window)).toBe(2)
    expect(roomIn(counts, sliceAt(back, window), window)).toBe(4)
  })
})

describe('a slice', () => {
  test('that may be removed is out of reach of a clock that is a second behind', () => {
    fc.assert(
      fc.property(anyWindow, anyTime, fc.nat(1000), (window, at, ago) => {
        const current = sliceAt(at, window)
        const slice = current - ago
        fc.pre(isStale(slice, current, window))
        expect(
          roomIn(new Map([[slice, 1]]), sliceAt(at - 1000 - budgetMs, window), window),
        ).toBeGreaterThanOrEqual(window.max)
      }),
    )
  })

  test('may be removed soon after: what stays is paid for with every write', () => {
    const window = windowFor(5, 60_000)
    const kept = Array.from({ length: 200 }, (_, ago) => ago).filter(
      ago => !isStale(1000 - ago, 1000, window),
    )
    expect(kept).toHaveLength(118)
  })
})
