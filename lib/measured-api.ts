import type { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { MeasuredInputs } from './measured-inputs.ts'
import { type MetricProps, metricOf } from './metric-of.ts'

/** What an API as a whole is measured by, and no part of it is. */
export abstract class MeasuredApi extends MeasuredInputs {
  protected abstract override readonly measured: { readonly api: string }

  /** Refusals by either door, whatever the reason. Sum over 5 minutes unless stated. */
  metricAllDenied(props?: MetricProps): Metric {
    return metricOf('Denied', this.measured, props)
  }

  /** Refusals of a token as such (401), but for its age: what held until it expired is no attempt. Sum over 5 minutes unless stated. */
  metricTokensRejected(props?: MetricProps): Metric {
    return metricOf('TokensRejected', this.measured, props)
  }

  /** Refusals for a reason that somebody is to be woken for: `pages` in docs/errors.md. Sum over 5 minutes unless stated. */
  metricIncidents(props?: MetricProps): Metric {
    return metricOf('Incidents', this.measured, props)
  }

  /** Refusals that only someone inside, or in between, should be able to bring about. Sum over 5 minutes unless stated. */
  metricBreaches(props?: MetricProps): Metric {
    return metricOf('Breaches', this.measured, props)
  }

  /** Refusals that are callers' doing: tokens, permissions, origins, inputs; not limits, nor tokens that held until they expired. Sum over 5 minutes unless stated. */
  metricClientDenials(props?: MetricProps): Metric {
    return metricOf('ClientDenials', this.measured, props)
  }

  /** Write capacity of the state table that a request took, in write units. Sum over 5 minutes unless stated. */
  metricWriteUnits(props?: MetricProps): Metric {
    return metricOf('WriteUnits', this.measured, props)
  }

  /** The wait of a request for the state table, in milliseconds. p90 over 5 minutes unless stated. */
  metricStoreLatency(props?: MetricProps): Metric {
    return metricOf('StoreLatency', this.measured, props)
  }

  /** Calls to the state table that failed or came too late. Sum over 5 minutes unless stated. */
  metricStoreFailures(props?: MetricProps): Metric {
    return metricOf('StoreFailures', this.measured, props)
  }

  /** Instances of either door that answered their first request. Sum over 5 minutes unless stated. */
  metricColdStarts(props?: MetricProps): Metric {
    return metricOf('ColdStarts', this.measured, props)
  }

  /** What the first door took to answer a question, in milliseconds. p90 over 5 minutes unless stated. */
  metricAuthorizationLatency(props?: MetricProps): Metric {
    return metricOf('AuthorizationLatency', this.measured, props)
  }

  /** Age of the key set that a token was verified with, in seconds. Maximum over 5 minutes unless stated. */
  metricKeySetAge(props?: MetricProps): Metric {
    return metricOf('KeySetAge', this.measured, props)
  }

  /** Key sets of issuers that could not be had. Sum over 5 minutes unless stated. */
  metricKeyFetchFailures(props?: MetricProps): Metric {
    return metricOf('KeyFetchFailures', this.measured, props)
  }

  /** Tokens that were checked with keys that should have been renewed by then. Sum over 5 minutes unless stated. */
  metricStaleKeys(props?: MetricProps): Metric {
    return metricOf('StaleKeys', this.measured, props)
  }
}
