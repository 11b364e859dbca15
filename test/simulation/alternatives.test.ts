import Table from 'cli-table3'
import { afterAll, expect, test } from 'vitest'
import { type Alternative, alternatives } from './alternatives.ts'
import { bursty, poisson, steady } from './arrivals.ts'
import { mostInAny } from './most-in-any.ts'
import { randomOf } from './random.ts'
import { simulate, simulateAll } from './simulate.ts'

const minuteMs = 60_000
const instances = 8
const rows: (string | number)[][] = []

/** The most that passed in any window, as a part of the limit, of bursts and of a steady flood that begins after a pause. */
async function worstOf({ model }: Alternative, skewMs: number, windowMs: number): Promise<number> {
  const max = 20
  const seeds = Array.from({ length: 60 }, (_, i) => i + 1)
  const worst = await simulateAll(seeds, async seed => {
    const flood = steady((3 * max) / windowMs, 3 * windowMs)
    const bursts = bursty(randomOf(seed), 2 * max, windowMs, 4 * windowMs).slice(0, 200)
    const arrivals = seed % 2 === 0 ? flood : bursts
    const limiter = model(max, windowMs, { lost: 0 })
    const { passed } = await simulate({ seed, limiter, arrivals, instances: 3, skewMs })
    return mostInAny(windowMs, passed) / max
  })
  return Math.max(...worst)
}

/** Far below a high limit, 500 a second: what one that passes costs, and who has to ask again because another one was faster. */
async function busy({ model }: Alternative) {
  const races = { lost: 0 }
  const arrivals = poisson(randomOf(1), 0.5, 3000)
  const limiter = model(60_000, minuteMs, races)
  const { passed, calls } = await simulate({ seed: 1, limiter, instances, arrivals })
  return { perAllowed: (1000 * calls) / passed.length, races: (1000 * races.lost) / arrivals.length }
}

/** Three times a limit, at instances that come and go: how much of it is used once the first window is over. */
async function flooded({ model }: Alternative) {
  const max = 200
  const arrivals = steady((3 * max) / minuteMs, 6 * minuteMs)
  const limiter = model(max, minuteMs, { lost: 0 })
  const { passed, calls } = await simulate({ seed: 1, limiter, instances, arrivals, lifeMs: 20_000 })
  const times = Math.floor((passed.length - 1) / max) - 1
  const tookMs = (passed[(times + 1) * max]?.atMs ?? Number.NaN) - (passed[max]?.atMs ?? Number.NaN)
  return {
    utilisation: times < 1 ? passed.length / max / 6 : (times * minuteMs) / tookMs,
    perRefused: (1000 * (calls - passed.length)) / (arrivals.length - passed.length),
  }
}

test('of all these ways to limit a minute, ours alone never lets more pass than the limit', async () => {
  for (const alternative of alternatives) {
    const worst = await worstOf(alternative, 0, minuteMs)
    const skewed = await worstOf(alternative, 1000, minuteMs)
    const short = await worstOf(alternative, 1000, 10_000)
    const { perAllowed, races } = await busy(alternative)
    const { utilisation, perRefused } = await flooded(alternative)
    const percent = (part: number) => `${Math.round(100 * part)} %`
    rows.push([
      alternative.name,
      percent(worst),
      percent(skewed),
      percent(short),
      percent(utilisation),
      Math.round(perAllowed),
      Math.round(perRefused),
      Math.round(races),
    ])
    if (!alternative.name.startsWith('ours')) {
      expect(worst).toBeGreaterThan(1)
      continue
    }
    expect(worst).toBeLessThanOrEqual(1)
    expect(skewed).toBeLessThanOrEqual(1)
    // A second of difference, a write and a lease, in ten seconds.
    expect(short).toBeLessThanOrEqual(1.35)
    expect(races).toBe(0)
    expect(perAllowed).toBeLessThanOrEqual(1100)
    if (!alternative.name.includes('nothing')) expect(utilisation).toBeGreaterThanOrEqual(0.95)
  }
})

afterAll(() => {
  const head = [
    '',
    'worst',
    'skewed 1 s',
    'of 10 s, skewed',
    'of the limit',
    '/1,000 allowed',
    '/1,000 refused',
    'races lost',
  ]
  const table = new Table({ head, style: { head: [], border: [] } })
  table.push(...rows)
  process.stdout.write(`${table}\n`)
})
