import { type IWidget, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { isCallersOwn, limitLayers } from '../../contract/limits.ts'
import { stageMetric } from '../aws-metric.ts'
import type { ZeroTrustApi } from '../zero-trust-api.ts'
import { deniedByKind, deniedByReason } from './denials.ts'
import { lines, search, searchAws, top } from './search.ts'
import { wordsOfStack } from './shown-api.ts'
import { colors, graph, numbers, quantiles, row, text } from './widgets.ts'

/** The four golden signals of an API, and which routes and refusals they come from. */
export const overview = (api: ZeroTrustApi): IWidget[] => [
  text(head(api.apiName), 4),
  row(
    numbers('Traffic', [stageMetric(api, 'Count', { statistic: Stats.SUM, label: 'requests' })], 6),
    numbers('Errors', [failedRate(api, '% of requests')], 6),
    numbers('Latency', [api.metricLatency({ label: 'p90, ms' })], 6),
    numbers('Refused', [api.metricAllDenied({ label: 'requests' })], 6),
  ),
  ...trafficAndErrors(api),
  ...latencies(api),
  text('## Saturation: what is nearly used up', 1),
  ...saturation(api),
  text('## Refusals: what callers were told no for', 1),
  ...refusals(api),
  text(`## Routes: the ${shown} with most of it`, 1),
  routes(api.apiName),
]

const head = (api: string): string =>
  [
    `# ${api}: overview`,
    '**Look at first:** *Errors* and the alarms. Red is for us or an upstream to mend; grey and blue is the gateway refusing what it should.',
    'Errors in one upstream’s section only: it is that upstream. In all of them, with the state table’s failures: it is the table. Latency of the gateway’s own, with cold starts: a deploy.',
    'More: `docs/dashboards.md`, reasons in `docs/errors.md`.',
  ].join('\n\n')

/** In percent, and by API Gateway's count: a door that does not start counts nothing itself. */
const failedRate = (api: ZeroTrustApi, label: string): MathExpression =>
  new MathExpression({
    expression: '100 * failed / asked',
    usingMetrics: {
      failed: stageMetric(api, '5XXError', { statistic: Stats.SUM }),
      asked: stageMetric(api, 'Count', { statistic: Stats.SUM }),
    },
    label,
    color: colors.failing,
  })

const trafficAndErrors = (api: ZeroTrustApi): IWidget[] => [
  row(
    graph({
      title: 'Traffic: requests',
      unit: 'requests',
      left: [
        stageMetric(api, 'Count', {
          statistic: Stats.SUM,
          label: 'asked of API Gateway',
          color: colors.gateway,
        }),
        api.metricRequests({ label: 'past the first door', color: colors.traffic }),
        api.metricAllDenied({ label: 'refused by a door', color: colors.refused }),
      ],
      width: 12,
    }),
    graph({
      title: 'Errors: requests that ended in a 5xx',
      unit: 'requests',
      left: [
        api.metricErrors({ label: 'answered by the second door', color: colors.error }),
        stageMetric(api, '5XXError', {
          statistic: Stats.SUM,
          label: 'as callers see them: also of a door that did not answer',
          color: '#7c2718',
        }),
      ],
      right: { unit: '%', metrics: [failedRate(api, 'share of requests')] },
      width: 12,
    }),
  ),
]

const latencies = (api: ZeroTrustApi): IWidget[] => [
  row(
    quantiles('Latency: second door, all of it', props => api.metricLatency(props)),
    quantiles('Latency: the gateway’s own', props => api.metricGatewayLatency(props)),
    quantiles('Latency: waiting for upstreams', props => api.metricUpstreamLatency(props)),
    quantiles('Latency: first door, tokens not in its cache', props => api.metricAuthorizationLatency(props)),
  ),
]

function saturation(api: ZeroTrustApi): IWidget[] {
  const stack = wordsOfStack(api)
  const functions = (metric: 'ConcurrentExecutions' | 'Throttles', statistic: string) =>
    searchAws('AWS/Lambda', metric, ['FunctionName'], [`FunctionName=${stack}`], statistic)
  const limits = (own: boolean, statistic: string) =>
    limitLayers
      .filter(layer => isCallersOwn(layer) === own)
      .map((layer, i) => api.metricLimitUse(layer, { statistic, label: layer, color: colors.places[i] }))
  return [
    row(
      graph({
        title: 'Limits that callers share: most used',
        unit: '% of the limit',
        left: limits(false, Stats.MAXIMUM),
      }),
      graph({ title: 'Limits of each caller: p90', unit: '% of the limit', left: limits(true, Stats.p(90)) }),
      graph({
        title: `Functions of ${stack} running at once`,
        unit: 'instances',
        left: [lines(functions('ConcurrentExecutions', 'Maximum'), 'FunctionName')],
        right: {
          unit: 'invocations',
          metrics: [lines(functions('Throttles', 'Sum'), 'FunctionName', 'refused: ')],
        },
      }),
      graph({
        title: 'Circuit breakers opened, by upstream',
        unit: 'times',
        left: [lines(search('BreakerOpen', ['api', 'upstream'], { api: api.apiName }, 'Sum'), 'upstream')],
      }),
    ),
    row(
      quantiles('State table: the wait for it', props => api.metricStoreLatency(props)),
      graph({
        title: 'State table: failures',
        unit: 'times',
        left: [
          api.metricStoreFailures({ label: 'calls that failed', color: colors.error }),
          api.metricUncounted({
            label: 'requests let through uncounted, as declared',
            color: colors.failing,
          }),
        ],
      }),
      graph({
        title: 'State table: write units',
        unit: 'write units',
        left: [api.metricWriteUnits({ label: 'write units', color: colors.traffic })],
        right: {
          unit: 'per request',
          metrics: [
            new MathExpression({
              expression: 'units / requests',
              usingMetrics: { units: api.metricWriteUnits(), requests: api.metricRequests() },
              label: 'per request',
              color: colors.refused,
            }),
          ],
        },
      }),
      graph({
        title: 'Cold starts of both doors',
        unit: 'instances',
        left: [api.metricColdStarts({ label: 'cold starts', color: colors.refused })],
      }),
    ),
  ]
}

const refusals = (api: ZeroTrustApi): IWidget[] => [
  row(
    graph({
      title: 'Refused, by kind',
      unit: 'requests',
      left: deniedByKind(api),
      stacked: true,
      width: 12,
    }),
    graph({
      title: `Refused, the ${shown} most frequent reasons`,
      unit: 'requests',
      left: [lines(top(shown, deniedByReason(api.apiName)), 'reason')],
      width: 12,
    }),
  ),
]

const shown = 10

function routes(api: string): IWidget {
  const foremost = (metric: 'Requests' | 'Errors' | 'Latency', statistic: string, by: 'SUM' | 'MAX') => [
    lines(top(shown, search(metric, ['api', 'route'], { api }, statistic), by), 'route'),
  ]
  return row(
    graph({ title: 'Traffic', unit: 'requests', left: foremost('Requests', 'Sum', 'SUM'), width: 8 }),
    graph({ title: 'Errors: 5xx', unit: 'requests', left: foremost('Errors', 'Sum', 'SUM'), width: 8 }),
    graph({ title: 'Latency: p90', unit: 'ms', left: foremost('Latency', 'p90', 'MAX'), width: 8 }),
  )
}
