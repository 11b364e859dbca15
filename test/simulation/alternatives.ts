import { createPermits } from '../../functions/gate/limits/permits.ts'
import type { StateStore } from '../../functions/gate/limits/store.ts'
import { windowOf } from '../../functions/gate/limits/windows.ts'
import type { Instance, Network } from './cloud.ts'
import { bound, ours } from './ours.ts'
import type { LimiterModel } from './simulate.ts'
import { createStateTable } from './state-table.ts'

/** Other ways to limit one caller to `max` in `windowMs`, as they are usually done on DynamoDB: small, and remembering nothing. */
export interface Alternative {
  readonly name: string
  model(max: number, windowMs: number, races: { lost: number }): LimiterModel
}

type Decide = (network: Network, instance: Instance, nowMs: number) => Promise<boolean>

const stateless =
  (begin: () => Decide): LimiterModel =>
  network => {
    const decide = begin()
    return instance => () => decide(network, instance, instance.clock.wall())
  }

/** One count for each minute of the clock, with the limit as a condition. */
const fixedWindow: Alternative = {
  name: 'fixed window, conditional',
  model: (max, windowMs) =>
    stateless(() => {
      const counts = new Map<number, number>()
      return (network, instance, now) => {
        const window = Math.floor(now / windowMs)
        return network.call(instance, () => {
          const count = counts.get(window) ?? 0
          if (count < max) counts.set(window, count + 1)
          return count < max
        })
      }
    }),
}

/** The last window's count, by how much of it is left, and this one's: as if requests had come evenly. Refusals are taken back. */
const twoWindows: Alternative = {
  name: 'two windows, weighted',
  model: (max, windowMs) =>
    stateless(() => {
      const counts = new Map<number, number>()
      const add = (window: number, amount: number) => {
        const count = (counts.get(window) ?? 0) + amount
        counts.set(window, count)
        return { count, before: counts.get(window - 1) ?? 0 }
      }
      return async (network, instance, now) => {
        const window = Math.floor(now / windowMs)
        const { count, before } = await network.call(instance, () => add(window, 1))
        const passes = count + before * (1 - (now % windowMs) / windowMs) <= max
        if (!passes) await network.call(instance, () => add(window, -1))
        return passes
      }
    }),
}

/** A time until which all is spent. DynamoDB has no maximum, so it takes two conditions: one for the busy, one for the idle. */
const gcra = (name: string, burstOf: (max: number) => number): Alternative => ({
  name,
  model: (max, windowMs, races) =>
    stateless(() => {
      let spentUntil = 0
      const each = windowMs / max
      const reach = each * (burstOf(max) - 1)
      return async (network, instance, now) => {
        const busy = () =>
          network.call(instance, () => {
            const passes = spentUntil > now && spentUntil <= now + reach
            if (passes) spentUntil += each
            return { passes, wasIdle: spentUntil <= now }
          })
        const first = await busy()
        if (first.passes || !first.wasIdle) return first.passes
        const idle = await network.call(instance, () => {
          const passes = spentUntil <= now
          if (passes) spentUntil = now + each
          return passes
        })
        if (idle) return true
        // Another one was idle as well, and faster.
        races.lost += 1
        return (await busy()).passes
      }
    }),
})

/** Read, reckon, and write if nobody else did. */
const tokenBucket: Alternative = {
  name: 'token bucket, compare and set',
  model: (max, windowMs, races) =>
    stateless(() => {
      let item = { tokens: max, atMs: 0, version: 0 }
      return async (network, instance, now) => {
        for (let tries = 0; tries < 10; tries += 1) {
          const read = await network.call(instance, () => item)
          const refill = (Math.max(0, now - read.atMs) * max) / windowMs
          const tokens = Math.min(max, read.tokens + refill) - 1
          if (tokens < 0) return false
          const written = await network.call(instance, () => {
            const mine = item.version === read.version
            if (mine) item = { tokens, atMs: Math.max(now, read.atMs), version: read.version + 1 }
            return mine
          })
          if (written) return true
          races.lost += 1
        }
        return false
      }
    }),
}

const withoutTakingBack: Alternative = {
  name: 'ours, but nothing taken back',
  model: (max, windowMs) => network => {
    const table = createStateTable(network)
    const windows = [windowOf(bound(max, windowMs), 150)]
    return instance => {
      const inner = table.from(instance)
      const store: StateStore = {
        ...inner,
        change: (key, change) =>
          [...change.add.values()].every(amount => amount < 0)
            ? Promise.reject(new Error('not taken back'))
            : inner.change(key, change),
      }
      const permits = createPermits(store, instance.clock)
      return async cost => (await permits.take('caller', { id: 'all', windows }, cost, windowMs, () => {})).ok
    }
  },
}

export const alternatives: readonly Alternative[] = [
  fixedWindow,
  twoWindows,
  gcra('GCRA, conditional, burst of the limit', max => max),
  gcra('GCRA, conditional, burst of a tenth', max => max / 10),
  tokenBucket,
  withoutTakingBack,
  { name: 'ours, without leases', model: (max, windowMs) => ours([bound(max, windowMs)]) },
  { name: 'ours, with leases', model: (max, windowMs) => ours([bound(max, windowMs, true)]) },
]
