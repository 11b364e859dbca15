import { expect, test } from 'vitest'
import { createCloudWatch } from '../../../local/cloudwatch/cloudwatch.ts'
import type { MetricResult } from '../../../local/cloudwatch/status.ts'
import type { Watched } from '../../../local/cloudwatch/watched.ts'

const minute = 60_000
const start = Date.UTC(2026, 0, 5)

const watched: Watched = {
  dashboards: [],
  alarms: [],
  insightRules: [],
  subscriptions: [],
  streams: new Map(),
  apiName: 'Api',
  stage: 'prod',
  accessLogGroup: undefined,
  logGroups: new Map(),
}

const alarmArn = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:Errors'

const definitions: Watched = {
  ...watched,
  alarms: [
    {
      type: 'AWS::CloudWatch::Alarm',
      name: 'Errors',
      arn: alarmArn,
      properties: {
        Namespace: 'N',
        MetricName: 'Requests',
        Dimensions: [{ Name: 'route', Value: 'GET /a' }],
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 3,
        ComparisonOperator: 'GreaterThanThreshold',
      },
    },
  ],
  insightRules: [
    {
      name: 'Callers',
      properties: {
        RuleBody: JSON.stringify({
          Schema: { Name: 'CloudWatchLogRule', Version: 1 },
          LogGroupNames: ['*'],
          LogFormat: 'JSON',
          Contribution: { Keys: ['$.route'] },
          AggregateOn: 'Count',
        }),
      },
    },
  ],
}

const lineOf = (timestamp: number, route: string, requests: number, latency: readonly number[]) =>
  JSON.stringify({
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        {
          Namespace: 'N',
          Dimensions: [['route'], ['route', 'upstream']],
          Metrics: [{ Name: 'Requests' }, { Name: 'Latency' }],
        },
      ],
    },
    route,
    upstream: 'u',
    Requests: requests,
    Latency: latency,
  })

/** A dashboard of these widgets, after three minutes of traffic on two routes. */
function dashboardOf(...widgets: object[]) {
  let now = start
  const DashboardBody = JSON.stringify({ start: '-PT3H', widgets })
  const dashboards = [{ name: 'D', properties: { DashboardBody } }]
  const cloudWatch = createCloudWatch({ ...definitions, dashboards }, { now: () => now })
  for (let index = 0; index < 3; index += 1) {
    cloudWatch.onLog(lineOf(now, 'GET /a', index + 2, [10, 20]), 'fn')
    cloudWatch.onLog(lineOf(now, 'GET /b', 1, [30]), 'fn')
    now += minute
  }
  return cloudWatch
}

const query = { from: start, to: start + 3 * minute, periodMs: minute }

const metricWidget = (properties: object) => ({
  type: 'metric',
  x: 0,
  y: 0,
  width: 12,
  height: 6,
  properties,
})

const draw = (properties: object, asked = query) =>
  dashboardOf(metricWidget(properties)).widget('D', 0, asked) as MetricResult

const linesOf = ({ series }: MetricResult) => series.map(({ label, values }) => [label, ...values])

