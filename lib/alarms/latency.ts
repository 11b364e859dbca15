import { ComparisonOperator, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { metricOf } from '../metric-of.ts'
import { expression, type Together, type Watcher } from './watch.ts'

/** What the gateway itself takes. How long upstreams take is not its fault, and watched apart (upstreams.ts). */
export function latencyAlarms(watcher: Watcher): Together[] {
  if (!watcher.has('gatewayLatency')) return []
  const alarm = watcher.watch(
    'GatewayLatency',
    // Of fewer than a hundred requests, one in a hundred is none.
    expression('IF(requests >= 100, latency, 0)', {
      latency: metricOf('GatewayLatency', watcher.all, { statistic: Stats.p(99) }),
      requests: metricOf('Requests', watcher.all, { statistic: Stats.SUM }),
    }),
    {
      means: `one request in a hundred spends more than ${watcher.declared.gatewayLatencyMs} ms in the gateway itself, upstreams not counted.`,
      first:
        'look at the overview dashboard, “State table” and “Cold starts”: what the gateway waits for is one of the two, or a credential.',
      section: 'gatewayLatency',
      threshold: watcher.declared.gatewayLatencyMs,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      of: 6,
      periods: 3,
    },
  )
  return [[alarm]]
}
