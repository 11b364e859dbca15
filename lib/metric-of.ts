import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import {
  type Dimension,
  type MetricName,
  metricNamespace,
  metricService,
  type metrics,
  metrics as table,
} from '../contract/metrics.ts'

/** Beside what the metric is of: statistic, period, label, colour. */
export type MetricProps = Omit<MetricOptions, 'dimensionsMap'>

type Values<Set> = Set extends readonly Dimension[] ? { readonly [D in Set[number]]: string } : never

/** What a metric can be asked for by: one of its sets of dimensions, with a value for each. */
export type DimensionsOf<Name extends MetricName> = Values<(typeof metrics)[Name]['by'][number]>

const usual = {
  Count: Stats.SUM,
  Milliseconds: Stats.p(90),
  Seconds: Stats.MAXIMUM,
  Percent: Stats.MAXIMUM,
} as const

/**
 * A metric that functions emit, of these dimensions and of no others: it is in the table, or it does not compile.
 * Without a statistic: the sum of what is counted, p90 of what takes milliseconds, else the maximum. Over 5 minutes unless stated.
 */
export const metricOf = <Name extends MetricName>(
  name: Name,
  dimensions: DimensionsOf<Name>,
  props: MetricProps = {},
): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName: name,
    dimensionsMap: { service: metricService, ...(dimensions as Readonly<Record<string, string>>) },
    statistic: usual[table[name].unit],
    ...props,
  })
