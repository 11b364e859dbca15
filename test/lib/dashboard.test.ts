import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type App, type CfnResource, Duration, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Alarm, CfnDashboard, CfnInsightRule, type IAlarm, type Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import {
  Access,
  AuditTrail,
  Upstream,
  WebFirewall,
  ZeroTrustApi,
  type ZeroTrustApiProps,
  ZeroTrustDashboard,
  type ZeroTrustDashboardProps,
} from 'sallyport'
import { describe, expect, inject, it } from 'vitest'
import { denialMetrics } from '../../contract/denial-metrics.ts'
import { metricNamespace, metricService, metrics } from '../../contract/metrics.ts'
import { type ReasonCode, reasons } from '../../contract/reasons.ts'
import {
  dashboardsOf,
  emittedByNobody,
  type ReferencedSeries,
  referencedSeries,
  type TemplateResources,
  type Widget,
} from '../observability/referenced.ts'
import { refuses } from './refusals.ts'
import { anyOutput, anyToken, login, newApi, newApp, ok } from './support.ts'

type Options = Omit<ZeroTrustDashboardProps, 'api'>

interface Watched {
  readonly template: TemplateResources
  readonly overview: ReturnType<typeof dashboardsOf>[number]
  readonly security: ReturnType<typeof dashboardsOf>[number]
}

/** An API's dashboards, in a stack of their own: as they would be in its template, which takes longer to make. */
function watch(
  declare: (stack: Stack) => ZeroTrustApi,
  options: (stack: Stack) => Options = () => ({}),
): Watched {
  const app = newApp()
  const api = declare(new Stack(app, 'S'))
  const stack = new Stack(app, 'Observability')
  new ZeroTrustDashboard(stack, 'Dashboard', { api, ...options(stack) })
  return readWatched(stack)
}

function readWatched(stack: Stack): Watched {
  const made: Array<[CfnResource, object]> = []
  for (const each of stack.node.findAll()) {
    if (each instanceof CfnDashboard) made.push([each, { DashboardBody: each.dashboardBody }])
    if (each instanceof CfnInsightRule)
      made.push([each, { RuleName: each.ruleName, RuleBody: each.ruleBody }])
  }
  const template = {
    Resources: Object.fromEntries(
      made.map(([{ node, cfnResourceType: Type }, properties]) => [
        node.path,
        { Type, Properties: stack.resolve(properties) as unknown },
      ]),
    ),
  }
  const [overview, security] = dashboardsOf(template)
  if (!overview || !security) throw new Error('there are not two dashboards')
  return { template, overview, security }
}

const small = (stack: Stack, more: ZeroTrustApiProps = {}): ZeroTrustApi => {
  const api = new ZeroTrustApi(stack, 'Api', { issuers: [login], ...more })
  api.addRoute('GET /a', { upstream: ok, access: Access.token() })
  return api
}

const trail = (stack: Stack) => ({
  audit: new AuditTrail(new Stack(stack.node.root as App, 'Trail'), 'Trail', {
    retention: ObjectLockRetention.governance(Duration.days(1)),
  }),
})
const audited = (stack: Stack): ZeroTrustApi => small(stack, trail(stack))

const withUpstreams =
  (count: number, routes = count, more: (stack: Stack) => ZeroTrustApiProps = () => ({})) =>
  (stack: Stack) => {
    const api = new ZeroTrustApi(stack, 'Api', { issuers: [login], ...more(stack) })
    const gates = Array.from({ length: count }, (_, i) =>
      api.addUpstream(`Up${i}`, Upstream.http(`https://up${i}.internal.example.com`)),
    )
    for (let i = 0; i < routes; i += 1) {
      const upstream = gates[i % count] ?? ok
      api.addRoute(`GET /r${i}`, { upstream, access: anyToken, output: anyOutput })
    }
    return api
  }

const everything = () =>
  watch(withUpstreams(2, 10, trail), stack => ({
    firewall: new WebFirewall(new Stack(stack.node.root as App, 'F'), 'Firewall', { mode: 'block' }),
    alarms: [alarm(stack, 0)],
  }))

const example = (): TemplateResources =>
  JSON.parse(readFileSync(join(inject('dealDesk'), 'DealDeskObservability.template.json'), 'utf8'))

const alarm = (stack: Stack, i: number): IAlarm =>
  Alarm.fromAlarmArn(stack, `A${i}`, `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a${i}`)

