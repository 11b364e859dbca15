import { Duration } from 'aws-cdk-lib'
import type { CfnStage } from 'aws-cdk-lib/aws-apigateway'
import {
  Alarm,
  type AlarmBase,
  AnomalyDetectionAlarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { awsMetrics } from '../../contract/aws-metrics.ts'
import { type Dimension, metricNamespace, metricService, type metrics } from '../../contract/metrics.ts'
import type { AlarmName, DeclaredAlarms } from '../declare/alarms-props.ts'
import type { ZeroTrustApi } from '../zero-trust-api.ts'

/** Alarms that mean something only together. */
export type Together = readonly AlarmBase[]

/** What one who is woken reads, and how long something must last before anyone is. */
export interface Watch {
  /** What is wrong. */
  readonly means: string
  /** What to do before anything else. */
  readonly first: string
  /** The section of docs/alarms.md. */
  readonly section: AlarmName | 'upstreamLatency'
  readonly threshold: number
  /** Of so many periods… */
  readonly of?: number
  /** …so many must be beyond the threshold. */
  readonly periods?: number
  readonly comparison?: ComparisonOperator
}

/**
 * Ten minutes of half an hour. No hiccup wakes anyone; and what goes up and down around its threshold wakes somebody once: the alarm is over
 * only when the half hour has passed.
 */
export const sustained = { of: 6, periods: 2 } as const
/** The same, for what can be told of a single minute: five minutes of half an hour. */
export const someMinutes = { of: 30, periods: 5 } as const
export const oneMinute = Duration.minutes(1)
export const fiveMinutes = Duration.minutes(5)

type Namespace = keyof typeof awsMetrics

/** Makes the alarms of one API. None of them acts by itself: that is up to the two pages. */
export class Watcher {
  readonly api: ZeroTrustApi
  readonly declared: DeclaredAlarms
  readonly alarms: AlarmBase[] = []
  readonly #scope: Construct

  constructor(scope: Construct, api: ZeroTrustApi, declared: DeclaredAlarms) {
    this.#scope = scope
    this.api = api
    this.declared = declared
  }

  has(name: AlarmName): boolean {
    return !this.declared.without.has(name)
  }

  /**
   * One of ours, as functions emit it. An alarm cannot search, so only sets of dimensions whose values are all known serve.
   *
   * @param more values of dimensions beside `api`
   */
  metric(
    metricName: keyof typeof metrics,
    statistic: string,
    more: Partial<Record<Exclude<Dimension, 'api'>, string>> = {},
  ): Metric {
    return new Metric({
      namespace: metricNamespace,
      metricName,
      dimensionsMap: { service: metricService, api: this.api.apiName, ...more },
      statistic,
      period: fiveMinutes,
    })
  }

  /** One of AWS's own. */
  aws<N extends Namespace>(
    namespace: N,
    metricName: (typeof awsMetrics)[N]['metrics'][number],
    statistic: string,
    dimensionsMap: { readonly [Name in (typeof awsMetrics)[N]['dimensions'][number]]?: string } & Record<
      string,
      string
    >,
  ): Metric {
    return new Metric({ namespace, metricName, dimensionsMap, statistic, period: fiveMinutes })
  }

  /** What API Gateway says of the API's stage. */
  stage(metricName: (typeof awsMetrics)['AWS/ApiGateway']['metrics'][number], statistic: string): Metric {
    const stage = this.api.restApi.deploymentStage.node.defaultChild as CfnStage
    // As it is: a reference would tie the stacks, and the dimension is the name.
    return this.aws('AWS/ApiGateway', metricName, statistic, {
      ApiName: this.api.apiName,
      Stage: String(stage.stageName),
    })
  }

  /** An alarm on a metric, or on an expression over some of them. It stays quiet while there is nothing to judge: nobody calls. */
  watch(id: string, metric: IMetric, given: Watch): Alarm {
    const { threshold, of = 1, periods = of, comparison } = given
    const alarm = new Alarm(this.#scope, id, {
      metric,
      threshold,
      evaluationPeriods: of,
      datapointsToAlarm: periods,
      comparisonOperator: comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: this.#describe(given),
    })
    this.alarms.push(alarm)
    return alarm
  }

  /** An alarm on what is above the usual, as AWS has learned it. */
  watchUsual(id: string, metric: Metric, given: Omit<Watch, 'threshold'> & { deviations: number }): Alarm {
    const { deviations, of = 1, periods = of } = given
    const alarm = new AnomalyDetectionAlarm(this.#scope, id, {
      metric,
      stdDevs: deviations,
      evaluationPeriods: of,
      datapointsToAlarm: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_UPPER_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: this.#describe(given),
    })
    this.alarms.push(alarm)
    return alarm
  }

  #describe({ means, first, section }: Pick<Watch, 'means' | 'first' | 'section'>): string {
    return `${this.api.apiName}: ${means} First: ${first} More: docs/alarms.md#${section.toLowerCase()}`
  }
}

/** An expression over metrics, all of one period. */
export const expression = (
  text: string,
  usingMetrics: Record<string, IMetric>,
  period = fiveMinutes,
): MathExpression => new MathExpression({ expression: text, usingMetrics, period, label: '' })
