import { CannotEvaluate } from './cannot-evaluate.ts'
import { callsOf, type Expression } from './expression.ts'
import { constant, mathFunctions } from './math-functions.ts'
import { arrayOf, combine, many, numberOf, one, scalar, seriesOf, type Value } from './math-values.ts'
import type { Grid, Series } from './series.ts'

/** Where an expression's ids and searches lead. */
export interface MathScope {
  /** The times that the expression is evaluated at. */
  readonly grid: Grid
  /** What this id stands for. Throws a `CannotEvaluate` for one that is not known. */
  readonly lookUp: (id: string) => Value
  /** All metrics beside the expression, with their ids. */
  readonly metrics: () => ReadonlyArray<{ readonly id: string | undefined; readonly series: Series }>
  readonly search: (query: string, stat: string, periodSeconds?: number) => readonly Series[]
  /** Upper and lower limit of what is to be expected of a value, `width` deviations apart from its middle. */
  readonly band: (of: Expression, width: number) => readonly [Series, Series]
  /** A number of a Contributor Insights rule: `UniqueContributors`, `Sum`, …. */
  readonly insight: (rule: string, metric: string) => Series
}

/** Evaluates metric math. Throws a `CannotEvaluate` for a function that is not known here, and for arguments it does not take. */
export function evaluate(expression: Expression, scope: MathScope): Value {
  switch (expression.kind) {
    case 'number':
      return scalar(expression.value)
    case 'text':
      return { kind: 'text', text: expression.value }
    case 'word':
      return { kind: 'word', word: expression.word }
    case 'id':
      return scope.lookUp(expression.id)
    case 'list':
      return many(expression.items.flatMap(item => arrayOf(evaluate(item, scope), '[…]')))
    case 'negate':
      return combine('*', scalar(-1), evaluate(expression.of, scope))
    case 'binary':
      return combine(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope))
    case 'call':
      return call(expression, scope)
  }
}

function call({ name, args }: Expression & { kind: 'call' }, scope: MathScope): Value {
  if (Object.hasOwn(scoped, name)) return (scoped[name] as ScopedFunction)(args, scope)
  const fn = Object.hasOwn(mathFunctions, name) ? mathFunctions[name] : undefined
  if (!fn) throw new CannotEvaluate(`${name}() is not known here`)
  return fn(
    args.map(arg => evaluate(arg, scope)),
    name,
  )
}

type ScopedFunction = (args: readonly Expression[], scope: MathScope) => Value

const textOf = (expression: Expression | undefined, at: string): string => {
  if (expression?.kind === 'text') return expression.value
  throw new CannotEvaluate(`${at} takes a text in quotes`)
}

/** Functions that look beyond their arguments. */
const scoped: Readonly<Record<string, ScopedFunction>> = {
  METRICS: ([filter], scope) => {
    const part = filter === undefined ? '' : textOf(filter, 'METRICS()')
    const found = scope.metrics().filter(({ id }) => part === '' || id?.includes(part))
    return many(found.map(({ series }) => series))
  },
  SEARCH: ([query, stat, period], scope) =>
    many(
      scope.search(
        textOf(query, 'SEARCH()'),
        textOf(stat, 'SEARCH()'),
        period === undefined ? undefined : numberOf(evaluate(period, scope), 'SEARCH()'),
      ),
    ),
  PERIOD: ([of], scope) => {
    if (of?.kind !== 'id') throw new CannotEvaluate('PERIOD() takes the id of a metric')
    return scalar(seriesOf(scope.lookUp(of.id), 'PERIOD()').grid.periodMs / 1000)
  },
  TIME_SERIES: ([value], scope) =>
    one(
      constant(
        scope.grid,
        numberOf(value === undefined ? undefined : evaluate(value, scope), 'TIME_SERIES()'),
      ),
    ),
  ANOMALY_DETECTION_BAND: ([of, width], scope) => {
    if (!of) throw new CannotEvaluate('ANOMALY_DETECTION_BAND() takes a metric')
    const deviations = width === undefined ? 2 : numberOf(evaluate(width, scope), 'ANOMALY_DETECTION_BAND()')
    return many(scope.band(of, deviations))
  },
  INSIGHT_RULE_METRIC: ([rule, metric], scope) =>
    one(scope.insight(textOf(rule, 'INSIGHT_RULE_METRIC()'), wordOrText(metric, 'INSIGHT_RULE_METRIC()'))),
}

const wordOrText = (expression: Expression | undefined, at: string): string =>
  expression?.kind === 'word' ? expression.word : textOf(expression, at)

/** What an expression draws: one or several lines. A number alone is none, as in CloudWatch. */
export function linesOf(value: Value): { readonly single: boolean; readonly series: readonly Series[] } {
  if (value.kind === 'series') return { single: true, series: [value.series] }
  if (value.kind === 'array') return { single: false, series: value.array }
  throw new CannotEvaluate('an expression must come to a time series; a number alone is none')
}

/** Whether an expression searches: no alarm may. */
export const searches = (expression: Expression): boolean => callsOf(expression, 'SEARCH').length > 0
