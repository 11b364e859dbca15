import { describe, expect, test } from 'vitest'
import { UnreadableState } from '../../../../functions/gate/limits/store.ts'
import { restingAfterTrouble } from '../../../../functions/gate/limits/store-trouble.ts'
import { createMemoryStore, createTestClock, unreachable } from './memory-store.ts'

/** @param random of every pause: 1 is the longest, 0 half of it */
function setUp(random = 1) {
  const inner = createMemoryStore()
  const clock = createTestClock()
  const store = restingAfterTrouble(inner, clock, () => random)
  let asked = 0
  const answer = (with_: Error | null) => {
    inner.before = () => {
      asked += 1
      if (with_) throw with_
    }
  }
  answer(null)
  const ask = () =>
    store.read('user#1').then(
      () => 'answered',
      (error: Error) => error.name,
    )
  return { store, clock, answer, ask, asked: () => asked }
}

describe('a table that failed', () => {
  test('is left alone for a tenth of a second, and asked again then', async () => {
    const { clock, answer, ask, asked } = setUp()
    answer(unreachable)
    expect(await ask()).toBe('TimeoutError')
    clock.advance(99)
    expect(await ask()).toBe('StoreResting')
    expect(asked()).toBe(1)
    clock.advance(1)
    expect(await ask()).toBe('TimeoutError')
    expect(asked()).toBe(2)
  })

  test('is left alone twice as long each time, and never for more than two seconds', async () => {
    const { clock, answer, ask } = setUp()
    answer(unreachable)
    for (const pauseMs of [100, 200, 400, 800, 1600, 2000, 2000]) {
      expect(await ask()).toBe('TimeoutError')
      clock.advance(pauseMs - 1)
      expect(await ask()).toBe('StoreResting')
      clock.advance(1)
    }
  })

  test('is trusted at once when it answers', async () => {
    const { clock, answer, ask } = setUp()
    answer(unreachable)
    await ask()
    clock.advance(100)
    await ask()
    clock.advance(200)
    answer(null)
    expect(await ask()).toBe('answered')
    answer(unreachable)
    await ask()
    clock.advance(100)
    expect(await ask()).toBe('TimeoutError')
  })

  test('is asked by instances at different times: after half the pause, some of them', async () => {
    const { clock, answer, ask } = setUp(0)
    answer(unreachable)
    await ask()
    clock.advance(49)
    expect(await ask()).toBe('StoreResting')
    clock.advance(1)
    expect(await ask()).toBe('TimeoutError')
  })

  test('is left alone by all kinds of calls', async () => {
    const { store, answer, asked } = setUp()
    answer(unreachable)
    await expect(store.readControls()).rejects.toBe(unreachable)
    const change = { add: new Map(), remove: [], expiresAt: 0 }
    await expect(store.change('user#1', change)).rejects.toMatchObject({ name: 'StoreResting' })
    await expect(store.read('user#1')).rejects.toMatchObject({ name: 'StoreResting' })
    await expect(store.readControls()).rejects.toMatchObject({ name: 'StoreResting' })
    expect(asked()).toBe(1)
  })

  test('by many requests at once is left alone no longer than by one', async () => {
    const { clock, answer, ask } = setUp()
    answer(unreachable)
    await Promise.all(Array.from({ length: 20 }, ask))
    clock.advance(100)
    answer(null)
    expect(await ask()).toBe('answered')
  })
})

test('an item that cannot be read is no trouble of the table: others are answered', async () => {
  const { answer, ask } = setUp()
  answer(new UnreadableState('a control that cannot be read'))
  expect(await ask()).toBe('UnreadableState')
  answer(null)
  expect(await ask()).toBe('answered')
})

test('a clock that is set back does not keep a table alone for longer than two seconds', async () => {
  const { clock, answer, ask } = setUp()
  answer(unreachable)
  await ask()
  clock.set(clock.wall() - 60_000)
  clock.advance(2000)
  answer(null)
  expect(await ask()).toBe('answered')
})
