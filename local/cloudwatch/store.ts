import { Bucket } from './bucket.ts'
import { CannotEvaluate } from './cannot-evaluate.ts'
import { type Grid, gridOf, type MetricName, type Series, type Times } from './series.ts'
import { needsValues, statisticOf } from './statistics.ts'

/** What names a metric. Order of dimensions does not matter. */
export type MetricKey = MetricName

export interface Datum extends MetricKey {
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly values: readonly number[]
}

export interface Period extends Times {
  /** See `statisticOf`. */
  readonly stat: string
}

/** What alarms and graphs read from. */
export interface MetricReader {
  /**
   * A metric's line, empty for one that was never measured. Throws a `CannotEvaluate` for an unknown statistic, and for a period that
   * is not a multiple of what the store keeps apart.
   */
  readonly read: (key: MetricKey, period: Period) => Series
  /** All metrics that were measured since the store's horizon, of this namespace if one is named. */
  readonly list: (namespace?: string) => readonly MetricKey[]
  /** When the first of what is kept was measured, in milliseconds since the epoch. */
  readonly oldest: () => number | undefined
}

export interface MetricStore extends MetricReader {
  /**
   * Takes in values. Those before the horizon or more than two hours ahead, and what is no finite number, are left out; and so are
   * further metrics while there is no room for what is measured right now.
   */
  readonly put: (datum: Datum) => void
}

export interface MetricStoreOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** How long values are kept. @default 3 hours */
  readonly keepMs?: number
  /** What is measured in the same span of this length is not kept apart. @default 5000 */
  readonly resolutionMs?: number
  /** Spans kept, over all metrics: when there are more, the older half of the time is let go. @default 200_000 */
  readonly bucketsMax?: number
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
const aheadMs = 2 * 3_600_000

interface Line {
  readonly key: MetricKey
  readonly label: string
  /** In the order of their time. */
  buckets: Bucket[]
}

/**
 * Metrics in memory. Memory is bounded by `bucketsMax` spans of up to 100 distinct values each (about 60 MB with the default where
 * each span has one or two); more values in one span are counted 1 % apart, which percentiles then are exact to.
 */
