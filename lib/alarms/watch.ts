import { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  type AlarmBase,
  AnomalyDetectionAlarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
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

/**
 * Makes the alarms of one API. None of them acts by itself: that is up to the two pages. An alarm cannot search, so only metrics of the API
 * and of its upstreams serve.
 */
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

  /** An alarm on a percentile of a latency, over 15 of 30 minutes. Of fewer requests in five minutes it would say nothing. */
  watchLatency(
    id: string,
    of: { readonly latency: Metric; readonly requests: Metric; readonly leastRequests: number },
    given: Pick<Watch, 'means' | 'first' | 'section' | 'threshold'>,
  ): Alarm {
    const { latency, requests, leastRequests } = of
    const slow = expression(`IF(requests >= ${leastRequests}, latency, 0)`, { latency, requests })
    return this.watch(id, slow, {
      ...given,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      of: 6,
      periods: 3,
    })
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
