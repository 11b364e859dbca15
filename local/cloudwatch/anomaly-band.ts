import { present, total } from './math-functions.ts'
import { type Series, timeAt } from './series.ts'

/** What is to be expected of a metric at a time of day: the middle, and how far its values usually are from it. */
export type Expectation = (time: number) => { readonly mean: number; readonly deviation: number } | undefined

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** How far back is looked: two weeks, as CloudWatch does; less where that would be more data points than two weeks of minutes have. */
export const historyOf = (periodMs: number): number => Math.min(14 * dayMs, 20_160 * periodMs)

// Fewer say nothing about what is usual.
const pointsMin = 15

/**
 * Learns from a metric's past. An approximation: CloudWatch's own models are not published; they follow trends, and hours, days and weeks.
 * Here it is the mean and the standard deviation of all data points; from two days of them on, of those of the same hour
 * of the day and the hours around it. Undefined where there are fewer than 15 such data points.
 */
export function learn({ grid, values }: Series): Expectation {
  const all = present(values)
  const first = values.findIndex(value => value !== null)
  const days = first < 0 ? 0 : ((values.length - first) * grid.periodMs) / dayMs
  const overall = summarized(all)
  if (days < 2) return () => overall
  const hours = Array.from({ length: 24 }, (): number[] => [])
  values.forEach((value, index) => {
    if (value !== null) hours[hourOf(timeAt(grid, index))]?.push(value)
  })
  const expected = hours.map((_, hour) =>
    summarized([-1, 0, 1].flatMap(apart => hours[(hour + apart + 24) % 24] ?? [])),
  )
  return time => expected[hourOf(time)]
}

const hourOf = (time: number): number => Math.floor(time / hourMs) % 24

function summarized(values: readonly number[]): { mean: number; deviation: number } | undefined {
  if (values.length < pointsMin) return undefined
  const mean = total(values) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / values.length) }
}

/** Upper and lower limit, in CloudWatch's order: `LAST()` of them is the lower one. */
export function bandOf(expected: Expectation, of: Series, width: number): readonly [Series, Series] {
  const limit = (label: string, sign: 1 | -1): Series => ({
    label: `${of.label} (${label})`,
    grid: of.grid,
    values: of.values.map((_, index) => {
      const usual = expected(timeAt(of.grid, index))
      return usual ? usual.mean + sign * width * usual.deviation : null
    }),
  })
  return [limit('expected high', 1), limit('expected low', -1)]
}

/**
 * When a model that is used at `time` was learnt: once an hour, so that evaluating each minute of a day learns 24 times; before the first
 * day is over each five minutes, for there is little to learn from yet.
 */
export const learntAt = (time: number, firstData: number): number => {
  const every = time - firstData < dayMs ? 5 * 60_000 : hourMs
  return Math.floor(time / every) * every
}
