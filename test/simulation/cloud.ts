import type { Clock } from '../../functions/runtime/clock.ts'
import type { Random } from './random.ts'
import type { VirtualTime } from './virtual-time.ts'

/** How likely one call is to fail in one of these ways. */
export interface Faults {
  readonly throttled: number
  /** No answer in time: the call never came, came and took effect, or will take effect later. */
  readonly timedOut: number
  /** The connection ends, before the call took effect or after. */
  readonly cutOff: number
  /** As slow as the budget permits. */
  readonly slow: number
}

export const noFaults: Faults = { throttled: 0, timedOut: 0, cutOff: 0, slow: 0 }

/** A function's instance: it has a clock of its own, and stands still between requests. */
export interface Instance {
  readonly clock: Clock
  /** Something arrives from outside: now, or when the instance wakes up; never, if it is gone. */
  receive(happens: () => void): void
  begin(): void
  end(): void
  setClock(aheadMs: number): void
  die(): void
  readonly dead: () => boolean
}

export function createInstance(time: VirtualTime, aheadMs: number): Instance {
  let ahead = aheadMs
  let running = 0
  let dead = false
  let waiting: (() => void)[] = []
  return {
    clock: { wall: () => time.now() + ahead, steady: () => time.now() },
    receive(happens) {
      if (dead) return
      if (running > 0) happens()
      else waiting.push(happens)
    },
    begin() {
      running += 1
      const arrived = waiting
      waiting = []
      for (const happens of arrived) happens()
    },
    end() {
      running -= 1
    },
    setClock(ms) {
      ahead = ms
    },
    die() {
      dead = true
    },
    dead: () => dead,
  }
}

/** The way to a table and back. What is asked of the table is done at once when it arrives, one after the other. */
export interface Network {
  call<T>(from: Instance, done: () => T): Promise<T>
  readonly calls: () => number
}

const named = (name: string, more = {}) => Object.assign(new Error(name), { name }, more)

export function createNetwork(
  time: VirtualTime,
  random: Random,
  { faults, budgetMs }: { faults: Faults; budgetMs: number },
): Network {
  let calls = 0
  const faultless = Object.values(faults).every(chance => chance === 0)
  return {
    calls: () => calls,
    call: (from, done) =>
      new Promise((resolve, reject) => {
        calls += 1
        const start = time.now()
        const slow = random.chance(faults.slow)
        const there = start + random.whole(1, slow ? budgetMs / 2 : 5)
        const back = random.whole(1, slow ? budgetMs / 2 : 5)
        const answer = (ms: number, happens: () => void) => time.at(ms, () => from.receive(happens))
        const take = (ms: number) =>
          time.at(ms, () => {
            done()
          })

        if (!faultless && random.chance(faults.throttled)) {
          answer(there + back, () => reject(named('ProvisionedThroughputExceededException')))
        } else if (!faultless && random.chance(faults.timedOut)) {
          const effect = random.whole(0, 2)
          if (effect === 1) take(there)
          if (effect === 2) take(start + budgetMs + random.whole(1, 3000))
          answer(start + budgetMs, () => reject(named('TimeoutError')))
        } else if (!faultless && random.chance(faults.cutOff)) {
          if (random.chance(0.5)) take(there)
          answer(there + back, () => reject(named('Error', { code: 'ECONNRESET' })))
        } else {
          time.at(there, () => {
            const result = done()
            answer(time.now() + back, () => resolve(result))
          })
        }
      }),
  }
}
