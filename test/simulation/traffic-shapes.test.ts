import Table from 'cli-table3'
import { afterAll, describe, expect, test } from 'vitest'
import { type Arrivals, diurnal, poisson } from './arrivals.ts'
import { mostInAny } from './most-in-any.ts'
import { bound, ours } from './ours.ts'
import { randomOf } from './random.ts'
import { simulate } from './simulate.ts'
import { exactlyAllowed } from './sliding-log.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const random = randomOf(5)

const bursts = (size: number, everyMs: number, durationMs: number): Arrivals =>
  Array.from({ length: Math.floor(durationMs / everyMs) * size }, (_, i) => Math.floor(i / size) * everyMs)

const rows: (string | number)[][] = []
const share = (part: number, of: number) => `${((100 * part) / of).toFixed(1)} %`

/** What ours lets pass, beside what an exact limiter does, of one caller's requests at eight instances. */
async function compare(
  name: string,
  arrivals: Arrivals,
  [max, windowMs, leased = false]: readonly [number, number, boolean?],
): Promise<number> {
  const limiter = ours([bound(max, windowMs, leased)])
  const { passed, calls } = await simulate({ seed: 1, limiter, instances: 8, arrivals, skewMs: 20 })
  const exact = exactlyAllowed(arrivals, max, windowMs)
  const worst = mostInAny(windowMs, passed)
  const limit = `${max} in ${windowMs / 1000} s${leased ? ', leased' : ''}`
  rows.push([name, limit, arrivals.length, exact, passed.length, share(passed.length, exact), worst, calls])
  expect(worst).toBeLessThanOrEqual(max)
  expect(passed.length).toBeLessThanOrEqual(exact)
  return passed.length / exact
}

describe('beside an exact limiter, ours lets pass', () => {
  test.each([0.5, 0.8])('all of random arrivals well below the limit (%f of it)', async part => {
    const arrivals = poisson(random, (part * 100) / minuteMs, 40 * minuteMs)
    expect(await compare(`random, ${part} of the limit`, arrivals, [100, minuteMs])).toBeGreaterThan(0.99)
  })

  test.each([1, 1.5, 10])('95 per cent or more of random arrivals of %f times the limit', async times => {
    const arrivals = poisson(random, (times * 100) / minuteMs, 20 * minuteMs)
    for (const leased of [false, true])
      expect(
        await compare(`random, ${times} times the limit`, arrivals, [100, minuteMs, leased]),
      ).toBeGreaterThanOrEqual(0.95)
  })

  test('all of a burst, and all of the next one when the window and its room are over', async () => {
    expect(await compare('100 every 63 s', bursts(100, 63_000, 40 * minuteMs), [100, minuteMs])).toBe(1)
  })

  test('a part of bursts that come just when an exact window is over', async () => {
    const ratio = await compare('100 every 60 s', bursts(100, minuteMs, 40 * minuteMs), [100, minuteMs])
    expect(ratio).toBeGreaterThanOrEqual(0.5)
  })

  test('95 per cent or more of bursts of three times the limit in ten', async () => {
    const arrivals = bursts(30, 5 * minuteMs, 400 * minuteMs)
    expect(await compare('30 every 5 min', arrivals, [10, minuteMs])).toBeGreaterThanOrEqual(0.95)
  })

  test('95 per cent or more of three days with a busy noon', async () => {
    const arrivals = diurnal(random, 5000, dayMs, 3)
    expect(await compare('three days', arrivals, [300, 3_600_000])).toBeGreaterThanOrEqual(0.95)
    expect(await compare('three days', arrivals, [4000, dayMs])).toBeGreaterThanOrEqual(0.95)
  })
})

test('one abuser among 10,000 users gets what one user gets, and nobody else is refused', async () => {
  const durationMs = 5 * minuteMs
  const max = 20
  const honest = poisson(random, 10_000 / durationMs, durationMs).map(atMs => ({
    atMs,
    caller: random.whole(1, 10_000),
  }))
  const abuse = poisson(random, 50 / 1000, durationMs).map(atMs => ({ atMs, caller: 0 }))
  const requests = [...honest, ...abuse].sort((a, b) => a.atMs - b.atMs)
  const outcome = await simulate({
    seed: 1,
    instances: 8,
    limiter: ours([bound(max, minuteMs)]),
    arrivals: requests.map(({ atMs }) => atMs),
    caller: request => requests[request]?.caller ?? 0,
  })
  const ofAbuser = outcome.passed.filter(({ caller }) => caller === 0)
  const exact = exactlyAllowed(
    abuse.map(({ atMs }) => atMs),
    max,
    minuteMs,
  )
  const { passed, calls } = outcome
  rows.push(
    ['abuser', '20 in 60 s', abuse.length, exact, ofAbuser.length, share(ofAbuser.length, exact), max, '-'],
    [
      '9,999 others',
      '20 in 60 s',
      honest.length,
      honest.length,
      passed.length - ofAbuser.length,
      '100.0 %',
      '-',
      calls,
    ],
  )
  expect(ofAbuser.length / exact).toBeGreaterThanOrEqual(0.95)
  expect(mostInAny(minuteMs, ofAbuser)).toBe(max)
  expect(passed.length - ofAbuser.length).toBe(honest.length)
  // 15,000 refusals cost next to nothing.
  expect(calls).toBeLessThan(1.1 * honest.length)
})

afterAll(() => {
  const head = ['requests', 'limit', 'asked', 'exact', 'ours', 'of exact', 'worst window', 'calls']
  const table = new Table({ head, style: { head: [], border: [] } })
  table.push(...rows)
  process.stdout.write(`${table}\n`)
})
