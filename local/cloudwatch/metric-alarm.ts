import { type AlarmRule, evaluationRange, type MissingData, stateOf, type Verdict } from './alarm-state.ts'
import { CannotEvaluate } from './cannot-evaluate.ts'
import { parseExpression } from './expression.ts'
import { searches } from './math.ts'
import type { MetricQuery, QueryEngine, Span } from './queries.ts'
import type { Series } from './series.ts'
import type { StateValue } from './status.ts'
import type { MetricKey, MetricReader } from './store.ts'
import type { WidgetLine } from './widget-lines.ts'

type Properties = Readonly<Record<string, unknown>>

/** What an alarm over metrics finds at one time; `state` is undefined where it keeps the one it has. */
export interface Finding {
  readonly state: StateValue | undefined
  readonly reason: string
}

/** Evaluates as of a time in milliseconds since the epoch. Throws a `CannotEvaluate`. */
export type MetricAlarm = (at: number) => Finding

/** Whether a value breaches its limits; one that is not known is never breached. */
interface Comparison {
  readonly words: string
  readonly breaches: (value: number, low: number | null, high: number | null) => boolean
}

const above = (value: number, limit: number | null) => limit !== null && value > limit
const below = (value: number, limit: number | null) => limit !== null && value < limit

const comparisons: Readonly<Record<string, Comparison>> = {
  GreaterThanThreshold: { words: 'greater than', breaches: (value, _, high) => above(value, high) },
  GreaterThanOrEqualToThreshold: {
    words: 'greater than or equal to',
    breaches: (value, _, high) => high !== null && value >= high,
  },
  LessThanThreshold: { words: 'less than', breaches: (value, low) => below(value, low) },
  LessThanOrEqualToThreshold: {
    words: 'less than or equal to',
    breaches: (value, low) => low !== null && value <= low,
  },
  GreaterThanUpperThreshold: {
    words: 'above',
    breaches: (value, _, high) => above(value, high),
  },
  LessThanLowerThreshold: { words: 'below', breaches: (value, low) => below(value, low) },
  LessThanLowerOrGreaterThanUpperThreshold: {
    words: 'outside of',
    breaches: (value, low, high) => below(value, low) || above(value, high),
  },
}

// Others would change what an alarm says; those that are missing here do not.
const notEvaluated = ['EvaluationCriteria', 'EvaluationInterval', 'EvaluationWindow']

/** Reads `AWS::CloudWatch::Alarm`. Throws a `CannotEvaluate` for what it cannot evaluate. */
export function readMetricAlarm(
  properties: Properties,
  engine: QueryEngine,
  metrics: MetricReader,
): MetricAlarm {
  const unknown = notEvaluated.find(name => properties[name] !== undefined)
  if (unknown !== undefined) throw new CannotEvaluate(`${unknown} is not evaluated here`)
  const rule = readRule(properties)
  const comparison = comparisons[String(properties.ComparisonOperator)]
  if (!comparison) {
    throw new CannotEvaluate(`the comparison ${String(properties.ComparisonOperator)} is not known here`)
  }
  const queries = readQueries(properties)
  const limitId = properties.ThresholdMetricId
  const limit = limitId === undefined ? undefined : queries.find(({ id }) => id === limitId)
  if (limitId !== undefined && !limit) throw new CannotEvaluate(`no metric has the id ${String(limitId)}`)
  const threshold = Number(properties.Threshold)
  if (!limit && !Number.isFinite(threshold)) throw new CannotEvaluate('it has no threshold')
  const judged = queries.find(query => query !== limit && query.returned)
  if (!judged) throw new CannotEvaluate('none of its metrics is the one to judge')
  const tooFew = readLowSampleCount(properties, metrics)
  const { periodMs } = judged
  const count = evaluationRange(rule)

  return at => {
    const to = Math.floor(at / periodMs) * periodMs
    const span = { from: to - count * periodMs, to }
    const { values } = only(engine.lines(judged, queries, span).series)
    const [high, low] = limit ? limitsOf(limit, span) : [undefined, undefined]
    const verdicts = values.map((value, index): Verdict => {
      if (value === null) return null
      const [most, least] = high
        ? [high.values[index] ?? null, (low ?? high).values[index] ?? null]
        : [threshold, threshold]
      // Where no band is known yet, there is nothing to judge by.
      if (most === null || least === null) return null
      return comparison.breaches(value, least, most) ? 'breaching' : 'within'
    })
    if (tooFew?.({ ...span, from: to - rule.evaluationPeriods * periodMs })) {
      return { state: undefined, reason: 'too few samples for a percentile' }
    }
    const state = stateOf(verdicts, rule)
    return {
      state,
      reason: reasonOf(verdicts, values, `${comparison.words} ${limit ? 'the band' : threshold}`),
    }
  }

  function limitsOf(of: MetricQuery, span: Span): readonly [Series, Series | undefined] {
    const { series } = engine.lines(of, queries, span)
    const [first, second] = series
    if (!first) throw new CannotEvaluate('its threshold has no time series')
    return [first, second]
  }

  function reasonOf(verdicts: readonly Verdict[], values: Series['values'], limits: string): string {
    const real = values.flatMap((value, index) =>
      value === null || verdicts[index] === null ? [] : [{ value, verdict: verdicts[index] }],
    )
    const latest = real.slice(-rule.evaluationPeriods)
    if (latest.length === 0) {
      const taken = rule.treatMissingData === 'missing' ? '' : `, taken as ${rule.treatMissingData}`
      return `No data points in ${rule.evaluationPeriods} × ${periodMs / 1000} s${taken}.`
    }
    const breaching = latest.filter(({ verdict }) => verdict === 'breaching')
    const shown = latest.map(({ value }) => Number(value.toPrecision(6))).join(', ')
    return `${breaching.length} of the last ${rule.evaluationPeriods} data points (${shown}) ${breaching.length === 1 ? 'was' : 'were'} ${limits}; it takes ${rule.datapointsToAlarm}.`
  }
}