test('knows a dashboard by its name, with places and titles of its widgets, and their text', () => {
  const cloudWatch = dashboardOf(
    { type: 'text', width: 24, height: 2, properties: { markdown: '# Hello' } },
    metricWidget({ title: 'Traffic', metrics: [] }),
  )
  expect(cloudWatch.dashboards()).toEqual([
    {
      name: 'D',
      start: '-PT3H',
      widgets: [
        { index: 0, type: 'text', x: 0, y: 0, width: 24, height: 2 },
        { index: 1, type: 'metric', x: 0, y: 0, width: 12, height: 6, title: 'Traffic' },
      ],
    },
  ])
  expect(cloudWatch.widget('D', 0, query)).toEqual({ kind: 'text', markdown: '# Hello' })
})

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
test('reads metrics with their shorthands, statistics, axes, colours, labels and ids', () => {
  const drawn = draw({
    stat: 'Sum',
    stacked: true,
    yAxis: { left: { label: 'requests', min: 0, showUnits: false } },
    metrics: [
      ['N', 'Requests', 'route', 'GET /a', { label: 'a', id: 'm1' }],
      ['...', 'GET /b', { label: 'b', color: '#d62728', yAxis: 'right' }],
      ['.', 'Latency', '.', '.', { stat: 'Average', label: 'wait' }],
      ['.', '.', '.', 'GET /a', { stat: 'p50', label: 'hidden', visible: false }],
      [{ expression: 'm1 * 10', label: 'ten', id: 'e1' }],
    ],
  })
  expect(linesOf(drawn)).toEqual([
    ['a', 2, 3, 4],
    ['b', 1, 1, 1],
    ['wait', 30, 30, 30],
    ['ten', 20, 30, 40],
  ])
  expect(drawn).toMatchObject({
    kind: 'metric',
    view: 'timeSeries',
    stacked: true,
    left: { label: 'requests', min: 0, showUnits: false },
    errors: [],
  })
  expect(drawn.series.map(({ id, color, yAxis }) => [id, color, yAxis])).toEqual([
    ['m1', undefined, 'left'],
    [undefined, '#d62728', 'right'],
    [undefined, undefined, 'left'],
    ['e1', undefined, 'left'],
  ])
})

const variable = (name: string) => `\${${name}}`

test('a search draws a line for each metric, called by what the search does not say', () => {
  const search = `SEARCH('{N,route,upstream} MetricName="Requests" upstream="u"', 'Sum', 60)`
  expect(linesOf(draw({ metrics: [[{ expression: search, label: '' }]] }))).toEqual([
    ['GET /a', 2, 3, 4],
    ['GET /b', 1, 1, 1],
  ])
  const labels = (label: string) =>
    linesOf(draw({ metrics: [[{ expression: search, label }]] })).map(([name]) => name)
  expect(labels('by route')).toEqual(['by route GET /a', 'by route GET /b'])
  expect(labels(`${variable("PROP('Dim.route')")}: ${variable('SUM')}`)).toEqual(['GET /a: 9', 'GET /b: 3'])
  const unknown = variable('UNKNOWN')
  expect(labels(unknown)).toEqual([unknown, unknown])
})

test('metrics without a label are called by their name, or by all that tells them apart', () => {
  const names = linesOf(
    draw({
      metrics: [
        ['N', 'Requests', 'route', 'GET /a'],
        ['...', 'GET /b'],
        ['.', 'Latency', '.', '.'],
      ],
    }),
  ).map(([name]) => name)
  expect(names).toEqual(['GET /a Requests', 'GET /b Requests', 'Latency'])
})

test('takes the period it is asked for in place of the declared one, of searches too', () => {
  const metrics = [
    ['N', 'Requests', 'route', 'GET /a', { stat: 'Sum', period: 300 }],
    [{ expression: `SEARCH('{N,route} MetricName="Requests"', 'Sum', 300)` }],
  ]
  const counts = (asked: object) =>
    draw({ metrics }, { ...query, ...asked }).series.map(({ grid }) => grid.count)
  expect(counts({})).toEqual([3, 3, 3])
  expect(counts({ periodMs: undefined })).toEqual([1, 1, 1])
})

test('a number over the whole time is one number, not that of the last period', () => {
  const metrics = [['N', 'Requests', 'route', 'GET /a', { stat: 'Sum', label: 'all' }]]
  expect(linesOf(draw({ metrics, view: 'singleValue', setPeriodToTimeRange: true }))).toEqual([['all', 9]])
  expect(linesOf(draw({ metrics, view: 'singleValue' }))).toEqual([['all', 2, 3, 4]])
})

test('what one line cannot be is an error in words, and the others are drawn', () => {
  const drawn = draw({
    metrics: [
      [{ expression: 'FORECAST(m1)', label: 'Tomorrow' }],
      [{ expression: 'm1 +', label: 'Half' }],
      ['N', 'Requests', 'route', { id: 'broken' }],
      ['N', 'Requests', 'route', 'GET /a', { id: 'm1', label: 'a', stat: 'Sum' }],
      ['...', { stat: 'IQM', label: 'Odd' }],
    ],
  })
  expect(linesOf(drawn)).toEqual([['a', 2, 3, 4]])
  expect(drawn.errors).toHaveLength(4)
  expect(drawn.errors.join('\n')).toMatch(/names no metric/)
  expect(drawn.errors.join('\n')).toMatch(/Tomorrow: FORECAST\(\) is not known here/)
  expect(drawn.errors.join('\n')).toMatch(/Odd: the statistic IQM/)
})

