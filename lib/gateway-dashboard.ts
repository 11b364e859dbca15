import { Duration } from 'aws-cdk-lib'
import {
  Color,
  Dashboard,
  GraphWidget,
  type IWidget,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import {
  type metrics as emitted,
  metricNamespace,
  metricService,
  metrics,
  strippedIn,
} from '../contract/metrics.ts'
import { reasons } from '../contract/reasons.ts'
import { checkOptions, describeValue } from './declare/checks.ts'
import { DeclarationError } from './declare/declaration-error.ts'
import { ZeroTrustApi } from './zero-trust-api.ts'

export interface GatewayDashboardProps {
  readonly api: ZeroTrustApi
}

/**
 * The four golden signals of an API, and its refusals by reason. Routes are found by search, so that a dashboard stays
 * the same size whatever their number.
 */
export class GatewayDashboard extends Construct {
  readonly dashboard: Dashboard

  constructor(scope: Construct, id: string, props: GatewayDashboardProps) {
    super(scope, id)
    checkOptions(this.node.path, props, ['api'])
    if (!(props.api instanceof ZeroTrustApi)) {
      throw new DeclarationError({
        at: `${this.node.path} api`,
        given: describeValue(props.api),
        allowed: 'a ZeroTrustApi',
        fix: 'name the API whose traffic it shows',
      })
    }
    const { apiName } = props.api
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: [
        [
          new TextWidget({
            markdown: `# ${apiName}\nTraffic, errors, latency, saturation`,
            width: 24,
            height: 2,
          }),
        ],
        [
          graph('Traffic: requests past the first door, by route', [search('Requests', apiName, 'Sum')]),
          graph('Errors: 5xx by route', [search('Errors', apiName, 'Sum')], Color.RED),
        ],
        [
          graph('Latency: p90 by route (ms)', [search('Latency', apiName, 'p90')]),
          graph('Latency of upstreams: p90 by route (ms)', [search('UpstreamLatency', apiName, 'p90')]),
        ],
        [
          graph('Saturation: refused by limits', [search('Denied', apiName, 'Sum', reasonsOf('limit.'))]),
          graph('Refused by operators', [search('Denied', apiName, 'Sum', reasonsOf('control.'))]),
          graph('Refusals by reason', [search('Denied', apiName, 'Sum')]),
          graph('Refused by place', [search('RefusedQuery', apiName, 'Sum')]),
          graph(
            'Left behind undeclared, by place',
            Object.values(strippedIn).map(metric => search(metric, apiName, 'Sum')),
          ),
        ],
        [
          graph('Upstreams left alone: 1 while the circuit breaker of an instance is open', [
            search('BreakerOpen', apiName, 'Maximum'),
          ]),
          graph('Upstreams: requests sent once more, by route', [search('UpstreamRetries', apiName, 'Sum')]),
        ],
        [
          graph('State table: failures, and requests let through uncounted as declared', [
            search('StoreFailures', apiName, 'Sum'),
            search('Uncounted', apiName, 'Sum'),
          ]),
          graph('State table: p90 of the wait by route (ms)', [search('StoreLatency', apiName, 'p90')]),
        ],
        [
          graph('Key sets: failed fetches, and tokens checked with keys that are overdue', [
            search('KeyFetchFailures', apiName, 'Sum'),
            search('StaleKeys', apiName, 'Sum'),
          ]),
        ],
      ],
    })
  }
}

/** Every reason of an area, as a search term. */
const reasonsOf = (area: string): string =>
  `reason=(${Object.keys(reasons)
    .filter(reason => reason.startsWith(area))
    .map(reason => `"${reason}"`)
    .join(' OR ')})`

const graph = (title: string, left: MathExpression[], color?: string): IWidget =>
  new GraphWidget({
    title,
    left: color ? left.map(metric => metric.with({ color })) : left,
    width: 12,
    height: 6,
  })

/** All of an API's series of one metric. The dimensions are those the functions emit, from the same table. */
function search(metric: keyof typeof emitted, api: string, statistic: string, more = ''): MathExpression {
  const dimensions = ['service', ...(metrics[metric].by.at(-1) ?? [])].join(',')
  const terms = [`MetricName="${metric}"`, `service="${metricService}"`, `api="${api}"`, more].filter(Boolean)
  return new MathExpression({
    expression: `SEARCH('{${metricNamespace},${dimensions}} ${terms.join(' ')}', '${statistic}', 300)`,
    label: '',
    usingMetrics: {},
    period: Duration.minutes(5),
  })
}