/** What an alarm watches, as the lines of a graph: its metrics and its threshold. */
export function readAlarmLines(properties: Properties): readonly WidgetLine[] {
  const queries = readQueries(properties)
  const [{ periodMs } = { periodMs: 60_000 }] = queries
  const lines = queries.map(({ returned, ...query }) => ({
    query,
    looks: { visible: returned, yAxis: 'left' as const, written: query.id ?? '' },
  }))
  const threshold = Number(properties.Threshold)
  if (!Number.isFinite(threshold)) return lines
  const expression = parseExpression(`TIME_SERIES(${threshold})`)
  return [
    ...lines,
    {
      query: { kind: 'expression', expression, periodMs, label: 'threshold' },
      looks: { visible: true, yAxis: 'left', written: 'threshold' },
    },
  ]
}

function only(series: readonly Series[]): Series {
  const [first] = series
  if (series.length !== 1 || !first) {
    throw new CannotEvaluate(`an alarm watches one time series, and its expression has ${series.length}`)
  }
  return first
}

function readRule(properties: Properties): AlarmRule {
  const {
    EvaluationPeriods,
    DatapointsToAlarm = EvaluationPeriods,
    TreatMissingData = 'missing',
  } = properties
  const [evaluationPeriods, datapointsToAlarm] = [Number(EvaluationPeriods), Number(DatapointsToAlarm)]
  if (!(datapointsToAlarm >= 1 && datapointsToAlarm <= evaluationPeriods)) {
    throw new CannotEvaluate(
      `${String(DatapointsToAlarm)} of ${String(EvaluationPeriods)} data points cannot be asked for`,
    )
  }
  const treatMissingData = missingData.find(each => each === TreatMissingData)
  if (!treatMissingData) {
    throw new CannotEvaluate(`missing data cannot be taken as ${String(TreatMissingData)}`)
  }
  return { evaluationPeriods, datapointsToAlarm, treatMissingData }
}

const missingData: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching']

type AlarmQuery = MetricQuery & { readonly returned: boolean }

function readQueries(properties: Properties): readonly AlarmQuery[] {
  const { Metrics, Period, Statistic, ExtendedStatistic } = properties
  if (!Array.isArray(Metrics)) {
    const stat = String(Statistic ?? ExtendedStatistic)
    const metric = metricOf(properties)
    return [{ kind: 'metric', metric, stat, periodMs: Number(Period) * 1000, returned: true }]
  }
  const all = Metrics as readonly Properties[]
  const periods = all.flatMap(({ MetricStat, Period: own }) => {
    const { Period: ofMetric } = Object(MetricStat) as Properties
    return [ofMetric ?? own].filter(period => period !== undefined).map(period => Number(period) * 1000)
  })
  // Expressions take the period of the metrics they are made of; CloudWatch refuses alarms over several periods.
  const [periodMs = 60_000] = periods
  if (periods.some(period => period !== periodMs)) {
    throw new CannotEvaluate('its metrics have different periods')
  }
  return all.map(({ Id, Expression, MetricStat, ReturnData, AccountId }) => {
    if (AccountId !== undefined) throw new CannotEvaluate('metrics of other accounts are not here')
    const shared = { id: String(Id), periodMs, returned: ReturnData !== false }
    if (Expression === undefined) {
      const { Metric, Stat } = Object(MetricStat) as Properties
      return { ...shared, kind: 'metric', metric: metricOf(Object(Metric)), stat: String(Stat) }
    }
    const expression = parseExpression(String(Expression))
    if (searches(expression)) throw new CannotEvaluate('an alarm cannot be based on SEARCH')
    return { ...shared, kind: 'expression', expression }
  })
}

function metricOf({ Namespace, MetricName, Dimensions }: Properties): MetricKey {
  const dimensions = ((Dimensions ?? []) as readonly Properties[]).map(
    ({ Name, Value }): [string, string] => [String(Name), String(Value)],
  )
  if (Namespace === undefined || MetricName === undefined) throw new CannotEvaluate('it names no metric')
  return {
    namespace: String(Namespace),
    name: String(MetricName),
    dimensions: Object.fromEntries(dimensions),
  }
}

/** Whether there are too few samples for a percentile to mean anything, where the alarm is to wait then. */
function readLowSampleCount(
  properties: Properties,
  metrics: MetricReader,
): ((span: Span) => boolean) | undefined {
  const percent = Number(/^p([\d.]+)$/.exec(String(properties.ExtendedStatistic))?.[1])
  if (properties.EvaluateLowSampleCountPercentile !== 'ignore' || !Number.isFinite(percent)) return undefined
  const share = percent / 100
  const least = share >= 0.5 ? 10 / (1 - share) : 10 / share
  const metric = metricOf(properties)
  const periodMs = Number(properties.Period) * 1000
  return ({ from, to }) => {
    const { values } = metrics.read(metric, { stat: 'SampleCount', periodMs, from, to })
    return values.reduce<number>((sum, value) => sum + (value ?? 0), 0) < least
  }
}
