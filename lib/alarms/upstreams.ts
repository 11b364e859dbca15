import { headingOf } from '../dashboard/upstreams.ts'
import type { Gate } from '../gate.ts'
import { upstreamsOf } from '../upstreams-of.ts'
import { expression, oneMinute, sustained, type Together, type Watcher } from './watch.ts'

/** Of one upstream. A small one can be down without the API's error budget showing it. */
export function upstreamAlarms(watcher: Watcher, gate: Gate): Together[] {
  // As its functions name it; and in ids nothing but letters and digits.
  const upstream = gate.node.id
  const id = (what: string) => `${what} ${upstream}`
  const { upstreamErrors, upstreamLatencyMs } = watcher.declared
  const requests = gate.metricRequests()
  const first = `look at the overview dashboard, “${headingOf(gate, upstreamsOf(watcher.api))}”; then ask whoever runs it. \`sallyport control close\` spares it and its callers the wait.`
  const alarms: Together[] = []
  if (watcher.has('upstreamErrors')) {
    const alarm = watcher.watch(
      id('UpstreamErrors'),
      // Of one that is asked once a minute, a single failure is all of a minute's requests.
      expression('IF(errors >= 5, 100 * errors / requests, 0)', {
        errors: gate.metricErrors(),
        requests,
      }),
      {
        means: `${upstreamErrors} % of requests for ${upstream}, and five at least, end in a 5xx.`,
        first,
        section: 'upstreamErrors',
        threshold: upstreamErrors,
        ...sustained,
      },
    )
    alarms.push([alarm])
  }
  if (watcher.has('breakers') && hasBreaker(gate)) {
    const alarm = watcher.watch(
      id('BreakerOpen'),
      // Written when it opens, and with each probe in vain: while callers ask, every minute of an outage has one.
      gate.metricBreakerOpen({ period: oneMinute }),
      {
        means: `${upstream} keeps failing, so that some instances have stopped asking it: their callers get 503.`,
        first,
        section: 'breakers',
        threshold: 1,
        of: 30,
        periods: 3,
      },
    )
    alarms.push([alarm])
  }
  const most = upstreamLatencyMs.get(upstream)
  if (most !== undefined) {
    const alarm = watcher.watchLatency(
      id('UpstreamLatency'),
      { latency: gate.metricUpstreamLatency(), requests, leastRequests: 20 },
      {
        means: `one answer in ten of ${upstream} takes longer than the ${most} ms that were declared for it.`,
        first,
        section: 'upstreamLatency',
        threshold: most,
      },
    )
    alarms.push([alarm])
  }
  return alarms
}

const hasBreaker = ({ target }: Gate): boolean =>
  target.kind === 'http' && target.resilience.breaker.declared.kind === 'after'
