import { describe, expect, test } from 'vitest'
import { createPermits, type Taken } from '../../../../functions/gate/limits/permits.ts'
import { type Window, windowOf } from '../../../../functions/gate/limits/windows.ts'
import { createMemoryStore, createTestClock, unreachable } from './memory-store.ts'

const minute = (max: number, more = {}) =>
  windowOf({ counter: 'm', max, windowMs: 60_000, leased: false, when: null, ...more }, 150)
const leasedMinute = (max: number) => minute(max, { leased: true })
const second = (max: number) =>
  windowOf({ counter: 's', max, windowMs: 1000, leased: false, when: null }, 150)

function setUp(...windows: Window[]) {
  const store = createMemoryStore()
  const clock = createTestClock()
  let passed = 0
  const instance = () => {
    const permits = createPermits(store, clock)
    return async (cost = 1): Promise<Taken> => {
      const writes: Promise<unknown>[] = []
      const bounds = { id: `${windows.length} ${cost}`, windows }
      const taken = await permits.take('user#1', bounds, cost, 120_000, write => writes.push(write))
      await Promise.all(writes)
      if (taken.ok) passed += 1
      return taken
    }
  }
  const takes = async (take: (cost?: number) => Promise<Taken>, times: number, cost = 1) => {
    let passed = 0
    for (let i = 0; i < times; i += 1) if ((await take(cost)).ok) passed += 1
    return passed
  }
  const counted = () =>
    [...(store.items.get('user#1')?.values() ?? [])].reduce((sum, count) => sum + count, 0)
  return { store, clock, instance, takes, counted, passed: () => passed, take: instance() }
}

describe('a request', () => {
  test('passes up to the limit, by one write each', async () => {
    const { take, takes, store } = setUp(minute(5))
    expect(await takes(take, 5)).toBe(5)
    expect(store.changes).toHaveLength(5)
  })

  test('beyond the limit is refused, also by an instance that never saw the caller', async () => {
    const { take, takes, instance } = setUp(minute(5))
    expect(await takes(take, 6)).toBe(5)
    expect((await instance()()).ok).toBe(false)
  })

  test('is counted by its cost: passes where exactly that much is left, and not where one less is', async () => {
    const { take, takes } = setUp(minute(6))
    expect((await take(3)).ok).toBe(true)
    expect((await take(3)).ok).toBe(true)
    const other = setUp(minute(5))
    expect((await other.take(3)).ok).toBe(true)
    expect((await other.take(3)).ok).toBe(false)
    // The refusal of three says nothing of two.
    expect((await other.take(2)).ok).toBe(true)
    expect(await takes(take, 1)).toBe(0)
  })

  test('says what is left, and when the first comes back', async () => {
    const { take, clock } = setUp(minute(3))
    const first = await take()
    expect(first).toMatchObject({ ok: true, left: { amount: 2 } })
    clock.advance(10_000)
    const second = await take()
    expect(second).toMatchObject({ ok: true, left: { amount: 1, resetMs: first.left?.resetMs } })
  })

  test('fails where the write fails, and is not written again', async () => {
    const { take, store } = setUp(minute(3))
    let calls = 0
    store.before = () => {
      calls += 1
      throw unreachable
    }
    await expect(take()).rejects.toBe(unreachable)
    expect(calls).toBe(1)
  })
})

describe('two bounds in one item', () => {
  test('are counted by one write, and both hold', async () => {
    const { take, takes, store, clock } = setUp(second(2), minute(5))
    expect(await takes(take, 3)).toBe(2)
    expect(store.changes[0]?.change.add.size).toBe(2)
    clock.advance(5000)
    expect(await takes(take, 3)).toBe(2)
    clock.advance(5000)
    expect(await takes(take, 3)).toBe(1)
  })

  test('take nothing from one of them for what the other refuses', async () => {
    const { instance, takes, clock } = setUp(second(1), minute(5))
    expect(await takes(instance(), 1)).toBe(1)
    // Each of them asks, since none remembers.
    for (let i = 0; i < 20; i += 1) expect(await takes(instance(), 1)).toBe(0)
    for (let i = 0; i < 4; i += 1) {
      clock.advance(4000)
      expect(await takes(instance(), 1)).toBe(1)
    }
  })

  test('report the one that is nearest to its end for its size', async () => {
    const { take } = setUp(second(10), minute(100))
    expect(await take()).toMatchObject({ left: { window: { counter: 's' }, amount: 9 } })
    const other = setUp(second(100), minute(10))
    expect(await other.take()).toMatchObject({ left: { window: { counter: 'm' }, amount: 9 } })
  })
})

