import { bandOf, type Expectation, historyMs, learn, learntAt } from './anomaly-band.ts'
import { CannotEvaluate } from './cannot-evaluate.ts'
import { type Expression, idsOf } from './expression.ts'
import { labelOfFound } from './labels.ts'
import { evaluate, linesOf, type MathScope } from './math.ts'
import { one, seriesOf, type Value } from './math-values.ts'
import { parseSearch, type Search } from './search.ts'
import { type Grid, gridOf, type Series } from './series.ts'
import type { MetricKey, MetricReader } from './store.ts'

/** One line of a graph or one part of an alarm: a metric, or an expression over the others. */
export type MetricQuery = {
  readonly id?: string
  readonly label?: string
  readonly periodMs: number
} & (
  | { readonly kind: 'metric'; readonly metric: MetricKey; readonly stat: string }
  | { readonly kind: 'expression'; readonly expression: Expression }
)

/** From when to when, in milliseconds since the epoch; and a period instead of each query's own. */
export interface Span {
  readonly from: number
  readonly to: number
  readonly periodMs?: number
  /** See `Times`. */
  readonly whole?: boolean
}

/** Evaluates queries that may name each other. */
export interface QueryEngine {
  /** The lines of one of them. Throws a `CannotEvaluate`. */
  readonly lines: (
    query: MetricQuery,
    among: readonly MetricQuery[],
    span: Span,
  ) => { readonly single: boolean; readonly series: readonly Series[] }
}

export type InsightMetric = (rule: string, metric: string, grid: Grid) => Series

const noInsights: InsightMetric = rule => {
  throw new CannotEvaluate(`no Contributor Insights rule ${rule} is known here`)
}

// Models and searches of one app; a page that asks for ever other ones must not fill the memory.
const keptMax = 1000

/** Reads what graphs and alarms ask for from any store of metrics. */
export function createQueryEngine(metrics: MetricReader, insight: InsightMetric = noInsights): QueryEngine {
  const models = createCache<Expectation>()
  const searches = createCache<Search>()

  /** All queries over one span. What several of them name is evaluated once. */
  function overSpan(among: readonly MetricQuery[], span: Span) {
    const known = new Map<string, Value>()

    const { from, to, whole = false } = span

    function resultOf(query: MetricQuery, under: readonly string[]): Value {
      const periodMs = span.periodMs ?? query.periodMs
      if (query.kind === 'metric') {
        return one(metrics.read(query.metric, { stat: query.stat, from, to, whole, periodMs }))
      }
      return evaluate(query.expression, scopeOf(periodMs, under))
    }

    function lookUp(id: string, under: readonly string[]): Value {
      const before = known.get(id)
      if (before) return before
      if (under.includes(id)) throw new CannotEvaluate(`${id} refers to itself`)
      const found = among.find(other => other.id === id)
      if (!found) throw new CannotEvaluate(`no metric or expression has the id ${id}`)
      const value = resultOf(found, [...under, id])
      known.set(id, value)
      return value
    }

    function scopeOf(periodMs: number, under: readonly string[]): MathScope {
      const grid = gridOf({ from, to, whole, periodMs })
      return {
        grid,
        lookUp: id => lookUp(id, under),
        metrics: () =>
          among.flatMap(other =>
            other.kind === 'metric'
              ? [{ id: other.id, series: labelled(seriesOf(resultOf(other, under), 'METRICS()'), other) }]
              : [],
          ),
        search(text, stat, periodSeconds) {
          const search = searches.get(text, () => parseSearch(text))
          const period = span.periodMs ?? (periodSeconds === undefined ? periodMs : periodSeconds * 1000)
          return metrics
            .list(search.namespace)
            .filter(search.matches)
            .map(key => ({
              ...metrics.read(key, { stat, from, to, whole, periodMs: period }),
              label: labelOfFound(key, text),
            }))
        },
        band(of, width) {
          const shown = seriesOf(evaluate(of, scopeOf(periodMs, under)), 'ANOMALY_DETECTION_BAND()')
          return bandOf(expectationOf(of, periodMs), shown, width)
        },
        insight: (rule, metric) => insight(rule, metric, grid),
      }
    }

    /** Learnt from the past alone: what is judged must not make itself usual. */
    function expectationOf(of: Expression, periodMs: number): Expectation {
      const begin = metrics.oldest()
      if (begin === undefined) return () => undefined
      const what = JSON.stringify([of, idsOf(of).map(id => among.find(other => other.id === id)), periodMs])
      return time => {
        const until = learntAt(time, begin)
        const model = models.get(`${until} ${what}`, () => {
          const past = { from: Math.max(begin, until - historyMs), to: until, periodMs }
          if (past.from >= until) return () => undefined
          const query = { kind: 'expression', expression: of, periodMs } as const
          return learn(seriesOf(overSpan(among, past).resultOf(query, []), 'ANOMALY_DETECTION_BAND()'))
        })
        return model(time)
      }
    }

    return { resultOf }
  }

  return {
    lines: (query, among, span) =>
      linesOf(overSpan(among, span).resultOf(query, query.id === undefined ? [] : [query.id])),
  }
}

const labelled = (series: Series, { label }: MetricQuery): Series =>
  label === undefined ? series : { ...series, label }

function createCache<Kept>() {
  const kept = new Map<string, Kept>()
  return {
    get(key: string, make: () => Kept): Kept {
      const found = kept.get(key)
      if (found !== undefined) return found
      const made = make()
      const [oldest] = kept.keys()
      if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest)
      kept.set(key, made)
      return made
    },
  }
}
