import { CannotEvaluate } from './cannot-evaluate.ts'

/** Points in time of a series: `from`, and each `periodMs` after it. Milliseconds since the epoch. */
export interface Grid {
  /** A multiple of the period, as CloudWatch aligns its data points. */
  readonly from: number
  readonly periodMs: number
  readonly count: number
}

/** One line of a graph. `null` where nothing was measured. */
export interface Series {
  /** Of the metric: name and the values of its dimensions. */
  readonly label: string
  readonly grid: Grid
  readonly values: ReadonlyArray<number | null>
  /** Where it is one metric's own. */
  readonly metric?: MetricName
}

export interface MetricName {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** From when to when, in milliseconds since the epoch. */
export interface Times {
  readonly from: number
  readonly to: number
  readonly periodMs: number
  /** One period, from the first to the last, whatever `periodMs` is. */
  readonly whole?: boolean
}

/** The periods that begin in `from` ≤ t < `to`, with the one that `from` is in. */
export function gridOf({ from, to, periodMs, whole = false }: Times): Grid {
  if (!(periodMs > 0)) throw new CannotEvaluate(`a period of ${periodMs} ms is none`)
  if (whole) return { from, periodMs: Math.max(1, to - from), count: 1 }
  const start = Math.floor(from / periodMs) * periodMs
  const count = Math.max(0, Math.ceil((to - start) / periodMs))
  if (count > pointsMax) throw new CannotEvaluate(`${count} data points; at most ${pointsMax} are given`)
  return { from: start, periodMs, count }
}

// CloudWatch's own limit of one request.
const pointsMax = 100_800

export const timeAt = ({ from, periodMs }: Grid, index: number): number => from + index * periodMs

export const sameGrid = (a: Grid, b: Grid): boolean =>
  a.from === b.from && a.periodMs === b.periodMs && a.count === b.count