describe('a refusal', () => {
  test('is remembered: a flood writes nothing', async () => {
    const { take, takes, store } = setUp(minute(1))
    await takes(take, 2)
    const before = store.changes.length
    expect(await takes(take, 1000)).toBe(0)
    expect(store.changes).toHaveLength(before)
  })

  test('is known before anything is written, where the last one took all that was left', async () => {
    const { take, takes, store } = setUp(minute(2))
    await takes(take, 2)
    expect((await take()).ok).toBe(false)
    expect(store.changes).toHaveLength(2)
  })

  test('ends at the time it said, and not a millisecond before', async () => {
    const { take, takes, clock } = setUp(minute(1))
    await takes(take, 1)
    const refused = await take()
    if (refused.ok) throw new Error('one passes')
    clock.set(refused.untilMs - 1)
    expect((await take()).ok).toBe(false)
    clock.set(refused.untilMs)
    expect((await take()).ok).toBe(true)
  })

  test('does not last longer where the clock is set back by a day', async () => {
    const { take, takes, clock, store } = setUp(minute(1))
    await takes(take, 2)
    clock.set(clock.wall() - 86_400_000)
    clock.advance(60_000)
    store.items.clear()
    expect((await take()).ok).toBe(true)
  })

  test('of one who is refused again and again is remembered for longer: not every permit that comes free is asked for', async () => {
    const { takes, instance, clock, store } = setUp(second(20))
    const others = Array.from({ length: 10 }, instance)
    await takes(others[0] as (typeof others)[0], 20)
    const before = store.changes.length
    let passed = 0
    for (let ms = 0; ms < 10_000; ms += 1) {
      clock.advance(1)
      for (const other of others) if ((await other()).ok) passed += 1
    }
    expect(passed).toBeGreaterThanOrEqual(170)
    expect(store.changes.length - before).toBeLessThan(10 * passed)
  })

  test('of a long window is asked about again after a minute: others may have given back', async () => {
    const day = windowOf({ counter: 'd', max: 1, windowMs: 86_400_000, leased: false, when: null }, 150)
    const { take, takes, clock, store } = setUp(day)
    await takes(take, 2)
    store.items.clear()
    clock.advance(59_999)
    expect((await take()).ok).toBe(false)
    clock.advance(1)
    expect((await take()).ok).toBe(true)
  })

  test('is taken back, so that refusals keep nobody out', async () => {
    const { take, takes, instance, counted } = setUp(minute(3))
    await takes(take, 3)
    for (let i = 0; i < 50; i += 1) await instance()()
    expect(counted()).toBe(3)
  })

  test('stays counted where taking it back fails: too much is the safe side', async () => {
    const { take, takes, instance, counted, store } = setUp(minute(1))
    await takes(take, 1)
    let calls = 0
    store.before = () => {
      calls += 1
      if (calls === 2) throw unreachable
    }
    expect((await instance()()).ok).toBe(false)
    expect(counted()).toBe(2)
  })
})

describe('what was granted', () => {
  test('can be given back, and passes then', async () => {
    const { take, takes, counted } = setUp(minute(2))
    await takes(take, 1)
    const granted = await take()
    if (!granted.ok) throw new Error('two pass')
    await granted.giveBack()
    expect(counted()).toBe(1)
    expect(await takes(take, 2)).toBe(1)
  })
})

