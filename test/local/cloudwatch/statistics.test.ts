import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Bucket } from '../../../local/cloudwatch/bucket.ts'
import { statisticOf } from '../../../local/cloudwatch/statistics.ts'

const bucketOf = (values: readonly number[]) => {
  const bucket = new Bucket(0)
  for (const value of values) bucket.add(value)
  return bucket
}

const some = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 90 })

test('the five simple statistics are those of the values, in whatever order they came', () => {
  fc.assert(
    fc.property(some, values => {
      const bucket = bucketOf(values)
      const sum = values.reduce((a, b) => a + b, 0)
      expect(statisticOf('Sum')(bucket)).toBe(sum)
      expect(statisticOf('Average')(bucket)).toBeCloseTo(sum / values.length)
      expect(statisticOf('Minimum')(bucket)).toBe(Math.min(...values))
      expect(statisticOf('Maximum')(bucket)).toBe(Math.max(...values))
      expect(statisticOf('SampleCount')(bucket)).toBe(values.length)
    }),
  )
})

test('a percentile is the smallest value that so many percent of all values do not exceed', () => {
  fc.assert(
    fc.property(some, fc.integer({ min: 1, max: 1000 }), (values, tenths) => {
      const found = statisticOf(`p${tenths / 10}`)(bucketOf(values))
      const below = (limit: number) => values.filter(value => value <= limit).length / values.length
      expect(values).toContain(found)
      expect(below(found)).toBeGreaterThanOrEqual(tenths / 1000 - 1e-9)
      expect(values.filter(value => value < found).length / values.length).toBeLessThan(tenths / 1000)
    }),
  )
})

test('of more values than are kept apart a percentile is at most 1 % off, and sum and limits are exact', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 150, maxLength: 300 }),
      values => {
        const bucket = bucketOf(values)
        const sorted = values.toSorted((a, b) => a - b)
        const exact = sorted[Math.ceil(values.length * 0.9) - 1] as number
        expect(Math.abs(statisticOf('p90')(bucket) / exact - 1)).toBeLessThan(0.0101)
        expect(bucket.sum).toBe(values.reduce((a, b) => a + b, 0))
        expect(statisticOf('p100')(bucket)).toBeLessThanOrEqual(bucket.max)
      },
    ),
    { numRuns: 20 },
  )
})

test('tm90 is the mean without the highest tenth', () => {
  expect(statisticOf('tm90')(bucketOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 1000]))).toBe(5)
})

test.each(['IQM', 'p101', 'WM90', 'TC(0:5)', 'toString', ''])('refuses the statistic %o', name => {
  expect(() => statisticOf(name)).toThrow('is not calculated here')
})
