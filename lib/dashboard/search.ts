import { SearchExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { awsMetrics } from '../../contract/aws-metrics.ts'
import {
  type Dimension,
  type MetricName,
  metricNamespace,
  metricService,
  type metrics,
} from '../../contract/metrics.ts'

/** Which series a search finds: one value, or one of several, of each dimension that it names. */
type Terms = Readonly<Partial<Record<Dimension, string | readonly string[]>>>

// Whatever has routes in it is found by search, so a dashboard stays the same size whatever their number. Limits of AWS's: an expression
// has at most 1,024 characters and finds at most 500 series, of what was reported within the last two weeks.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
// The period is the widget's.

/** Series of one of our metrics, by one of the sets of dimensions that functions emit it with. */
export function search<Name extends MetricName>(
  metric: Name,
  by: (typeof metrics)[Name]['by'][number],
  terms: Terms,
  statistic: string,
): string {
  const wanted = Object.entries({ service: metricService, ...terms }).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? exactly(value) : anyOf(value ?? [])}`,
  )
  const schema = [metricNamespace, 'service', ...by].join(',')
  return `SEARCH('{${schema}} MetricName="${metric}" ${wanted.join(' ')}', '${statistic}')`
}

/** Series of a metric of AWS's. */
export const searchAws = <Namespace extends keyof typeof awsMetrics>(
  namespace: Namespace,
  metric: (typeof awsMetrics)[Namespace]['metrics'][number],
  dimensions: readonly string[],
  terms: readonly string[],
  statistic: string,
): string =>
  `SEARCH('{${[namespace, ...dimensions].join(',')}} ${[`MetricName="${metric}"`, ...terms].join(' ')}', '${statistic}')`

export const exactly = (value: string): string => `"${value}"`
const anyOf = (values: readonly string[]): string => `(${values.map(exactly).join(' OR ')})`

/** The first so many of what is found, most of it first. */
export const top = (most: number, found: string, by: 'SUM' | 'MAX' = 'SUM'): string =>
  `SLICE(SORT(${found}, ${by}, DESC), 0, ${most})`

/** Lines of a graph: each named by its own value of a dimension. Not their sum: AWS does not say what that is where nothing is found. */
export const lines = (
  expression: string,
  dimension: Dimension | 'FunctionName' | 'LogGroupName' | 'Rule',
  label = '',
): SearchExpression => new SearchExpression({ expression, label: `${label}$\{PROP('Dim.${dimension}')}` })
