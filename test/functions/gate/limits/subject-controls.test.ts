import { describe, expect, test } from 'vitest'
import { createSubjects } from '../../../../functions/gate/limits/subject-controls.ts'
import { createMemoryStore, createTestClock, unreachable } from './memory-store.ts'
import { control, startSeconds, ticketOf } from './people.ts'

const key = 'user#1'
const ticket = ticketOf()
const nothing = { quarantine: null, revoke: null }
const quarantined = { ...nothing, quarantine: control('quarantine') }

function setUp() {
  const store = createMemoryStore()
  const clock = createTestClock()
  return { store, clock, subjects: createSubjects(store, clock) }
}

describe('what is ordered about a subject', () => {
  test('is nothing, where there is no item', async () => {
    const { subjects } = setUp()
    expect(await subjects.find(key, ticket)).toBeNull()
  })

  test('is read where it is not remembered', async () => {
    const { store, subjects } = setUp()
    store.controls.set(key, quarantined)
    expect(subjects.recall(key, ticket)).toBeNull()
    expect(await subjects.find(key, ticket)).toMatchObject({ reason: 'control.quarantined' })
    expect(subjects.recall(key, ticket)).toMatchObject({ reason: 'control.quarantined' })
  })

  test.each([
    [1999, 1],
    [2000, 2],
  ])('read %i ms ago: %i reads in all', async (ms, reads) => {
    const { store, clock, subjects } = setUp()
    await subjects.find(key, ticket)
    clock.advance(ms)
    await subjects.find(key, ticket)
    expect(store.reads).toHaveLength(reads)
  })

  test('does not get younger by being used', async () => {
    const { store, clock, subjects } = setUp()
    for (let i = 0; i < 3; i += 1) {
      await subjects.find(key, ticket)
      clock.advance(1000)
    }
    expect(store.reads).toHaveLength(2)
  })

  test('is known at once from an item that a count returned', async () => {
    const { clock, store, subjects } = setUp()
    subjects.saw(key, quarantined, clock.now())
    expect(subjects.recall(key, ticket)).toMatchObject({ reason: 'control.quarantined' })
    expect(await subjects.find(key, ticket)).toMatchObject({ reason: 'control.quarantined' })
    expect(store.reads).toHaveLength(0)
  })

  test('is as old as the question: an answer may have waited while the instance stood still', async () => {
    const { clock, store, subjects } = setUp()
    let answer = () => {}
    store.before = () => new Promise(resolve => (answer = resolve))
    const late = subjects.find(key, ticket)
    clock.advance(600_000)
    answer()
    await late
    store.before = () => undefined
    store.controls.set(key, quarantined)
    expect(await subjects.find(key, ticket)).toMatchObject({ reason: 'control.quarantined' })
  })

  test('is what was asked for last, whatever arrives last', () => {
    const { clock, subjects } = setUp()
    const before = clock.now()
    clock.advance(10)
    subjects.saw(key, quarantined, clock.now())
    subjects.saw(key, nothing, before)
    expect(subjects.recall(key, ticket)).toMatchObject({ reason: 'control.quarantined' })
  })

  test('is nobody’s guess where the table does not answer', async () => {
    const { store, subjects } = setUp()
    store.before = () => {
      throw unreachable
    }
    await expect(subjects.find(key, ticket)).rejects.toBe(unreachable)
  })

  test('ends when it was to end, also as it is remembered', () => {
    const { clock, subjects } = setUp()
    subjects.saw(
      key,
      { ...nothing, quarantine: control('quarantine', { until: startSeconds + 1 }) },
      clock.now(),
    )
    clock.advance(999)
    expect(subjects.recall(key, ticket)).not.toBeNull()
    clock.advance(1)
    expect(subjects.recall(key, ticket)).toBeNull()
  })

  test('is one for each token, remembered or not', () => {
    const { clock, subjects } = setUp()
    subjects.saw(key, { ...nothing, revoke: control('revoke', { issuedBefore: startSeconds }) }, clock.now())
    expect(subjects.recall(key, ticketOf({ issuedAt: startSeconds }))).toMatchObject({
      reason: 'control.revoked',
    })
    expect(subjects.recall(key, ticketOf({ issuedAt: startSeconds + 1 }))).toBeNull()
  })

  test('of a quarantine that is over leaves a revocation that is not', () => {
    const { clock, subjects } = setUp()
    const over = control('quarantine', { until: startSeconds })
    subjects.saw(key, { quarantine: over, revoke: control('revoke') }, clock.now())
    expect(subjects.recall(key, ticket)).toMatchObject({ reason: 'control.revoked' })
  })
})
