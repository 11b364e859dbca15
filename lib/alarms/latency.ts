import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { Together, Watcher } from './watch.ts'

/** What the gateway itself takes. How long upstreams take is not its fault, and watched apart (upstreams.ts). */
export function latencyAlarms(watcher: Watcher): Together[] {
  if (!watcher.has('gatewayLatency')) return []
  const { api } = watcher
  const alarm = watcher.watchLatency(
    'GatewayLatency',
    {
      latency: api.metricGatewayLatency({ statistic: Stats.p(99) }),
      requests: api.metricRequests(),
      // Of fewer, one in a hundred is none.
      leastRequests: 100,
    },
    {
      means: `one request in a hundred spends more than ${watcher.declared.gatewayLatencyMs} ms in the gateway itself, upstreams not counted.`,
      first:
        'look at the overview dashboard, “State table” and “Cold starts”: what the gateway waits for is one of the two, or a credential.',
      section: 'gatewayLatency',
      threshold: watcher.declared.gatewayLatencyMs,
    },
  )
  return [[alarm]]
}
