import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { awsMetrics } from '../contract/aws-metrics.ts'
import { limitLayers } from '../contract/limits.ts'
import { type Dimension, metricNamespace, metricService, metrics } from '../contract/metrics.ts'
import { reasons } from '../contract/reasons.ts'
import { row } from './errors-page.ts'

type Set = readonly Dimension[]
const setsOf = ({ by }: { readonly by: readonly Set[] }): readonly Set[] => by
const all: readonly Set[] = Object.values(metrics).flatMap(setsOf)

/** How many lists of dimensions of the table have exactly these beside `api`: so many series for each combination of their values. */
const setsBy = (...dimensions: Dimension[]): number =>
  all.filter(set => set.join() === ['api', ...dimensions].join()).length

/** docs/metrics.md, from the tables of metrics. */
export function metricsPage(): string {
  const [once, route, upstream] = [setsBy(), setsBy('route'), setsBy('upstream')]
  const [reason, routeReason] = [setsBy('reason'), setsBy('route', 'reason')]
  const [layer, routeLayer] = [setsBy('layer'), setsBy('route', 'layer')]
  const most = (routes: number, upstreams: number, refusals: number, layers: number) =>
    once +
    route * routes +
    upstream * upstreams +
    reason * refusals +
    routeReason * refusals * routes +
    layer * layers +
    routeLayer * layers * routes
  const example = most(10, 3, 5, 2)
  return [
    '# Metrics',
    '',
    'Made from `contract/metrics.ts` and `contract/aws-metrics.ts` by `npm run docs`; a test compares them, and another compares them with what the functions emit.',
    '',
    `The functions write them to their logs in CloudWatch’s [embedded metric format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html), one line for each request to a door, and make no call for it. They are in the namespace \`${metricNamespace}\`. Each has the dimension \`service\`, which is \`${metricService}\`, and one of its lists of others. Every value of each is declared: never a subject, a client or an address.`,
    '',
    row('Dimension', 'Values'),
    row('---', '---'),
    row(
      '`api`',
      'the construct’s id. Two APIs of one region and account need different ones: API Gateway’s metrics, too, have no more of an API than its name',
    ),
    row(
      '`route`',
      'a route’s key, such as `GET /deals/{dealId}`; `OPTIONS` and a path for its preflights; `undeclared`',
    ),
    row('`upstream`', 'the id of an upstream, as it was added to the API'),
    row('`reason`', `one of ${Object.keys(reasons).length} reason codes: see [errors](errors.md)`),
    row('`layer`', `of limits: ${limitLayers.map(name => `\`${name}\``).join(', ')}`),
    '',
    '## What they cost',
    '',
    'CloudWatch bills each metric with each combination of dimension values as one custom metric, for the hours in which something was written to it: 0.30 USD a month for the first 10,000 of an account, in us-east-1 ([prices](https://aws.amazon.com/cloudwatch/pricing/), June 2026). What never happened costs nothing. An API of R values of `route` and U upstreams, whose callers were refused for D reasons and that has limits in L layers, makes at most',
    '',
    `${once} + ${route} R + ${upstream} U + ${reason} D + ${routeReason} D·R + ${layer} L + ${routeLayer} L·R`,
    '',
    `series: with 10 values of \`route\` before 3 upstreams, 5 reasons and 2 layers ${example}, about ${Math.round(example * 0.3)} USD a month if all of it happens all the time. The lines are logs and are billed as such: \`npm run bench -- telemetry\` says how long they are.`,
    '',
    '## What the functions emit',
    '',
    row('Metric', 'Unit', 'By', 'What it says'),
    row('---', '---', '---', '---'),
    ...Object.entries(metrics).map(([name, { unit, about, ...facts }]) =>
      row(
        `\`${name}\``,
        unit,
        setsOf(facts)
          .map(set => set.map(dimension => `\`${dimension}\``).join(' '))
          .join(', '),
        about,
      ),
    ),
    '',
    '## AWS’s own, beside them',
    '',
    'Dashboards and alarms look at these too.',
    '',
    row('Namespace', 'Metrics', 'Dimensions', 'In the local cloud'),
    row('---', '---', '---', '---'),
    ...Object.entries(awsMetrics).map(([namespace, { metrics: names, dimensions, source, playedLocally }]) =>
      row(
        `[\`${namespace}\`](${source})`,
        names.map(name => `\`${name}\``).join(', '),
        dimensions.map(name => `\`${name}\``).join(', '),
        playedLocally ? 'yes' : 'no',
      ),
    ),
    '',
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync('docs/metrics.md', metricsPage())
