import { CannotEvaluate } from './cannot-evaluate.ts'

/** What was measured in one period. */
export interface Sample {
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  /** Values and how often each was seen, in no order. */
  readonly values: Iterable<readonly [value: number, count: number]>
}

/** A statistic of a period that was measured in at least once. */
export type Statistic = (sample: Sample) => number

const simple: Readonly<Record<string, Statistic>> = {
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
  SampleCount: ({ count }) => count,
}

const known = [...Object.keys(simple), 'p0 … p100', 'tm0 … tm100'].join(', ')

/**
 * The statistic of this name. Throws a `CannotEvaluate` for one that is not calculated here (IQM, WM, PR, TC, TS).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
export function statisticOf(name: string): Statistic {
  if (Object.hasOwn(simple, name)) return simple[name] as Statistic
  const [, kind, digits] = /^(p|tm)(\d{1,3}(?:\.\d{1,10})?)$/.exec(name) ?? []
  const percent = Number(digits)
  if (kind === undefined || percent > 100) {
    throw new CannotEvaluate(`the statistic ${name} is not calculated here; those that are: ${known}`)
  }
  return kind === 'p' ? percentile(percent) : trimmedMean(percent)
}

/** Nearest rank: the smallest value that this share of all values does not exceed. */
const percentile =
  (percent: number): Statistic =>
  ({ count, values, min, max }) => {
    const rank = Math.max(1, Math.ceil((percent / 100) * count - 1e-9))
    let seen = 0
    for (const [value, times] of ascending(values)) {
      seen += times
      // A bin's middle may lie outside.
      if (seen >= rank) return Math.min(max, Math.max(min, value))
    }
    return max
  }

/** `tm90`: the mean without the highest tenth of all values. */
const trimmedMean =
  (percent: number): Statistic =>
  ({ count, values, min }) => {
    const kept = Math.floor((percent / 100) * count + 1e-9)
    let left = kept
    let sum = 0
    for (const [value, times] of ascending(values)) {
      const taken = Math.min(times, left)
      sum += value * taken
      left -= taken
    }
    return kept === 0 ? min : sum / kept
  }

const ascending = (values: Sample['values']): Array<readonly [number, number]> =>
  [...values].sort(([a], [b]) => a - b)