export function createMetricStore(options: MetricStoreOptions): MetricStore {
  const { now, keepMs = 3 * 3_600_000, resolutionMs = 5_000, bucketsMax = 200_000 } = options
  const lines = new Map<string, Line>()
  const namespaces = new Map<string, Line[]>()
  let buckets = 0
  let pruned = now()
  let crowded = Number.NEGATIVE_INFINITY
  // Room was made just now, and there is none: it would go through all metrics again for each value.
  const isCrowded = () => buckets > bucketsMax && now() - crowded < resolutionMs

  function lineOf(datum: Datum): Line {
    const id = idOf(datum)
    const found = lines.get(id)
    if (found) return found
    const key = { namespace: datum.namespace, name: datum.name, dimensions: { ...datum.dimensions } }
    const line: Line = { key, label: labelOf(key), buckets: [] }
    lines.set(id, line)
    const others = namespaces.get(key.namespace)
    if (others) others.push(line)
    else namespaces.set(key.namespace, [line])
    return line
  }

  /** Lets go of what is older than this, and of metrics that nothing is left of. */
  function forgetBefore(horizon: number): void {
    pruned = now()
    const emptied = new Set<string>()
    for (const [id, line] of lines) {
      const kept = firstFrom(line.buckets, horizon)
      buckets -= kept
      line.buckets.splice(0, kept)
      if (line.buckets.length > 0) continue
      lines.delete(id)
      emptied.add(line.key.namespace)
    }
    for (const namespace of emptied) {
      const left = namespaces.get(namespace)?.filter(({ buckets: [first] }) => first !== undefined) ?? []
      if (left.length > 0) namespaces.set(namespace, left)
      else namespaces.delete(namespace)
    }
  }

  function makeRoom(): void {
    // Once in a while: it goes through all metrics.
    if (now() - pruned > keepMs / 10) forgetBefore(now() - keepMs)
    if (buckets <= bucketsMax || isCrowded()) return
    crowded = now()
    const age = now() - (oldest() ?? now())
    forgetBefore(now() - Math.max(resolutionMs, age / 2))
  }

  function oldest(): number | undefined {
    let first: number | undefined
    for (const {
      buckets: [bucket],
    } of lines.values()) {
      if (bucket && !(bucket.at >= (first ?? bucket.at + 1))) first = bucket.at
    }
    return first
  }

  return {
    put(datum) {
      const values = datum.values.filter(Number.isFinite)
      if (values.length === 0 || !(datum.timestamp >= now() - keepMs)) return
      if (datum.timestamp > now() + aheadMs || (isCrowded() && !lines.has(idOf(datum)))) return
      const line = lineOf(datum)
      const at = Math.floor(datum.timestamp / resolutionMs) * resolutionMs
      let bucket = line.buckets.at(-1)
      if (bucket?.at !== at) {
        const place = firstFrom(line.buckets, at)
        bucket = line.buckets[place]
        if (bucket?.at !== at) {
          bucket = new Bucket(at)
          line.buckets.splice(place, 0, bucket)
          buckets += 1
        }
      }
      for (const value of values) bucket.add(value)
      makeRoom()
    },
    read(key, { stat, ...times }) {
      const { periodMs, whole = false } = times
      const statistic = statisticOf(stat)
      if (!whole && periodMs % resolutionMs !== 0) {
        throw new CannotEvaluate(
          `a period of ${periodMs / 1000} s is finer than what is kept here, ${resolutionMs / 1000} s`,
        )
      }
      const grid = gridOf(times)
      const line = lines.get(idOf(key))
      const values = periodsOf(line?.buckets ?? [], grid, needsValues(stat)).map(bucket =>
        bucket ? statistic(bucket) : null,
      )
      return { label: line?.label ?? labelOf(key), grid, values, metric: line?.key ?? key }
    },
    list: namespace =>
      (namespace === undefined ? [...lines.values()] : (namespaces.get(namespace) ?? [])).map(
        ({ key }) => key,
      ),
    oldest,
  }
}

/** What was measured in each period of a grid, in one. */
function periodsOf(
  buckets: readonly Bucket[],
  { from, periodMs, count }: Grid,
  withValues: boolean,
): Array<Bucket | undefined> {
  const periods = new Array<Bucket | undefined>(count).fill(undefined)
  // Those of the store stay as they are.
  const merged = new Set<Bucket>()
  const end = from + periodMs * count
  for (let i = firstFrom(buckets, from); i < buckets.length; i += 1) {
    const bucket = buckets[i] as Bucket
    if (bucket.at >= end) break
    const index = Math.floor((bucket.at - from) / periodMs)
    const before = periods[index]
    if (!before) {
      periods[index] = bucket
    } else if (merged.has(before)) {
      before.absorb(bucket, withValues)
    } else {
      const both = new Bucket(before.at)
      both.absorb(before, withValues)
      both.absorb(bucket, withValues)
      periods[index] = both
      merged.add(both)
    }
  }
  return periods
}

/** Index of the first bucket at or after a time. */
function firstFrom(buckets: readonly Bucket[], time: number): number {
  let low = 0
  let high = buckets.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((buckets[middle] as Bucket).at < time) low = middle + 1
    else high = middle
  }
  return low
}

const idOf = ({ namespace, name, dimensions }: MetricKey): string =>
  JSON.stringify([namespace, name, ...Object.entries(dimensions).sort(byName)])

const byName = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1)

/** As CloudWatch names the line of a search: the values of the dimensions, then the metric. */
const labelOf = ({ name, dimensions }: MetricKey): string => [...Object.values(dimensions), name].join(' ')
