import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose'
import { CfnSubscriptionFilter, LogGroup } from 'aws-cdk-lib/aws-logs'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Access, Upstream, ZeroTrustApi } from 'sallyport'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { awsMetrics } from '../../../contract/aws-metrics.ts'
import { type LocalCloud, startCloud } from '../../../local/cloud.ts'
import { createAwsMetrics } from '../../../local/cloudwatch/aws.ts'
import { createCloudWatch } from '../../../local/cloudwatch/cloudwatch.ts'
import type { MetricResult } from '../../../local/cloudwatch/status.ts'
import { createMetricStore } from '../../../local/cloudwatch/store.ts'
import { readApp } from '../../../local/template/app.ts'
import { type Assemblies, createAssemblies, stackName } from '../assemblies.ts'

let assemblies: Assemblies
let cloud: LocalCloud | undefined

beforeEach(() => {
  assemblies = createAssemblies()
})
afterEach(async () => {
  await cloud?.close()
  cloud = undefined
  assemblies.remove()
})

const day = 86_400_000

/** An API with one route, watched with what CDK has, as any user would. */
const watchedApp = (title: string) =>
  assemblies.synthesize(stack => {
    const api = new ZeroTrustApi(stack, 'Api')
    api.addRoute('GET /deals', { upstream: Upstream.stub(200, []), access: Access.public() })
    const dimensionsMap = { ApiName: api.apiName, Stage: 'live' }
    const requests = new cloudwatch.Metric({
      namespace: 'AWS/ApiGateway',
      metricName: 'Count',
      dimensionsMap,
      statistic: 'Sum',
    })
    const search = (expression: string, label: string) =>
      new cloudwatch.MathExpression({ expression, label, usingMetrics: {} })
    const alarm = requests.createAlarm(stack, 'Busy', { threshold: 1000, evaluationPeriods: 1 })
    alarm.addAlarmAction(new SnsAction(new Topic(stack, 'Pager')))
    const any = new cloudwatch.CompositeAlarm(stack, 'Any', {
      alarmRule: cloudwatch.AlarmRule.fromAlarm(alarm, cloudwatch.AlarmState.ALARM),
    })
    new cloudwatch.Dashboard(stack, 'Board', {
      dashboardName: 'board',
      widgets: [
        [
          new cloudwatch.GraphWidget({
            title,
            left: [
              requests.with({ label: 'all' }),
              search(`SEARCH('{AWS/Lambda,FunctionName} MetricName="Invocations"', 'Sum')`, 'runs'),
              search(`SEARCH('Namespace="Sallyport" MetricName="Requests"', 'Sum')`, 'ours'),
              search('MAGIC(1)', 'odd'),
            ],
          }),
          new cloudwatch.AlarmStatusWidget({ alarms: [alarm, any] }),
          new cloudwatch.AlarmWidget({ alarm }),
        ],
      ],
    })
  })

test('a dashboard of the app shows what came through the gateway, what ran and what functions measured', async () => {
  cloud = await startCloud({ assembly: watchedApp('Traffic') })
  const served = cloud
  for (const path of ['/deals', '/deals', '/none']) await (await fetch(`${served.url}${path}`)).arrayBuffer()
  const now = Date.now()
  const shown = () =>
    served.cloudWatch.widget('board', 0, { from: now - day, to: now + day, periodMs: day }) as MetricResult
  const sum = (label: string) =>
    shown()
      .series.filter(series => series.label.startsWith(label))
      .flatMap(({ values }) => values)
      .reduce<number>((all, value) => all + (value ?? 0), 0)
  expect(sum('all')).toBe(3)
  // A public route has no first door.
  expect(sum('runs')).toBe(2)
  expect(sum('ours')).toBeGreaterThanOrEqual(2)
  expect(shown().errors).toEqual(['odd: MAGIC() is not known here'])
  expect(served.cloudWatch.widget('board', 1, { from: now, to: now })).toMatchObject({
    kind: 'alarms',
    alarms: [{ kind: 'metric' }, { kind: 'composite' }],
  })
  expect(served.cloudWatch.alarms().map(({ error }) => error)).toEqual([undefined, undefined])

  await served.reload(watchedApp('After'))
  expect(served.cloudWatch.dashboards()[0]?.widgets[0]?.title).toBe('After')
  expect(sum('all')).toBe(3)
  await (await fetch(`${served.url}/deals`)).arrayBuffer()
  expect(sum('all')).toBe(4)
})

