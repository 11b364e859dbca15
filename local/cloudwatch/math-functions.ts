import { CannotEvaluate } from './cannot-evaluate.ts'
import {
  arrayOf,
  many,
  mapped,
  numberOf,
  one,
  refuseOtherGrid,
  scalar,
  seriesOf,
  type Value,
} from './math-values.ts'
import { type Grid, type Series, timeAt } from './series.ts'

/** A function of metric math that needs its arguments alone. */
export type MathFunction = (args: readonly Value[], name: string) => Value

type Points = ReadonlyArray<number | null>

/** On each series by itself. */
const each =
  (change: (series: Series) => Points): MathFunction =>
  ([value], name) => {
    const change1 = (series: Series) => ({ ...series, values: change(series) })
    return value?.kind === 'array' ? many(value.array.map(change1)) : one(change1(seriesOf(value, name)))
  }

const eachPoint = (change: (value: number) => number): MathFunction =>
  each(({ values }) =>
    values.map(value => {
      const changed = value === null ? null : change(value)
      return changed === null || !Number.isFinite(changed) ? null : changed
    }),
  )

export const present = (values: Points): number[] => values.filter(value => value !== null)
export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
/** Of one value at least; not by spreading, which a long list does not take. */
export const smallest = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))
/** Likewise. */
export const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))

type Aggregate = (values: readonly number[], outOf: number) => number

function deviation(values: readonly number[]): number {
  const mean = total(values) / values.length
  return Math.sqrt(total(values.map(value => (value - mean) ** 2)) / values.length)
}

const aggregates: Readonly<Record<string, Aggregate>> = {
  SUM: total,
  // Of an array, "missing values are treated as 0".
  AVG: (values, outOf) => total(values) / outOf,
  MIN: smallest,
  MAX: largest,
  STDDEV: deviation,
}

/** Of one series a number, over the data points it has; of an array a series, at each time that any of them has a data point. */
const aggregate =
  (by: Aggregate): MathFunction =>
  ([value], name) => {
    if (value?.kind !== 'array') {
      const values = present(seriesOf(value, name).values)
      if (values.length > 0) return scalar(by(values, values.length))
      if (name === 'SUM') return scalar(0)
      throw new CannotEvaluate(`${name} of a series without data points`)
    }
    const first = firstOf(value.array, name)
    refuseOtherGrid(value.array)
    return one({
      label: name,
      grid: first.grid,
      values: first.values.map((_, index) => {
        const values = present(value.array.map(series => series.values[index] ?? null))
        return values.length === 0 ? null : by(values, value.array.length)
      }),
    })
  }

function firstOf(array: readonly Series[], name: string): Series {
  const [first] = array
  if (!first) throw new CannotEvaluate(`${name} of no time series`)
  return first
}

/** Differences between a data point and the one before it, which may be several periods away. */
const steps = (change: (by: number, seconds: number) => number): MathFunction =>
  each(({ values, grid }) => {
    let before: { value: number; index: number } | undefined
    return values.map((value, index) => {
      if (value === null) return null
      const last = before
      before = { value, index }
      return last ? change(value - last.value, ((index - last.index) * grid.periodMs) / 1000) : null
    })
  })

function repeated(values: Points): Points {
  let last: number | null = null
  return values.map(value => {
    last = value ?? last
    return last
  })
}

/** On the line between the data points around a gap; before the first and after the last there is none. */
function interpolated(values: Points): Points {
  const filled = [...values]
  let last = -1
  values.forEach((value, index) => {
    if (value === null) return
    const from = values[last] ?? 0
    for (let gap = last + 1; last >= 0 && gap < index; gap += 1) {
      filled[gap] = from + ((value - from) * (gap - last)) / (index - last)
    }
    last = index
  })
  return filled
}

const fill: MathFunction = ([value, filler], name) => {
  const change = (series: Series): Points => {
    if (filler?.kind === 'scalar') return series.values.map(point => point ?? filler.value)
    if (filler?.kind === 'word' && filler.word === 'REPEAT') return repeated(series.values)
    if (filler?.kind === 'word' && filler.word === 'LINEAR') return interpolated(series.values)
    const other = seriesOf(filler, name)
    refuseOtherGrid([series, other])
    return series.values.map((point, index) => point ?? other.values[index] ?? null)
  }
  return each(change)(value ? [value] : [], name)
}

/** A branch of IF: what is missing in the first is 0, in the second nothing. */
const branch = (value: Value, index: number, missing: number | null, name: string): number | null =>
  value.kind === 'scalar' ? value.value : (seriesOf(value, name).values[index] ?? missing)

