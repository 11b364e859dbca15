import { type IWidget, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { Gate } from '../gate.ts'
import { upstreamsOf } from '../upstreams-of.ts'
import type { ZeroTrustApi } from '../zero-trust-api.ts'
import { lines, search, top } from './search.ts'
import { colors, graph, quantiles, row, text } from './widgets.ts'

/** Beyond it a section for each would be more than anyone scrolls through, and 500 widgets are all that a dashboard has. */
const mostSections = 30

/** A section for each upstream; of many, those with most traffic, errors and waiting. */
export function upstreamSections(api: ZeroTrustApi): IWidget[] {
  const gates = upstreamsOf(api)
  if (gates.length === 0) return []
  return gates.length <= mostSections ? gates.flatMap(section) : foremost(api.apiName, gates.length)
}

/** Below which words an upstream is shown, of all that there are. */
export const headingOf = ({ node }: Gate, { length }: readonly Gate[]): string =>
  length <= mostSections ? `Upstream ${node.id}` : 'Upstreams'

const section = (gate: Gate): IWidget[] => [
  text(`## ${headingOf(gate, [gate])}`, 1),
  row(
    graph({
      title: 'Traffic: requests for it',
      unit: 'requests',
      left: [
        gate.metricRequests({ label: 'requests', color: colors.traffic }),
        gate.metricUpstreamRetries({ label: 'sent once more', color: colors.failing }),
      ],
    }),
    graph({
      title: 'Errors: requests that ended in a 5xx',
      unit: 'requests',
      left: [gate.metricErrors({ label: 'errors', color: colors.error })],
      right: { unit: '%', metrics: [errorRate(gate)] },
    }),
    quantiles('Latency: the wait for it', props => gate.metricUpstreamLatency(props)),
    graph({
      title: 'Circuit breaker opened; instances started',
      unit: 'times',
      left: [
        gate.metricBreakerOpen({ statistic: Stats.SUM, label: 'breaker opened', color: colors.error }),
        gate.metricColdStarts({ label: 'cold starts', color: colors.refused }),
      ],
    }),
  ),
]

/** In percent. */
const errorRate = (of: Gate): MathExpression =>
  new MathExpression({
    expression: '100 * errors / requests',
    usingMetrics: { errors: of.metricErrors(), requests: of.metricRequests() },
    label: 'error rate',
    color: colors.failing,
  })

const shown = 15

function foremost(api: string, count: number): IWidget[] {
  type Each = 'Requests' | 'Errors' | 'UpstreamLatency' | 'UpstreamRetries' | 'BreakerOpen'
  const each = (metric: Each, statistic: string, by: 'SUM' | 'MAX' = 'SUM') => [
    lines(top(shown, search(metric, ['api', 'upstream'], { api }, statistic), by), 'upstream'),
  ]
  return [
    text(`## Upstreams: of ${count}, the ${shown} with most of it`, 1),
    row(
      graph({ title: 'Traffic', unit: 'requests', left: each('Requests', 'Sum'), width: 12 }),
      graph({ title: 'Errors: 5xx', unit: 'requests', left: each('Errors', 'Sum'), width: 12 }),
    ),
    row(
      graph({
        title: 'Latency: p90 of the wait',
        unit: 'ms',
        left: each('UpstreamLatency', 'p90', 'MAX'),
        width: 12,
      }),
      graph({ title: 'Sent once more', unit: 'requests', left: each('UpstreamRetries', 'Sum') }),
      graph({ title: 'Circuit breaker opened', unit: 'times', left: each('BreakerOpen', 'Sum') }),
    ),
  ]
}
