import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMetricStore } from '../../../local/cloudwatch/store.ts'

const key = { namespace: 'N', name: 'Requests', dimensions: { api: 'A', route: 'GET /' } }
const hour = 3_600_000

test('a period has the values that came in it, and those alone: as counted one by one', () => {
  const values = fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 719 }), value: fc.integer({ min: 0, max: 100 }) }),
    { maxLength: 60 },
  )
  const periods = fc.constantFrom(5, 10, 60, 300)
  fc.assert(
    fc.property(values, periods, fc.integer({ min: 0, max: 700 }), (data, seconds, from) => {
      const store = createMetricStore({ now: () => hour })
      for (const { at, value } of data) store.put({ ...key, timestamp: at * 1000, values: [value] })
      const periodMs = seconds * 1000
      const { grid, values: read } = store.read(key, {
        stat: 'Sum',
        periodMs,
        from: from * 1000,
        to: 720_000,
      })
      expect(grid.from).toBe(Math.floor((from * 1000) / periodMs) * periodMs)
      read.forEach((found, index) => {
        const start = grid.from + index * periodMs
        const inside = data.filter(({ at }) => at * 1000 >= start && at * 1000 < start + periodMs)
        const sum = inside.reduce((all, { value }) => all + value, 0)
        expect(found).toBe(inside.length === 0 ? null : sum)
      })
    }),
  )
})

test('reading changes nothing: a longer period read first leaves the shorter ones as they are', () => {
  const store = createMetricStore({ now: () => hour })
  for (const at of [0, 5_000, 10_000]) store.put({ ...key, timestamp: at, values: [1] })
  const read = (periodMs: number) => store.read(key, { stat: 'Sum', periodMs, from: 0, to: 15_000 }).values
  expect(read(15_000)).toEqual([3])
  expect(read(15_000)).toEqual([3])
  expect(read(5_000)).toEqual([1, 1, 1])
})

test('dimensions name a metric in any order, and one more is another metric', () => {
  const store = createMetricStore({ now: () => hour })
  store.put({ ...key, timestamp: 0, values: [7] })
  const read = (dimensions: Record<string, string>) =>
    store.read({ ...key, dimensions }, { stat: 'Sum', periodMs: 60_000, from: 0, to: 60_000 }).values
  expect(read({ route: 'GET /', api: 'A' })).toEqual([7])
  expect(read({ api: 'A' })).toEqual([null])
})

test('refuses a period that is finer than what is kept apart, and one of no length', () => {
  const store = createMetricStore({ now: () => hour })
  const read = (periodMs: number) => store.read(key, { stat: 'Sum', periodMs, from: 0, to: 60_000 })
  expect(() => read(1_000)).toThrow('finer than what is kept here, 5 s')
  expect(() => read(0)).toThrow('is none')
})

test('keeps no more than its bound, and lets the older half of the time go', () => {
  let now = hour
  const store = createMetricStore({ now: () => now, bucketsMax: 100 })
  for (; now < hour + 1_000_000; now += 5_000) store.put({ ...key, timestamp: now, values: [1] })
  const span = { stat: 'Sum', periodMs: 5_000, from: hour, to: now }
  const kept = store.read(key, span).values.filter(value => value !== null)
  expect(kept.length).toBeLessThanOrEqual(101)
  expect(kept.length).toBeGreaterThan(40)
  expect(store.read(key, span).values.at(-1)).toBe(1)
})

test('forgets what is older than it keeps, and a metric that nothing is left of', () => {
  let now = 0
  const store = createMetricStore({ now: () => now, keepMs: hour })
  store.put({ ...key, timestamp: 0, values: [1] })
  now = 2 * hour
  store.put({ ...key, name: 'Other', timestamp: now, values: [1] })
  expect(store.list().map(({ name }) => name)).toEqual(['Other'])
  store.put({ ...key, timestamp: 0, values: [1] })
  expect(store.list('N').map(({ name }) => name)).toEqual(['Other'])
})

test('takes no value that is not a finite number', () => {
  const store = createMetricStore({ now: () => hour })
  store.put({ ...key, timestamp: 0, values: [Number.NaN, Number.POSITIVE_INFINITY] })
  expect(store.list()).toEqual([])
})

test('takes values of two hours ahead, as CloudWatch does, and none of later', () => {
  const store = createMetricStore({ now: () => hour })
  store.put({ ...key, name: 'Next', timestamp: 3 * hour, values: [1] })
  store.put({ ...key, name: 'Later', timestamp: 3 * hour + 1, values: [1] })
  expect(store.list().map(({ name }) => name)).toEqual(['Next'])
})

test('holds no more metrics than there is room for, however many are made up at once', () => {
  let now = hour
  const store = createMetricStore({ now: () => now, bucketsMax: 10 })
  const flood = () => {
    for (let i = 0; i < 100; i += 1)
      store.put({ ...key, dimensions: { made: `${now}-${i}` }, timestamp: now, values: [1] })
  }
  flood()
  expect(store.list('N')).toHaveLength(11)
  now += hour
  flood()
  expect(store.list('N').length).toBeLessThanOrEqual(12)
  expect(store.list('N')).toEqual(store.list())
})
