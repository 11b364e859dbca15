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
}

/** The periods that begin in `from` ≤ t < `to`, with the one that `from` is in. Milliseconds since the epoch. */
export function gridOf({ from, to, periodMs }: { from: number; to: number; periodMs: number }): Grid {
  if (!(periodMs > 0)) throw new CannotEvaluate(`a period of ${periodMs} ms is none`)
  const start = Math.floor(from / periodMs) * periodMs
  return { from: start, periodMs, count: Math.max(0, Math.ceil((to - start) / periodMs)) }
}

export const timeAt = ({ from, periodMs }: Grid, index: number): number => from + index * periodMs

export const sameGrid = (a: Grid, b: Grid): boolean =>
  a.from === b.from && a.periodMs === b.periodMs && a.count === b.count
