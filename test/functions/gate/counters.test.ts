import { describe, expect, test } from 'vitest'
import type { LimitManifest } from '../../../contract/gate-manifest.ts'
import { createCounters } from '../../../functions/gate/limits/counters.ts'
import { simulateCounters } from './simulated-counters.ts'

const limit: LimitManifest = { counter: 'api', max: 3, periodSeconds: 60 }
const caller = { issuer: 'https://login.example.com', subject: 'user-1' }

async function exhausted() {
  const simulation = simulateCounters({ instances: 2, startMs: 1_000_000_000 })
  const [first, second] = simulation.instances
  if (!first || !second) throw new Error('two instances were asked for')
  for (let i = 0; i < limit.max; i += 1) expect((await first.take(caller, limit)).ok).toBe(true)
  return { ...simulation, first, second }
}

test('a limit of another period counts for itself: its slices are of another length', async () => {
  const { first } = await exhausted()
  const hourly = { ...limit, periodSeconds: 3600 }
  for (let i = 0; i < limit.max; i += 1) expect((await first.take(caller, hourly)).ok).toBe(true)
  expect((await first.take(caller, hourly)).ok).toBe(false)
})

describe('a caller beyond the limit', () => {
  test('is refused at the first request too many, with when to come back', async () => {
    const { first } = await exhausted()
    expect(await first.take(caller, limit)).toMatchObject({ ok: false, reason: 'limit.user' })
  })

  test('is refused by an instance that never saw them', async () => {
    const { second } = await exhausted()
    expect((await second.take(caller, limit)).ok).toBe(false)
  })

  test('costs no more writes while refused', async () => {
    const { first, store } = await exhausted()
    await first.take(caller, limit)
    const before = store.writes()
    for (let i = 0; i < 100; i += 1) expect((await first.take(caller, limit)).ok).toBe(false)
    expect(store.writes()).toBe(before)
  })

  test('takes nothing from another subject, issuer or counter', async () => {
    const { first } = await exhausted()
    expect((await first.take(caller, limit)).ok).toBe(false)
    expect((await first.take({ ...caller, subject: 'user-2' }, limit)).ok).toBe(true)
    expect((await first.take({ ...caller, issuer: 'https://other.example.com' }, limit)).ok).toBe(true)
    expect((await first.take(caller, { ...limit, counter: 'GET /deals' })).ok).toBe(true)
  })
})

describe('the state table', () => {
  test('takes one write for each allowed request', async () => {
    const { store } = await exhausted()
    expect(store.writes()).toBe(limit.max)
  })

  test('holds neither issuers nor subjects', async () => {
    const { store } = await exhausted()
    expect([...store.items.keys()].join()).not.toMatch(/user-1|example/)
  })

  test('gives callers keys of their own, however their names are cut', async () => {
    const { instances, store } = simulateCounters({ instances: 1, startMs: 0 })
    for (const [issuer, subject] of [
      ['ab', 'c'],
      ['a', 'bc'],
      ['abc', ''],
      ['a1:b', 'c'],
      ['a', '1:bc'],
    ] as const) {
      await instances[0]?.take({ issuer, subject }, limit)
    }
    expect(store.items.size).toBe(5)
  })

  test('keeps an item small however long a caller stays', async () => {
    const { instances, store, clock } = simulateCounters({ instances: 1, startMs: 0 })
    for (let i = 0; i < 1000; i += 1) {
      clock.advance(21_000)
      await instances[0]?.take(caller, limit)
    }
    expect([...store.items.values()][0]?.size).toBeLessThan(40)
  })

  test.each(['increment', 'forget'] as const)('refuses the request when %s fails', async method => {
    const { store, clock } = simulateCounters({ instances: 0, startMs: 0 })
    const working = createCounters(store, clock.now)
    const failing = createCounters(
      {
        ...store,
        [method]: async () => {
          throw Object.assign(new Error('secret detail'), { name: 'ProvisionedThroughputExceededException' })
        },
      },
      clock.now,
    )
    const wide = { ...limit, max: 1000 }
    // Enough slices that are over for `forget` to be due.
    for (let i = 0; i < 21; i += 1) {
      await working.take(caller, wide)
      clock.advance(6000)
    }
    clock.advance(600_000)
    expect(await failing.take(caller, wide)).toEqual({
      ok: false,
      reason: 'store.unavailable',
      note: 'ProvisionedThroughputExceededException',
    })
  })
})
