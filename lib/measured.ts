import type { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { type DimensionsOf, type MetricProps, metricOf } from './metric-of.ts'

/** What every request through an API, a route or an upstream is measured by. Metrics are CDK's, for widgets and alarms of your own. */
export abstract class Measured extends Construct {
  /** Whose requests they are. */
  protected abstract readonly measured: DimensionsOf<'Requests'>

  /** Requests that reached the second door. Sum over 5 minutes unless stated. */
  metricRequests(props?: MetricProps): Metric {
    return metricOf('Requests', this.measured, props)
  }

  /** Of these, those that ended in a 5xx; 0 for each of the others, so the average is the share. Sum over 5 minutes unless stated. */
  metricErrors(props?: MetricProps): Metric {
    return metricOf('Errors', this.measured, props)
  }

  /** From the second door's first step to its last, in milliseconds. p90 over 5 minutes unless stated. */
  metricLatency(props?: MetricProps): Metric {
    return metricOf('Latency', this.measured, props)
  }

  /** What the gateway itself took: all but the wait for the upstream, in milliseconds. p90 over 5 minutes unless stated. */
  metricGatewayLatency(props?: MetricProps): Metric {
    return metricOf('GatewayLatency', this.measured, props)
  }

  /** The wait for the upstream, in milliseconds, of requests that got that far. p90 over 5 minutes unless stated. */
  metricUpstreamLatency(props?: MetricProps): Metric {
    return metricOf('UpstreamLatency', this.measured, props)
  }

  /** Requests that were sent to an upstream once more. Sum over 5 minutes unless stated. */
  metricUpstreamRetries(props?: MetricProps): Metric {
    return metricOf('UpstreamRetries', this.measured, props)
  }
}