const choose: MathFunction = ([condition, then, otherwise], name) => {
  if (!condition || !then) throw new CannotEvaluate(`${name} takes a condition and a value`)
  if (condition.kind === 'scalar') {
    if (condition.value !== 0) return then
    if (otherwise) return otherwise
    return one(mapped(seriesOf(then, name), () => null))
  }
  const decided = seriesOf(condition, name)
  refuseOtherGrid(
    [condition, then, otherwise].flatMap(value => (value?.kind === 'series' ? [value.series] : [])),
  )
  return one(
    mapped(decided, (value, index) => {
      if (value === null) return null
      if (value !== 0) return branch(then, index, 0, name)
      return otherwise ? branch(otherwise, index, null, name) : null
    }),
  )
}

const sort: MathFunction = ([value, by, order, limit], name) => {
  const word = by?.kind === 'word' && by.word !== 'STDDEV' ? by.word : ''
  const rankBy = aggregates[word]
  const descending = order?.kind === 'word' && order.word === 'DESC'
  if (!rankBy || !(descending || (order?.kind === 'word' && order.word === 'ASC'))) {
    throw new CannotEvaluate(`${name} takes AVG, MIN, MAX or SUM, and ASC or DESC`)
  }
  const ranked = arrayOf(value, name).map(series => {
    const values = present(series.values)
    // What has no data points comes last in either order.
    const rank = values.length === 0 ? undefined : rankBy(values, values.length)
    return { series, rank }
  })
  ranked.sort((a, b) =>
    a.rank === undefined || b.rank === undefined
      ? Number(a.rank === undefined) - Number(b.rank === undefined)
      : descending
        ? b.rank - a.rank
        : a.rank - b.rank,
  )
  const kept = limit === undefined ? ranked.length : numberOf(limit, name)
  return many(ranked.slice(0, kept).map(({ series }) => series))
}

/** Of the time of each period, in UTC. */
const calendar = (part: (date: Date) => number): MathFunction =>
  each(({ grid }) => Array.from({ length: grid.count }, (_, index) => part(new Date(timeAt(grid, index)))))

/** Functions that need their arguments alone, by name. */
export const mathFunctions: Readonly<Record<string, MathFunction>> = {
  ...Object.fromEntries(Object.entries(aggregates).map(([name, by]) => [name, aggregate(by)])),
  ABS: eachPoint(Math.abs),
  CEIL: eachPoint(Math.ceil),
  FLOOR: eachPoint(Math.floor),
  LOG: eachPoint(Math.log),
  LOG10: eachPoint(Math.log10),
  DIFF: steps(by => by),
  DIFF_TIME: steps((_, seconds) => seconds),
  RATE: steps((by, seconds) => by / seconds),
  RUNNING_SUM: each(({ values }) => {
    let sum = 0
    return values.map(value => {
      sum += value ?? 0
      return value === null ? null : sum
    })
  }),
  FILL: fill,
  IF: choose,
  SORT: sort,
  SLICE: ([value, from, to], name) =>
    many(arrayOf(value, name).slice(numberOf(from, name), to === undefined ? undefined : numberOf(to, name))),
  FIRST: ([value], name) => one(firstOf(arrayOf(value, name), name)),
  LAST: ([value], name) => one(firstOf(arrayOf(value, name).slice(-1), name)),
  REMOVE_EMPTY: ([value], name) =>
    many(arrayOf(value, name).filter(({ values }) => present(values).length > 0)),
  METRIC_COUNT: ([value], name) => scalar(arrayOf(value, name).length),
  DATAPOINT_COUNT: ([value], name) => {
    if (value?.kind !== 'array') return scalar(present(seriesOf(value, name).values).length)
    const first = firstOf(value.array, name)
    refuseOtherGrid(value.array)
    return one(
      mapped(first, (_, index) => present(value.array.map(({ values }) => values[index] ?? null)).length),
    )
  },
  MINUTE: calendar(date => date.getUTCMinutes()),
  HOUR: calendar(date => date.getUTCHours()),
  // 1 is Monday.
  DAY: calendar(date => date.getUTCDay() || 7),
  DATE: calendar(date => date.getUTCDate()),
  MONTH: calendar(date => date.getUTCMonth() + 1),
  YEAR: calendar(date => date.getUTCFullYear()),
  EPOCH: calendar(date => Math.floor(date.getTime() / 1000)),
}

/** A series that has this value throughout. */
export const constant = (grid: Grid, value: number): Series => ({
  label: String(value),
  grid,
  values: new Array<number>(grid.count).fill(value),
})