const titles = (widgets: readonly Widget[]) => widgets.map(({ properties }) => properties.title)
const sections = (widgets: readonly Widget[]) =>
  widgets.flatMap(({ properties }) =>
    properties.markdown?.startsWith('## Upstream') ? [properties.markdown] : [],
  )

describe('the dashboards', () => {
  it.each([
    ['of the example', example],
    ['of everything', () => everything().template],
    ['of an API with one route', () => watch(small).template],
    ['of 60 upstreams', () => watch(withUpstreams(60)).template],
  ])('refer only to what is emitted, with exactly these dimensions: %s', (_, make) => {
    const series = referencedSeries(make())
    expect(series.length).toBeGreaterThan(50)
    expect(emittedByNobody(series)).toEqual([])
  })

  it('show all that functions emit, of this API alone', () => {
    const ours = referencedSeries(everything().template).filter(({ namespace }) => namespace === 'Sallyport')
    for (const { values } of ours) expect(values).toMatchObject({ service: metricService, api: 'Api' })
    expect([...new Set(ours.map(({ name }) => name))].sort()).toEqual(Object.keys(metrics).sort())
  })

  it('say of errors what callers see, also of a door that does not start', () => {
    const shown = referencedSeries(watch(small).template).filter(({ at }) => /overview.*Errors$/i.test(at))
    expect(shown.map(({ namespace, name }) => `${namespace} ${name}`).sort()).toEqual([
      'AWS/ApiGateway 5XXError',
      'AWS/ApiGateway Count',
    ])
  })

  it('draw batches of events on no axis with events: one has thousands', () => {
    const graph = everything().security.widgets.find(({ properties }) =>
      properties.title?.includes('on their way'),
    )
    const axes = (graph?.properties.metrics ?? []).map(line => {
      const { yAxis = 'left', label } = line.at(-1) as { yAxis?: string; label: string }
      return `${label.replace(/^sent by .*/, 'sent')}: ${yAxis}`
    })
    expect(axes.sort()).toEqual(['in the bucket: right', 'sent: left', 'taken by Firehose: right'])
  })

  it('count each reason as one kind of refusal', () => {
    const counted = referencedSeries(watch(small).template)
      .filter(({ at }) => at.endsWith('Refused, by kind'))
      .map(({ values }) => values.reason)
    expect(counted.sort()).toEqual(Object.keys(reasons).sort())
  })

  it('show of refused tokens what the alarm counts, and beside it those that were refused for their age', () => {
    const of = (title: string) => [
      ...new Set(
        referencedSeries(watch(small).template)
          .filter(({ at }) => at.includes(title))
          .flatMap(({ values }) => values.reason ?? []),
      ),
    ]
    const codes = Object.keys(reasons) as ReasonCode[]
    const counted = codes.filter(code => denialMetrics(code).includes('TokensRejected'))
    expect(of('Tokens refused, by what').sort()).toEqual(counted.sort())
    expect(of('Tokens refused for their age').sort()).toEqual(['ticket.expired', 'token.expired'])
  })

  it('stand in a stack of their own without tying the API’s to it', () => {
    const app = newApp()
    const api = newApi({ issuers: [login] }, new Stack(app, 'S'))
    api.addRoute('GET /a', { upstream: ok, access: anyToken })
    const stack = new Stack(app, 'Observability')
    new ZeroTrustDashboard(stack, 'Dashboard', { api })
    const { Outputs = {} } = Template.fromStack(Stack.of(api)).toJSON()
    expect(JSON.stringify(Outputs)).not.toContain('"Export"')
    expect(stack.dependencies).toEqual([])
  })

  it('give every graph a title, and say what it counts in', () => {
    const { overview, security } = everything()
    const graphs = [...overview.widgets, ...security.widgets].filter(
      ({ type, properties }) => type === 'metric' && properties.view !== 'singleValue',
    )
    for (const { properties } of graphs) {
      expect(properties.title).toBeTruthy()
      expect(properties.yAxis, properties.title).toMatchObject({
        left: { label: expect.stringMatching(/./) },
      })
    }
  })

  it('place no widget upon another', () => {
    for (const { widgets } of [everything().overview, everything().security]) {
      const cells = widgets.flatMap(({ x, y, width, height }) =>
        Array.from({ length: width * height }, (_, i) => `${x + (i % width)},${y + Math.floor(i / width)}`),
      )
      expect(new Set(cells).size).toBe(cells.length)
      expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBe(24)
    }
  })

  it('show an upstream, and an alarm, that was added after them', () => {
    const app = newApp()
    const api = newApi({ issuers: [login] }, new Stack(app, 'S'))
    const alarms: IAlarm[] = []
    const stack = new Stack(app, 'Observability')
    new ZeroTrustDashboard(stack, 'Dashboard', { api, alarms })
    const upstream = api.addUpstream('Late', Upstream.http('https://late.example.com'))
    api.addRoute('GET /late', { upstream, access: anyToken, output: anyOutput })
    alarms.push(alarm(stack, 0))
    const { overview } = readWatched(stack)
    expect(sections(overview.widgets)).toEqual(['## Upstream Late'])
    expect(overview.widgets[0]?.type).toBe('alarm')
  })
})