test('draws annotations: lines, bands, and times', () => {
  const drawn = draw({
    metrics: [['N', 'Requests']],
    annotations: {
      horizontal: [
        { label: 'limit', value: 5, color: '#f00', fill: 'above' },
        [{ value: 1, label: 'usual' }, { value: 2 }],
        { value: 9, visible: false },
      ],
      vertical: [{ value: '2026-01-05T00:01:00Z', label: 'deployed' }],
    },
  })
  expect(drawn.horizontal).toEqual([
    { label: 'limit', value: 5, color: '#f00', fill: 'above' },
    { label: 'usual', value: 1, until: 2, fill: 'between' },
  ])
  expect(drawn.vertical).toEqual([{ label: 'deployed', value: start + minute }])
})

test('shows alarms as they are, what one watches with its threshold, and the top contributors', () => {
  const cloudWatch = dashboardOf(
    { type: 'alarm', properties: { alarms: [alarmArn] } },
    metricWidget({ annotations: { alarms: [alarmArn] } }),
    metricWidget({ insightRule: { ruleName: 'Callers', maxContributorCount: 1, orderBy: 'Sum' } }),
  )
  expect(cloudWatch.widget('D', 0, query)).toMatchObject({
    kind: 'alarms',
    alarms: [{ name: 'Errors', state: 'ALARM', since: start + 3 * minute }],
  })
  const watching = cloudWatch.widget('D', 1, query) as MetricResult
  expect(linesOf(watching).map(([, ...values]) => values)).toEqual([
    [2, 3, 4],
    [3, 3, 3],
  ])
  expect(cloudWatch.widget('D', 2, query)).toMatchObject({
    kind: 'contributors',
    keys: ['$.route'],
    uniqueContributors: 2,
    contributors: [{ total: 3 }],
  })
})

test.each([
  ['a widget of another type', { type: 'log', properties: { query: 'fields @message' } }, 'type log'],
  ['another view', metricWidget({ view: 'heatmap', metrics: [] }), 'heatmap'],
  ['no metrics', metricWidget({}), 'without metrics'],
  ['an alarm of elsewhere', { type: 'alarm', properties: { alarms: ['arn:x'] } }, 'no alarm of this app'],
  ['a rule of elsewhere', metricWidget({ insightRule: { ruleName: 'X' } }), 'no Contributor Insights rule'],
  ['more points than are given', metricWidget({ metrics: [['N', 'm']] }), 'data points'],
])('%s is an error in its place', (what, widget, why) => {
  const asked = what.startsWith('more points') ? { from: 0, to: start, periodMs: 5_000 } : query
  const result = dashboardOf(widget).widget('D', 0, asked)
  expect(JSON.stringify(result)).toContain(why)
  expect(result.kind === 'error' || (result.kind === 'metric' && result.series.length === 0)).toBe(true)
})

test('a dashboard whose body is no JSON says so; a widget that is not there is an error', () => {
  const dashboards = [{ name: 'D', properties: { DashboardBody: '{' } }]
  const cloudWatch = createCloudWatch({ ...watched, dashboards })
  expect(cloudWatch.dashboards()).toEqual([{ name: 'D', widgets: [], error: 'its body is no JSON' }])
  expect(cloudWatch.widget('D', 0, query)).toEqual({ kind: 'error', error: 'D has no widget 0' })
})

test('everything it gives is plain JSON', () => {
  const cloudWatch = dashboardOf(metricWidget({ metrics: [['N', 'Requests', 'route', 'GET /a']] }))
  const given = [cloudWatch.dashboards(), cloudWatch.widget('D', 0, query), cloudWatch.alarms()]
  expect(JSON.parse(JSON.stringify(given))).toEqual(given)
})