describe('a count in advance', () => {
  /** An instance that is busy enough to count in advance: 20 requests in a second. */
  async function busy(max = 1000) {
    const all = setUp(leasedMinute(max))
    for (let i = 0; i < 20; i += 1) {
      await all.take()
      all.clock.advance(50)
    }
    return all
  }

  /** Counted in advance at this very time: what is left of it is for the taking. */
  async function holding() {
    const all = await busy()
    const writes = all.store.changes.length
    while (all.store.changes.length === writes) await all.take()
    return all
  }

  test('begins with one: nobody knows yet how many will come', async () => {
    const { take, counted } = setUp(leasedMinute(1000))
    await take()
    expect(counted()).toBe(1)
  })

  test('makes a write of many requests', async () => {
    const { take, takes, store } = await busy()
    const before = store.changes.length
    expect(await takes(take, 10)).toBe(10)
    expect(store.changes.length - before).toBeLessThanOrEqual(1)
  })

  test('is never spent twice: all instances together get what the limit says', async () => {
    const { instance, takes } = setUp(leasedMinute(200))
    const all = Array.from({ length: 4 }, instance)
    let passed = 0
    for (let i = 0; i < 100; i += 1) for (const take of all) passed += await takes(take, 1)
    expect(passed).toBe(200)
  })

  test('takes an eighth of what is left at the most', async () => {
    const { take, store, counted } = setUp(leasedMinute(80))
    for (let i = 0; i < 20; i += 1) await take()
    for (const { change } of store.changes) {
      const amount = [...change.add.values()].reduce((sum, each) => sum + each, 0)
      expect(amount).toBeLessThanOrEqual(10)
    }
    expect(counted()).toBeLessThanOrEqual(80)
  })

  test('is given back with the next write, to the slice it was counted in', async () => {
    const { take, passed, clock, counted, store } = await holding()
    expect(counted()).toBeGreaterThan(passed())
    clock.advance(5000)
    const writes = store.changes.length
    await take()
    expect(store.changes).toHaveLength(writes + 1)
    const [givenBack, ...others] = [...(store.changes.at(-1)?.change.add.values() ?? [])].sort(
      (a, b) => a - b,
    )
    expect(givenBack).toBeLessThan(0)
    expect(others).toHaveLength(1)
    expect(counted() - (others[0] ?? 0)).toBe(passed() - 1)
  })

  test('is not given back again where nobody knows whether that was done', async () => {
    const { take, clock, store } = await holding()
    clock.advance(5000)
    store.before = () => {
      throw unreachable
    }
    await expect(take()).rejects.toBe(unreachable)
    store.before = () => undefined
    await take()
    const lately = store.changes.at(-1)?.change.add ?? new Map()
    expect([...lately.values()].filter(amount => amount < 0)).toHaveLength(0)
  })

  test('is spent within a second', async () => {
    const { take, clock, store } = await holding()
    const writes = store.changes.length
    clock.advance(999)
    await take()
    expect(store.changes).toHaveLength(writes)
  })

  test('is not spent once a second is over', async () => {
    const { take, clock, store } = await holding()
    const writes = store.changes.length
    clock.advance(1000)
    await take()
    expect(store.changes).toHaveLength(writes + 1)
  })

  test('does not last longer where the clock is set back', async () => {
    const { take, clock, store } = await holding()
    const writes = store.changes.length
    clock.advance(1000)
    clock.set(clock.wall() - 900)
    await take()
    expect(store.changes).toHaveLength(writes + 1)
  })

  test('is not made where one of the bounds does not allow it', async () => {
    const { take, store } = setUp(leasedMinute(1000), second(1000))
    for (let i = 0; i < 50; i += 1) await take()
    expect(store.changes).toHaveLength(50)
  })

  test('is shared by requests that ask at the same time', async () => {
    const { take, store, counted, clock } = await busy()
    clock.advance(5000)
    const writes = store.changes.length
    const taken = await Promise.all(Array.from({ length: 10 }, () => take()))
    expect(taken.every(({ ok }) => ok)).toBe(true)
    expect(store.changes.length - writes).toBeLessThan(5)
    expect(counted()).toBeGreaterThanOrEqual(30)
  })

  test('that fails for one request does not hold up those that wait with it', async () => {
    const { take, store } = setUp(leasedMinute(1000))
    let calls = 0
    store.before = () => {
      calls += 1
      if (calls === 1) throw unreachable
    }
    const [first, ...others] = await Promise.allSettled([take(), take(), take()])
    expect(first?.status).toBe('rejected')
    expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
  })
})

describe('an item', () => {
  test('stays small while one instance counts in it', async () => {
    const { take, clock, store } = setUp(minute(1000))
    for (let i = 0; i < 500; i += 1) {
      await take()
      clock.advance(2000)
    }
    expect(store.items.get('user#1')?.size).toBeLessThan(75)
    // By the same writes that count.
    expect(store.changes).toHaveLength(500)
  })

  test('stays small though no instance sees its caller twice', async () => {
    const { instance, clock, store } = setUp(minute(1000))
    for (let i = 0; i < 500; i += 1) {
      await instance()()
      clock.advance(2000)
    }
    expect(store.items.get('user#1')?.size).toBeLessThan(75)
    expect(store.changes.length).toBeLessThan(550)
  })

  test('loses no slice that another clock, a second behind, may still need', async () => {
    const { instance, clock } = setUp(minute(1))
    expect((await instance()()).ok).toBe(true)
    for (let i = 0; i < 100; i += 1) {
      clock.advance(600)
      const ahead = clock.wall()
      clock.set(ahead + 1000)
      await instance()()
      clock.set(ahead)
    }
    expect((await instance()()).ok).toBe(false)
  })

  test('is never told to add to a slice and to remove it, also by a clock that is set back', async () => {
    const { take, clock } = setUp(second(1000))
    const start = clock.wall()
    await take()
    clock.advance(7000)
    // Knows now that the first slice can go, and would remove it with the next write.
    await take()
    clock.set(start)
    expect((await take()).ok).toBe(true)
  })
})