describe('what is declared decides on what is shown', () => {
  it('shows nothing of a firewall, a trail or alarms that there are not', () => {
    const { template, overview, security } = watch(small)
    const series = referencedSeries(template).map(({ namespace }) => namespace)
    expect(series).not.toContain('AWS/WAFV2')
    expect(series).not.toContain('AWS/Firehose')
    expect([...overview.widgets, ...security.widgets].map(({ type }) => type)).not.toContain('alarm')
    expect(JSON.stringify(template)).not.toContain('InsightRule')
  })

  it('shows the delivery of an audit trail, and who is refused most', () => {
    const { template, security } = watch(audited)
    const series = referencedSeries(template)
    expect(series).toContainEqual(
      expect.objectContaining({
        name: 'DeliveryToS3.DataFreshness',
        values: { DeliveryStreamName: expect.anything() },
      }),
    )
    expect(titles(security.widgets)).toEqual(
      expect.arrayContaining(['Refused most: subjects (hashed)', 'Refused most: addresses']),
    )
  })

  it('counts callers in refusals of this API alone, in the log groups of its stack', () => {
    const { template } = watch(audited)
    const bodies = Object.values(template.Resources ?? {})
      .filter(({ Type }) => Type === 'AWS::CloudWatch::InsightRule')
      .map(({ Properties }) => JSON.parse((Properties as { RuleBody: string }).RuleBody))
    expect(bodies.map(({ Contribution }) => Contribution.Keys)).toEqual([
      ['$.actor.user.uid'],
      ['$.src_endpoint.ip'],
    ])
    for (const { LogGroupNames, Contribution } of bodies) {
      expect(LogGroupNames).toEqual(['S-*'])
      expect(Contribution.Filters).toEqual([
        { Match: '$.class_uid', EqualTo: 6003 },
        { Match: '$.action_id', EqualTo: 2 },
        { Match: '$.api.service.name', In: ['Api'] },
      ])
    }
  })

  it('shows what the firewall blocked, by its own name', () => {
    const { template } = watch(small, stack => ({
      firewall: new WebFirewall(stack, 'Firewall', { mode: 'block' }),
    }))
    expect(referencedSeries(template)).toContainEqual(
      expect.objectContaining({ name: 'BlockedRequests', values: { WebACL: 'Observability-Firewall' } }),
    )
  })

  it.each([
    ['S', 'S'],
    ['Prod-DealDesk', 'Prod-DealDesk'],
    ['DealDeskOfTheEastOffices', 'DealDeskOfTheEastOffices'],
    ['DealDeskOfTheEasternParts', 'DealDeskOfTheEastern'],
    ['deal-desk-of-the-east-side-1', 'deal-desk-of-the-east'],
  ])('finds functions of the stack %s, whose names CloudFormation may cut, by %s', (name, words) => {
    const app = newApp()
    const api = small(new Stack(app, name))
    const stack = new Stack(app, 'Observability')
    new ZeroTrustDashboard(stack, 'Dashboard', { api })
    expect(readWatched(stack).overview.body).toContain(` FunctionName=${words}'`)
  })

  it('has a section for each of 30 upstreams', () => {
    expect(sections(watch(withUpstreams(30)).overview.widgets)).toHaveLength(30)
  })

  it('finds the foremost of 31 by search instead', () => {
    const { widgets } = watch(withUpstreams(31)).overview
    expect(sections(widgets)).toEqual(['## Upstreams: of 31, the 15 with most of it'])
  })

  it('shows 101 alarms, of which a widget takes 100', () => {
    const { overview } = watch(small, stack => ({
      alarms: { alarms: Array.from({ length: 101 }, (_, i) => alarm(stack, i)) },
    }))
    expect(overview.widgets.flatMap(({ properties }) => properties.alarms?.length ?? [])).toEqual([100, 1])
  })
})

