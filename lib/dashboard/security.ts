import { type IWidget, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import { refusedIn, strippedIn } from '../../contract/metrics.ts'
import { awsMetric } from '../aws-metric.ts'
import type { WebFirewall } from '../web-firewall.ts'
import type { ZeroTrustApi } from '../zero-trust-api.ts'
import { deniedByReason, neverHeld, outlived } from './denials.ts'
import { exactly, lines, searchAws } from './search.ts'
import { wordsOfStack } from './shown-api.ts'
import { colors, graph, row, text } from './widgets.ts'

/** Who is refused and for what, whether keys and orders are as they should be, and whether all of it is on record. */
export const security = (api: ZeroTrustApi, firewall: WebFirewall | undefined): IWidget[] => [
  text(head(api.apiName), 4),
  ...tokens(api),
  graph({
    title: 'Refused, by reason',
    unit: 'requests',
    left: [lines(deniedByReason(api.apiName), 'reason')],
    stacked: true,
    width: 24,
  }),
  graph({
    title:
      'Refused for what callers did: tokens, permissions, origins, inputs; not limits, nor expired tokens',
    unit: 'requests',
    left: [api.metricClientDenials({ label: 'refused', color: colors.refused })],
    width: 24,
  }),
  ...inputs(api),
  ...controls(api),
  ...keys(api),
  ...(firewall ? [blocked(firewall)] : []),
  ...audit(api),
]

const head = (api: string): string =>
  [
    `# ${api}: security`,
    '**Look at first:** *Incidents*. A breach is a request that passed a door it should not have come to, or an upstream that is not who it should be: somebody is inside, or the wiring is wrong. An incident is a fault of the gateway’s own.',
    'Many refused tokens: by what is wrong with them. `token.signature_invalid` and `token.key_unknown` are somebody who tries. Refused for their age alone, beside it: a client that does not renew. To stop a caller: `sallyport control`.',
    'More: `docs/dashboards.md`, reasons in `docs/errors.md`, orders in `docs/controls.md`.',
  ].join('\n\n')

const tokens = (api: ZeroTrustApi): IWidget[] => [
  row(
    graph({
      title: 'Tokens: asked about, and refused',
      unit: 'requests',
      left: [
        api.metricAuthorizations({ label: 'asked about', color: colors.gateway }),
        api.metricTokensRejected({ label: 'refused, and never held', color: colors.refused }),
      ],
      right: {
        unit: '%',
        metrics: [
          new MathExpression({
            expression: '100 * rejected / asked',
            usingMetrics: { rejected: api.metricTokensRejected(), asked: api.metricAuthorizations() },
            label: 'share refused',
            color: colors.places[3],
          }),
        ],
      },
      width: 6,
    }),
    graph({
      title: 'Tokens refused, by what is wrong with them',
      unit: 'requests',
      left: [lines(deniedByReason(api.apiName, neverHeld), 'reason')],
      stacked: true,
      width: 6,
    }),
    graph({
      title: 'Tokens refused for their age alone',
      unit: 'requests',
      left: [lines(deniedByReason(api.apiName, outlived), 'reason')],
      stacked: true,
      width: 6,
    }),
    graph({
      title: 'Incidents: what somebody is to be woken for',
      unit: 'requests',
      left: [
        api.metricBreaches({ label: 'breaches', color: colors.error }),
        api.metricIncidents({ label: 'incidents', color: colors.failing }),
      ],
      width: 6,
    }),
  ),
]

const placesOf = <Places extends object>(places: Places) => Object.keys(places) as (keyof Places)[]

const inputs = (api: ZeroTrustApi): IWidget[] => [
  row(
    graph({
      title: 'Inputs refused, by place (output: answers of upstreams)',
      unit: 'requests',
      left: placesOf(refusedIn).map((place, i) =>
        api.metricRefused(place, {
          label: place,
          color: place === 'output' ? colors.error : colors.places[i],
        }),
      ),
      stacked: true,
      width: 12,
    }),
    graph({
      title: 'Left behind undeclared, by place',
      unit: 'parameters, headers, cookies, members',
      left: placesOf(strippedIn).map((place, i) =>
        api.metricStripped(place, { label: place, color: colors.places[i] }),
      ),
      stacked: true,
      width: 12,
    }),
  ),
]

const controls = (api: ZeroTrustApi): IWidget[] => [
  row(
    text(
      [
        '## Orders in force',
        'Operators can quarantine a subject or an address, revoke what was issued before a time, and close a route or an upstream. Which of these is in force is in the state table, not in a metric:',
        '`sallyport control list`',
        'Beside this is whom they hit. A line with nobody behind it: an order that was forgotten.',
      ].join('\n\n'),
      6,
      12,
    ),
    graph({
      title: 'Refused by operators’ orders',
      unit: 'requests',
      left: (['control.quarantined', 'control.revoked', 'control.closed'] as const).map((reason, i) =>
        api.metricDenied(reason, { label: reason, color: colors.places[i] }),
      ),
      stacked: true,
      width: 12,
    }),
  ),
]

const keys = (api: ZeroTrustApi): IWidget[] => [
  row(
    graph({
      title: 'Authorizer cache: requests, and what it did not spare',
      unit: 'requests',
      left: [
        api.metricRequests({ label: 'requests', color: colors.traffic }),
        api.metricAuthorizations({ label: 'misses: questions to the first door', color: colors.gateway }),
      ],
      width: 8,
    }),
    graph({
      title: 'Key sets: age of the oldest in use',
      unit: 's',
      left: [api.metricKeySetAge({ label: 'age', color: colors.traffic })],
      width: 8,
    }),
    graph({
      title: 'Key sets: failures',
      unit: 'times',
      left: [
        api.metricKeyFetchFailures({ label: 'could not be fetched', color: colors.error }),
        api.metricStaleKeys({ label: 'tokens checked with overdue keys', color: colors.failing }),
      ],
      width: 8,
    }),
  ),
]

function blocked({ webAcl }: WebFirewall): IWidget {
  // https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
  const { metricName } = webAcl.visibilityConfig as CfnWebACL.VisibilityConfigProperty
  const terms = [`WebACL=${exactly(metricName)}`]
  const found = searchAws('AWS/WAFV2', 'BlockedRequests', ['WebACL', 'Region', 'Rule'], terms, 'Sum')
  return graph({
    title: 'Blocked by the firewall, by rule (ALL: in total; BlockedAddresses: those that operators block)',
    unit: 'requests',
    left: [lines(found, 'Rule')],
    width: 24,
  })
}

function audit(api: ZeroTrustApi): IWidget[] {
  if (!api.audit) return []
  const stream = { DeliveryStreamName: api.audit.stream.ref }
  const logs = (metric: 'ForwardedLogEvents' | 'DeliveryErrors' | 'DeliveryThrottling') =>
    searchAws(
      'AWS/Logs',
      metric,
      ['LogGroupName', 'DestinationType', 'FilterName'],
      [`LogGroupName=${wordsOfStack(api)}`],
      'Sum',
    )
  return [
    text('## Audit delivery: from the doors’ logs through Firehose to the bucket', 1),
    row(
      graph({
        // CloudWatch Logs sends many events in one record, and Firehose counts records.
        title: 'Events on their way, and their batches: what Firehose took should be in the bucket',
        unit: 'events',
        left: [lines(logs('ForwardedLogEvents'), 'LogGroupName', 'sent by ')],
        right: {
          unit: 'batches',
          metrics: [
            awsMetric('AWS/Firehose', 'IncomingRecords', stream, {
              statistic: Stats.SUM,
              label: 'taken by Firehose',
              color: colors.traffic,
            }),
            awsMetric('AWS/Firehose', 'DeliveryToS3.Records', stream, {
              statistic: Stats.SUM,
              label: 'in the bucket',
              color: colors.places[3],
            }),
          ],
        },
        width: 8,
      }),
      graph({
        title: 'Age of the oldest event not in the bucket',
        unit: 's',
        left: [
          awsMetric('AWS/Firehose', 'DeliveryToS3.DataFreshness', stream, {
            statistic: Stats.MAXIMUM,
            label: 'age',
            color: colors.traffic,
          }),
        ],
        width: 8,
      }),
      graph({
        title: 'Failures',
        unit: 'events',
        left: [
          lines(logs('DeliveryErrors'), 'LogGroupName', 'not sent by '),
          lines(logs('DeliveryThrottling'), 'LogGroupName', 'held back by '),
        ],
        right: {
          unit: 'share of deliveries that succeeded',
          metrics: [
            awsMetric('AWS/Firehose', 'DeliveryToS3.Success', stream, {
              statistic: Stats.AVERAGE,
              label: 'success',
              color: colors.traffic,
            }),
          ],
        },
        width: 8,
      }),
    ),
  ]
}