test('the metrics of AWS that are played here are those of the contract, by its dimensions', () => {
  const destination = 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/trail'
  const cloudWatch = createCloudWatch({
    dashboards: [],
    alarms: [],
    insightRules: [],
    subscriptions: [
      { logGroup: 'logs', name: 'filter', pattern: '{ $.class_uid = 6003 }', destination },
      { logGroup: 'other', name: 'filter', pattern: '', destination },
    ],
    streams: new Map([[destination, 'trail']]),
    apiName: 'Api',
    stage: 'prod',
    accessLogGroup: undefined,
    logGroups: new Map([['fn', 'logs']]),
  })
  cloudWatch.onRequest({ status: 200, latencyMs: 3, integrationLatencyMs: 2 }, '')
  cloudWatch.onInvoked({ functionName: 'fn', outcome: 'returned', durationMs: 1, concurrent: 1 })
  for (const line of ['{"class_uid":6003}', '{"class_uid":6002}', 'class_uid 6003', '{"class_uid":']) {
    cloudWatch.onLog(line, 'fn')
  }
  for (const [namespace, { dimensions, metrics, playedLocally }] of Object.entries(awsMetrics)) {
    const played = cloudWatch.metrics.list(namespace).filter(({ dimensions: given }) => {
      return Object.keys(given).join() === dimensions.join()
    })
    expect(played.map(({ name }) => name).sort()).toEqual(playedLocally ? [...metrics].sort() : [])
  }
  const [forwarded] = cloudWatch.metrics.list('AWS/Logs')
  const span = { stat: 'Sum', periodMs: day, from: Date.now() - day, to: Date.now() + day }
  expect(forwarded && cloudWatch.metrics.read(forwarded, span).values.filter(Boolean)).toEqual([1])
})

test('what is throttled did not run; what failed or took too long is an error', () => {
  const store = createMetricStore({ now: () => 0 })
  const { watched } = readApp(watchedApp('Traffic'))
  const aws = createAwsMetrics(store, watched, () => 0)
  for (const outcome of ['returned', 'failed', 'timed-out', 'throttled'] as const) {
    aws.invoked({ functionName: 'fn', outcome, durationMs: 5, concurrent: 2 })
  }
  const sum = (name: string) => {
    const key = { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: 'fn' } }
    return store.read(key, { stat: 'Sum', periodMs: 5_000, from: 0, to: 5_000 }).values[0]
  }
  expect(['Invocations', 'Errors', 'Throttles', 'Duration'].map(sum)).toEqual([3, 2, 1, 15])
})

test('an app’s subscriptions, streams and log groups are found by the names they have here', () => {
  const assembly = assemblies.synthesize(stack => {
    new ZeroTrustApi(stack, 'Api').addRoute('GET /', {
      upstream: Upstream.stub(200, []),
      access: Access.public(),
    })
    const logGroup = new LogGroup(stack, 'Logs')
    const stream = new CfnDeliveryStream(stack, 'Stream')
    new CfnSubscriptionFilter(stack, 'Filter', {
      logGroupName: logGroup.logGroupName,
      filterPattern: '{ $.a = 1 }',
      destinationArn: stream.attrArn,
    })
  })
  const { watched } = readApp(assembly)
  const [subscription] = watched.subscriptions
  expect(subscription).toMatchObject({ pattern: '{ $.a = 1 }' })
  expect(subscription?.logGroup).toMatch(new RegExp(`^${stackName}-Logs`))
  expect(watched.streams.get(subscription?.destination ?? '')).toBe(`${stackName}-Stream`)
  expect([...watched.logGroups.values()][0]).toMatch(new RegExp(`^${stackName}-`))
})

test('a dashboard that refers to what is not known here stops the start, and its place is named', () => {
  const assembly = assemblies.patch(watchedApp('Traffic'), stackName, ({ Resources }) => {
    const [board] = Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard')
    Object.assign(board?.Properties ?? {}, { DashboardBody: { 'Fn::GetAtt': ['Nothing', 'Name'] } })
  })
  expect(() => readApp(assembly)).toThrow(
    /^Small\.Board\w+\.DashboardBody: Fn::GetAtt Nothing\.Name is not known/,
  )
})