describe('a dashboard', () => {
  refuses([
    {
      when: 'an API of another region, whose metrics its widgets would not find',
      declare: () => {
        const app = newApp()
        const env = (region: string) => ({ env: { account: '123456789012', region } })
        const api = new ZeroTrustApi(new Stack(app, 'S', env('eu-west-1')), 'Api')
        new ZeroTrustDashboard(new Stack(app, 'O', env('us-east-1')), 'Dashboard', { api })
      },
      at: 'O/Dashboard api',
      given: 'S/Api, which is in another region or account',
      allowed: 'an API in the same region and account: CloudWatch has its metrics nowhere else',
      fix: 'give both stacks the same env',
    },
  ])
})

describe('CloudWatch’s limits', () => {
  /** How many series a search can find at most. */
  const most = ({ dimensions, values, namespace }: ReferencedSeries, routes: number, upstreams: number) => {
    if (namespace === 'AWS/WAFV2') return 10
    if (namespace !== 'Sallyport') return upstreams + 2 // and the first door, and the stubs
    const counts = { route: routes, upstream: upstreams + 1, reason: Object.keys(reasons).length }
    const found = dimensions.map(name => {
      const asked = values[name] ?? counts[name as keyof typeof counts]
      return Array.isArray(asked) ? asked.length : Number(typeof asked === 'number' ? asked : 1)
    })
    return found.reduce((product, count) => product * count, 1)
  }

  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html: 500 widgets, 500 metrics in each and 2,500 in
  // all, also those that only an expression uses. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html:
  // 1,024 characters, 100 searches in a graph. AWS states none for a body; a template has 1 MB.
  it.each([
    [1, 1],
    [10, 2],
    [250, 12],
    [250, 30],
    [250, 60],
  ])('are kept for %i routes before %i upstreams', (routes, upstreams) => {
    const { template, overview, security } = watch(withUpstreams(upstreams, routes, trail), stack => ({
      firewall: new WebFirewall(stack, 'Firewall', { mode: 'block' }),
    }))
    const series = referencedSeries(template)
    for (const { id, body, widgets } of [overview, security]) {
      expect(widgets.length).toBeLessThanOrEqual(500)
      expect(Buffer.byteLength(body)).toBeLessThan(200_000)
      const count = (at: string) =>
        series
          .filter(each => each.at.startsWith(at))
          .reduce((sum, each) => sum + (each.found ? most(each, routes, upstreams) : 1), 0)
      expect(count(`${id} `)).toBeLessThanOrEqual(2500)
      for (const { properties } of widgets) {
        expect(count(`${id} ${properties.title}`)).toBeLessThanOrEqual(500)
        const searches = JSON.stringify(properties.metrics ?? []).match(/SEARCH\(.*?'\)/g) ?? []
        expect(searches.length).toBeLessThanOrEqual(100)
        for (const each of searches) expect(each.replaceAll('\\', '').length).toBeLessThanOrEqual(1024)
      }
    }
  })

  it('are as far away with 250 routes as with one', () => {
    const [one, many] = [1, 250].map(routes => watch(withUpstreams(1, routes)))
    expect(many?.overview.body).toBe(one?.overview.body)
    expect(many?.security.body).toBe(one?.security.body)
  })
})

/** Which metric, by what, and how it is counted. */
const shape = ({ namespace, metricName, dimensions, statistic, period }: Metric) => {
  expect(period.toMinutes()).toBe(5)
  const { service, ...by } = dimensions as Record<string, string>
  expect([namespace, service]).toEqual([metricNamespace, metricService])
  return [metricName, by, statistic]
}

describe('metrics for widgets and alarms of one’s own', () => {
  const api = () => newApi()
  const ofApi = { api: 'Api' }

  it('have the names and dimensions that functions emit, of an API', () => {
    const of = api()
    expect(
      [
        of.metricRequests(),
        of.metricErrors(),
        of.metricGatewayLatency(),
        of.metricDenied('limit.user'),
        of.metricAllDenied(),
        of.metricLimitUse('service'),
        of.metricRefused('body'),
        of.metricStripped('cookie'),
        of.metricKeySetAge(),
        of.metricWriteUnits({ statistic: 'p99' }),
      ].map(shape),
    ).toEqual([
      ['Requests', ofApi, 'Sum'],
      ['Errors', ofApi, 'Sum'],
      ['GatewayLatency', ofApi, 'p90'],
      ['Denied', { ...ofApi, reason: 'limit.user' }, 'Sum'],
      ['Denied', ofApi, 'Sum'],
      ['LimitUse', { ...ofApi, layer: 'service' }, 'Maximum'],
      ['RefusedBody', ofApi, 'Sum'],
      ['StrippedCookie', ofApi, 'Sum'],
      ['KeySetAge', ofApi, 'Maximum'],
      ['WriteUnits', ofApi, 'p99'],
    ])
  })

  it('… of a route', () => {
    const of = api().addRoute('GET /a', { upstream: ok, access: anyToken })
    const dimensions = { ...ofApi, route: 'GET /a' }
    expect(
      [
        of.metricRequests(),
        of.metricErrors(),
        of.metricLatency(),
        of.metricUpstreamLatency(),
        of.metricDenied('limit.user'),
        of.metricLimitUse('user'),
        of.metricAuthorizations(),
        of.metricUncounted(),
      ].map(shape),
    ).toEqual([
      ['Requests', dimensions, 'Sum'],
      ['Errors', dimensions, 'Sum'],
      ['Latency', dimensions, 'p90'],
      ['UpstreamLatency', dimensions, 'p90'],
      ['Denied', { ...dimensions, reason: 'limit.user' }, 'Sum'],
      ['LimitUse', { ...dimensions, layer: 'user' }, 'Maximum'],
      ['Authorizations', dimensions, 'Sum'],
      ['Uncounted', dimensions, 'Sum'],
    ])
  })

  it('… of an upstream', () => {
    const of = api().addUpstream('Crm', Upstream.http('https://crm.example.com'))
    const dimensions = { ...ofApi, upstream: 'Crm' }
    expect(
      [
        of.metricRequests(),
        of.metricUpstreamLatency(),
        of.metricUpstreamRetries(),
        of.metricBreakerOpen(),
        of.metricColdStarts(),
      ].map(shape),
    ).toEqual([
      ['Requests', dimensions, 'Sum'],
      ['UpstreamLatency', dimensions, 'p90'],
      ['UpstreamRetries', dimensions, 'Sum'],
      ['BreakerOpen', dimensions, 'Maximum'],
      ['ColdStarts', dimensions, 'Sum'],
    ])
  })

  it('are each in the table with such dimensions, whichever is asked for', () => {
    const of = api()
    const route = of.addRoute('GET /a', { upstream: ok, access: anyToken })
    const gate = of.addUpstream('Crm', Upstream.http('https://crm.example.com'))
    const argument: Record<string, string> = {
      metricDenied: 'limit.user',
      metricLimitUse: 'user',
      metricRefused: 'output',
      metricStripped: 'query',
    }
    const series = [of, route, gate].flatMap(measured =>
      methodsOf(measured).map(name => {
        const metric = measured[name as 'metricRequests']((argument[name] ?? undefined) as undefined)
        const { namespace, metricName, dimensions = {} } = metric
        return seriesOf(name, namespace, metricName, dimensions)
      }),
    )
    expect(series.length).toBeGreaterThan(40)
    expect(emittedByNobody(series)).toEqual([])
  })
})

/** All that are called `metric…`, its own and inherited. */
function methodsOf(of: object): string[] {
  const names = new Set<string>()
  for (let each: object | null = of; each; each = Object.getPrototypeOf(each) as object | null)
    for (const name of Object.getOwnPropertyNames(each)) if (name.startsWith('metric')) names.add(name)
  return [...names]
}

const seriesOf = (
  at: string,
  namespace: string,
  name: string,
  values: Readonly<Record<string, unknown>>,
): ReferencedSeries => ({
  at,
  namespace,
  name,
  values,
  dimensions: Object.keys(values).sort(),
  statistic: undefined,
  found: false,
})
