import { expect, test } from 'vitest'
import type { Bound, LayerManifest } from '../../contract/limits.ts'
import { type Arrivals, bursty, poisson, steady } from './arrivals.ts'
import type { Faults } from './cloud.ts'
import { mostInAny, type Passed } from './most-in-any.ts'
import { bound, ourLayers, ours } from './ours.ts'
import { type Random, randomOf } from './random.ts'
import { type Scenario, simulate, simulateAll } from './simulate.ts'

// More of them: SIMULATED_SEEDS=100000 npx vitest run test/simulation/bounds.test.ts; one of them again: FIRST_SEED=… SIMULATED_SEEDS=1
const many = Number(process.env.SIMULATED_SEEDS ?? 2000)
const seeds = Array.from({ length: many }, (_, i) => Number(process.env.FIRST_SEED ?? 1) + i)
const timeoutMs = 30_000 + 20 * many

const skewMs = 1000
const budgetMs = 150
const leaseMs = 1000

const windowsMs = [1000, 2000, 10_000, 30_000, 59_999, 60_000, 90_000, 600_000, 3_600_000, 86_400_000]

/** What is promised of a bound: at most so many in any interval of its length. */
function promised({ max, windowMs, leased }: Bound): number {
  const apartMs = skewMs + budgetMs + (leased ? leaseMs : 0)
  return windowMs < 60_000 ? max + Math.ceil((max * apartMs) / windowMs) : max
}

function check(seed: number, bounds: readonly Bound[], passed: readonly Passed[]): void {
  for (const each of bounds) {
    const worst = mostInAny(each.windowMs, passed)
    if (worst > promised(each))
      throw new Error(
        `seed ${seed}: ${worst} passed within ${each.windowMs} ms where ${promised(each)} are promised`,
      )
  }
}

// Where little is left nothing is counted in advance: a lease needs a limit that is not small.
const anyBound = (random: Random, leased: boolean) =>
  bound(random.whole(1, leased && random.chance(0.5) ? 200 : 40), random.pick(windowsMs), leased)

/** From far below to far above the limit, for a few windows or as long as a few hundred requests last. */
function anyArrivals(random: Random, { max, windowMs }: Bound): Arrivals {
  const perMs = (max / windowMs) * random.pick([0.2, 0.9, 1, 1.1, 1.5, 3, 10])
  const durationMs = Math.min(4 * windowMs, 300 / perMs)
  const shape = random.pick(['steady', 'poisson', 'bursty'])
  if (shape === 'steady') return steady(perMs, durationMs)
  if (shape === 'poisson') return poisson(random, perMs, durationMs)
  return bursty(random, 2 * max, windowMs, 4 * windowMs).slice(0, 500)
}

const anyTrouble = (random: Random, arrivals: Arrivals): Omit<Scenario, 'seed' | 'limiter'> => ({
  arrivals,
  instances: random.pick([1, 2, 2, 3, 8, 20]),
  skewMs: random.pick([0, 100, skewMs, skewMs]),
  lifeMs: random.pick([undefined, (arrivals.at(-1) ?? 0) / 5 + 1]),
  faults: random.pick([
    { throttled: 0, timedOut: 0, cutOff: 0, slow: 0.2 },
    { throttled: 0.05, timedOut: 0.1, cutOff: 0.1, slow: 0.2 },
    { throttled: 0.2, timedOut: 0.2, cutOff: 0.2, slow: 0.1 },
  ]),
  budgetMs,
})

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0)

test(
  'whatever clocks, connections and instances do, no interval has more than promised',
  async () => {
    const passed = await simulateAll(seeds, async seed => {
      const random = randomOf(seed)
      const leased = random.chance(0.5)
      const bounds = [anyBound(random, leased)]
      const second = anyBound(random, leased || random.chance(0.1))
      if (random.chance(0.3) && second.windowMs !== bounds[0]?.windowMs) bounds.push(second)
      const arrivals = anyArrivals(random, random.pick(bounds))
      const cost = random.chance(0.7) ? 1 : random.whole(1, Math.min(...bounds.map(({ max }) => max)))
      const limiter = ours(bounds, budgetMs)
      const outcome = await simulate({ seed, limiter, cost, ...anyTrouble(random, arrivals) })
      check(seed, bounds, outcome.passed)
      return outcome.passed.length
    })
    // A simulation in which nothing passes proves nothing.
    if (many >= 100) expect(sumOf(passed)).toBeGreaterThan(20 * many)
  },
  timeoutMs,
)

test(
  'nor in any of several layers, whatever the others refuse',
  async () => {
    const passed = await simulateAll(seeds.slice(0, Math.ceil(many / 8)), async seed => {
      const random = randomOf(seed)
      const own = anyBound(random, random.chance(0.2))
      const shared = anyBound(random, true)
      const layer = (name: 'user' | 'service', each: Bound): LayerManifest => ({
        layer: name,
        of: name === 'service' ? 'Api' : '',
        bounds: [each],
        tiers: null,
      })
      const callers = random.whole(1, 5)
      const arrivals = anyArrivals(random, random.pick([own, shared]))
      const limiter = ourLayers([layer('user', own), layer('service', shared)], 1, budgetMs)
      const outcome = await simulate({
        seed,
        limiter,
        caller: () => random.whole(0, callers - 1),
        ...anyTrouble(random, arrivals),
      })
      check(seed, [shared], outcome.passed)
      for (let caller = 0; caller < callers; caller += 1)
        check(
          seed,
          [own],
          outcome.passed.filter(each => each.caller === caller),
        )
      return outcome.passed.length
    })
    if (many >= 100) expect(sumOf(passed)).toBeGreaterThan(2 * many)
  },
  timeoutMs,
)

/** First at an instance that is a second behind, then at one that is a second ahead, wherever in a slice it happens. */
async function atTheEdge(
  seeds: number,
  limit: Bound,
  first: Arrivals,
  then: Arrivals,
  faults?: Faults,
): Promise<void> {
  await simulateAll(everyMs(seeds, 0), async seed => {
    const clocks = [0, skewMs]
    const { passed } = await simulate({
      seed,
      instances: 2,
      arrivals: [...first, ...then],
      limiter: network => {
        const model = ours([limit], budgetMs)(network)
        return instance => {
          instance.setClock(clocks.shift() ?? 0)
          return model(instance)
        }
      },
      place: request => (request < first.length ? 0 : 1),
      faults,
      budgetMs,
    })
    expect(passed.length).toBeGreaterThan(0)
    check(seed, [limit], passed)
  })
}

const everyMs = (count: number, from: number, each = 1) =>
  Array.from({ length: count }, (_, i) => from + each * i)

test('what a write took long to count still counts for a clock that is a second ahead, at the end of a window', () =>
  atTheEdge(1000, bound(1, 60_000), [0], everyMs(85, 59_990, 2), {
    throttled: 0,
    timedOut: 0,
    cutOff: 0,
    slow: 0.5,
  }))

test('so does what was counted in advance, and spent when its second was nearly over', () =>
  atTheEdge(
    100,
    bound(160, 60_000, true),
    // How many it needs in a second, the instance knows from the first forty.
    [...everyMs(40, 0, 50), 5000, ...everyMs(20, 5900, 4)],
    everyMs(500, 5000 + 60_550),
  ))
