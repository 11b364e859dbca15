import type { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Place, SurplusPlace } from '../contract/decision.ts'
import type { LimitLayer } from '../contract/limits.ts'
import { refusedIn, strippedIn } from '../contract/metrics.ts'
import type { ReasonCode } from '../contract/reasons.ts'
import { Measured } from './measured.ts'
import { type DimensionsOf, type MetricProps, metricOf } from './metric-of.ts'

/** What an API and each of its routes are measured by, and an upstream is not: what was refused, left behind and counted. */
export abstract class MeasuredInputs extends Measured {
  protected abstract override readonly measured: DimensionsOf<'RefusedBody'>

  /** Refusals for one reason, by either door. Sum over 5 minutes unless stated. */
  metricDenied(reason: ReasonCode, props?: MetricProps): Metric {
    return metricOf('Denied', { ...this.measured, reason }, props)
  }

  /** How much of the nearest limit of a layer was used, after each request, in percent. Maximum over 5 minutes unless stated. */
  metricLimitUse(layer: LimitLayer, props?: MetricProps): Metric {
    return metricOf('LimitUse', { ...this.measured, layer }, props)
  }

  /** Requests refused for what stood in one place, or answers refused (`output`). Sum over 5 minutes unless stated. */
  metricRefused(place: Place | 'output', props?: MetricProps): Metric {
    return metricOf(refusedIn[place], this.measured, props)
  }

  /** What was left behind undeclared: parameters, headers, cookies, members. Sum over 5 minutes unless stated. */
  metricStripped(place: SurplusPlace, props?: MetricProps): Metric {
    return metricOf(strippedIn[place], this.measured, props)
  }

  /** Requests that passed uncounted, as declared, while the state table could not answer. Sum over 5 minutes unless stated. */
  metricUncounted(props?: MetricProps): Metric {
    return metricOf('Uncounted', this.measured, props)
  }

  /** Questions to the first door: those that API Gateway's cache of its answers did not spare. Sum over 5 minutes unless stated. */
  metricAuthorizations(props?: MetricProps): Metric {
    return metricOf('Authorizations', this.measured, props)
  }
}
