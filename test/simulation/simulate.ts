import { createInstance, createNetwork, type Faults, type Instance, type Network, noFaults } from './cloud.ts'
import type { Passed } from './most-in-any.ts'
import { type Random, randomOf } from './random.ts'
import { createVirtualTime } from './virtual-time.ts'

/** What one instance does about one request of a caller: whether it passes. */
type Ask = (cost: number, caller: number) => Promise<boolean>

/** A limiter, as far as all instances share it; and as one of them has it. */
export type LimiterModel = (network: Network) => (instance: Instance) => Ask

export interface Scenario {
  readonly seed: number
  readonly limiter: LimiterModel
  readonly instances: number
  /** When requests come, in milliseconds from the start. */
  readonly arrivals: readonly number[]
  readonly cost?: number
  /** Whose a request is, by its number. @default the same caller's */
  readonly caller?: (request: number) => number
  /** At which instance a request comes in, by its number. @default any */
  readonly place?: (request: number) => number
  /** How far clocks are apart at the most. */
  readonly skewMs?: number
  /** How long instances live, on the average; they are replaced at once. */
  readonly lifeMs?: number
  readonly faults?: Faults
  readonly budgetMs?: number
}

export interface Outcome {
  readonly passed: readonly Passed[]
  readonly asked: number
  readonly calls: number
}

export const startMs = 1_800_000_000_000

/** Requests of one caller, each at an instance of a gate, as they happen in a virtual cloud. The same seed, the same outcome. */
export async function simulate(scenario: Scenario): Promise<Outcome> {
  const { seed, arrivals, cost = 1, skewMs = 0, lifeMs, faults = noFaults, budgetMs = 150 } = scenario
  const random = randomOf(seed)
  const time = createVirtualTime(startMs + random.whole(0, 86_400_000))
  const network = createNetwork(time, random, { faults, budgetMs })
  const limiter = scenario.limiter(network)
  const begin = time.now()
  const passed: Passed[] = []

  // As often as not as far apart as they may be.
  const ahead = () => (random.chance(0.5) ? random.pick([0, skewMs]) : random.whole(0, skewMs))
  const start = () => {
    const instance = createInstance(time, ahead())
    return { instance, ask: limiter(instance) }
  }
  const instances = Array.from({ length: scenario.instances }, start)

  const request = (number: number) => {
    const place = scenario.place?.(number) ?? random.whole(0, instances.length - 1)
    const { instance, ask } = instances[place] as (typeof instances)[number]
    const caller = scenario.caller?.(number) ?? 0
    instance.begin()
    let open = true
    const end = (ok: boolean) => {
      if (!open) return
      open = false
      if (ok && !instance.dead()) passed.push({ atMs: time.now(), cost, caller })
      instance.end()
    }
    void ask(cost, caller).then(end, () => end(false))
    // Whoever waits longer is answered that nobody knows.
    if (faults !== noFaults) time.at(time.now() + budgetMs, () => end(false))
  }

  arrivals.forEach((arrival, number) => {
    time.at(begin + arrival, () => request(number))
  })
  if (lifeMs !== undefined) {
    const end = arrivals.at(-1) ?? 0
    for (let at = 0; at < end; at += random.exponential(lifeMs / scenario.instances) + 1) {
      time.at(begin + Math.round(at), () => replace(random, instances, start))
      time.at(begin + Math.round(at / 2), () => random.pick(instances).instance.setClock(ahead()))
    }
  }
  await time.run()
  return { passed, asked: arrivals.length, calls: network.calls() }
}

function replace<T extends { instance: Instance }>(random: Random, instances: T[], start: () => T): void {
  const place = random.whole(0, instances.length - 1)
  instances[place]?.instance.die()
  instances[place] = start()
}

/** Many at once: they share nothing but the waiting. */
export async function simulateAll<T>(
  seeds: readonly number[],
  one: (seed: number) => Promise<T>,
): Promise<T[]> {
  const outcomes: T[] = []
  for (let first = 0; first < seeds.length; first += 50)
    outcomes.push(...(await Promise.all(seeds.slice(first, first + 50).map(one))))
  return outcomes
}
