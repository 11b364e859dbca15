import { describe, expect, test } from 'vitest'
import {
  createControlsReader,
  inForce,
  type SharedControls,
} from '../../../../functions/gate/limits/shared-controls.ts'
import { createMemoryStore, createTestClock, unreachable } from './memory-store.ts'
import { control } from './people.ts'

const ordering = (name: string): SharedControls => ({
  hashKey: new Uint8Array(32),
  controls: new Map([[name, control('close')]]),
})

function setUp() {
  const store = createMemoryStore()
  const clock = createTestClock()
  const reader = createControlsReader(store, clock)
  const fail = () => {
    store.before = () => {
      throw unreachable
    }
  }
  return { store, clock, reader, fail }
}

describe('what is ordered', () => {
  test.each([
    [1999, 1],
    [2000, 2],
  ])('read %i ms ago: %i reads in all', async (ms, reads) => {
    const { store, clock, reader } = setUp()
    await reader.current()
    clock.advance(ms)
    await reader.current()
    expect(store.reads).toHaveLength(reads)
  })

  test('is read again after two seconds, also by a clock that was set back', async () => {
    const { store, clock, reader } = setUp()
    await reader.current()
    clock.advance(2000)
    clock.set(clock.wall() - 10_000)
    await reader.current()
    expect(store.reads).toHaveLength(2)
  })

  test('is trusted for five seconds while the table does not answer', async () => {
    const { clock, reader, fail } = setUp()
    const read = await reader.current()
    fail()
    clock.advance(4999)
    expect(await reader.current()).toBe(read)
  })

  test('is trusted no longer: nobody knows, and that is what it says', async () => {
    const { clock, reader, fail } = setUp()
    await reader.current()
    fail()
    clock.advance(5000)
    await expect(reader.current()).rejects.toBe(unreachable)
  })

  test('is not known to an instance that never read it', async () => {
    const { reader, fail } = setUp()
    fail()
    await expect(reader.current()).rejects.toBe(unreachable)
  })

  test('is read once for all that ask at the same time', async () => {
    const { store, reader } = setUp()
    await Promise.all([reader.current(), reader.current(), reader.current()])
    expect(store.reads).toHaveLength(1)
  })

  test('is asked for again after a failure', async () => {
    const { store, reader, fail } = setUp()
    fail()
    await reader.current().catch(() => null)
    store.before = () => undefined
    expect((await reader.current()).controls.size).toBe(0)
  })

  test('is not what an answer says that was on its way while the instance stood still', async () => {
    const { store, clock, reader } = setUp()
    let arrive = () => {}
    const old = store.shared
    const { readControls } = store
    store.readControls = () => new Promise(resolve => (arrive = () => resolve(old)))
    const late = reader.current().catch((error: Error) => error)
    clock.advance(600_000)
    // Another request wakes it up, and the answer is there before anything else.
    store.readControls = readControls
    store.shared = ordering('route api GET /deals')
    const asked = reader.current()
    arrive()
    expect((await asked).controls).toBe(store.shared.controls)
    expect(await late).not.toBe(old)
    expect((await reader.current()).controls).toBe(store.shared.controls)
  })

  test('is not what an answer says that took longer than anything is trusted', async () => {
    const { store, clock, reader } = setUp()
    store.before = () => clock.advance(5000)
    await expect(reader.current()).rejects.toMatchObject({ name: 'OutdatedAnswer' })
    store.before = () => clock.advance(4999)
    expect((await reader.current()).controls).toBe(store.shared.controls)
  })
})

describe('an order', () => {
  const shared = (until: number | null): SharedControls => ({
    hashKey: new Uint8Array(32),
    controls: new Map([['route x', control('close', { until })]]),
  })

  test('holds until its end, in seconds, and not at it', () => {
    expect(inForce(shared(100), 'route x', 99.999)).not.toBeNull()
    expect(inForce(shared(100), 'route x', 100)).toBeNull()
  })

  test('without an end holds for ever', () => {
    expect(inForce(shared(null), 'route x', 1e12)).not.toBeNull()
  })

  test('about another says nothing', () => {
    expect(inForce(shared(null), 'route y', 0)).toBeNull()
  })
})
