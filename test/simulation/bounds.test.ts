import { describe, expect, test } from 'vitest'
import type { Bound } from '../../contract/limits.ts'
import { type Arrivals, bursty, poisson, steady } from './arrivals.ts'
import { mostInAny, type Passed } from './most-in-any.ts'
import { bound, ours } from './ours.ts'
import { type Random, randomOf } from './random.ts'
import { simulate, simulateAll } from './simulate.ts'

// SIMULATED_SEEDS=100000 npx vitest run test/simulation
const seeds = Number(process.env.SIMULATED_SEEDS ?? 2000)
const firstSeed = Number(process.env.FIRST_SEED ?? 1)

const skewMs = 1000
const budgetMs = 150
const leaseMs = 1000

const windowsMs = [1000, 2000, 10_000, 30_000, 59_999, 60_000, 90_000, 600_000, 3_600_000, 86_400_000]

function boundsOf(random: Random): Bound[] {
  const leased = random.chance(0.5)
  // Where little is left nothing is counted in advance: a lease needs a limit that is not small.
  const first = bound(random.whole(1, leased ? 200 : 40), random.pick(windowsMs), leased)
  if (random.chance(0.7)) return [first]
  const second = bound(random.whole(1, 40), random.pick(windowsMs), leased || random.chance(0.1))
  return second.windowMs === first.windowMs ? [first] : [first, second]
}

/** From far below to far above the limit, for a few windows or as long as a few hundred requests last. */
function arrivalsOf(random: Random, { max, windowMs }: Bound): Arrivals {
  const perMs = (max / windowMs) * random.pick([0.2, 0.9, 1, 1.1, 1.5, 3, 10])
  const durationMs = Math.min(4 * windowMs, 300 / perMs)
  const shape = random.pick(['steady', 'poisson', 'bursty'])
  if (shape === 'steady') return steady(perMs, durationMs)
  if (shape === 'poisson') return poisson(random, perMs, durationMs)
  return bursty(random, 2 * max, windowMs, 4 * windowMs).slice(0, 600)
}

/** What is promised of a bound: at most `most` in any interval of `lengthMs`. */
function promises({ max, windowMs, leased }: Bound) {
  const apartMs = skewMs + budgetMs + (leased ? leaseMs : 0)
  const excess = windowMs < 60_000 ? Math.ceil((max * apartMs) / windowMs) : 0
  return { lengthMs: windowMs, most: max + excess }
}

function check(seed: number, bounds: readonly Bound[], passed: readonly Passed[]): void {
  for (const each of bounds) {
    const { lengthMs, most } = promises(each)
    const worst = mostInAny(lengthMs, passed)
    if (worst > most)
      throw new Error(
        `seed ${seed}: ${worst} passed in ${lengthMs} ms, promised ${most}: ${JSON.stringify(bounds)}`,
      )
  }
}

async function run(seed: number): Promise<number> {
  const random = randomOf(seed)
  const bounds = boundsOf(random)
  const arrivals = arrivalsOf(random, random.pick(bounds))
  const smallest = Math.min(...bounds.map(({ max }) => max))
  const { passed } = await simulate({
    seed,
    limiter: ours(bounds, budgetMs),
    instances: random.pick([1, 2, 2, 3, 8, 20]),
    arrivals,
    cost: random.chance(0.7) ? 1 : random.whole(1, smallest),
    skewMs: random.pick([0, 100, skewMs, skewMs]),
    lifeMs: random.pick([undefined, (arrivals.at(-1) ?? 0) / 5]),
    faults: random.pick([
      { throttled: 0, timedOut: 0, cutOff: 0, slow: 0.2 },
      { throttled: 0.05, timedOut: 0.1, cutOff: 0.1, slow: 0.2 },
      { throttled: 0.2, timedOut: 0.2, cutOff: 0.2, slow: 0.1 },
    ]),
    budgetMs,
  })
  check(seed, bounds, passed)
  return passed.length
}

describe('whatever clocks, connections and instances do', () => {
  test('no interval has more than was promised, wherever it begins', async () => {
    const all = Array.from({ length: seeds }, (_, i) => firstSeed + i)
    const passed = await simulateAll(all, run)
    // A simulation in which nothing passes proves nothing.
    expect(passed.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(20 * seeds)
  })
})
