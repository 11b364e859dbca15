import { Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Alarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import {
  Access,
  Upstream,
  WebFirewall,
  ZeroTrustApi,
  ZeroTrustDashboard,
  type ZeroTrustDashboardProps,
} from 'sallyport'
import { describe, expect, it } from 'vitest'
import { metricService, metrics } from '../../contract/metrics.ts'
import { reasons } from '../../contract/reasons.ts'
import {
  dashboardsOf,
  emittedByNobody,
  referencedSeries,
  type TemplateResources,
  type Widget,
} from '../observability/referenced.ts'
import { declareManyRoutes } from '../support/many-routes.ts'
import { anyOutput, anyToken, login, newApi, newApp, ok } from './support.ts'

type Options = Omit<ZeroTrustDashboardProps, 'api'>

interface Watched {
  readonly api: ZeroTrustApi
  readonly template: TemplateResources
  readonly overview: { readonly body: string; readonly widgets: Widget[] }
  readonly security: { readonly body: string; readonly widgets: Widget[] }
}

/** An API's dashboards, in a stack of their own. */
function watch(
  declare: (stack: Stack) => ZeroTrustApi,
  options: (stack: Stack) => Options = () => ({}),
): Watched {
  const app = newApp()
  const api = declare(new Stack(app, 'S'))
  const stack = new Stack(app, 'Observability')
  new ZeroTrustDashboard(stack, 'Dashboard', { api, ...options(stack) })
  const template = Template.fromStack(stack).toJSON() as TemplateResources
  const [overview, security] = dashboardsOf(template)
  if (!overview || !security) throw new Error('there are not two dashboards')
  return { api, template, overview, security }
}

const small = (stack: Stack): ZeroTrustApi => {
  const api = new ZeroTrustApi(stack, 'Api', { issuers: [login] })
  api.addRoute('GET /a', { upstream: ok, access: Access.token() })
  return api
}

/** What helps to watch, added to an API as it would be declared. */
const audited = (stack: Stack): ZeroTrustApi =>
  Object.assign(small(stack), { audit: { deliveryStream: { deliveryStreamName: 'Stream' } } })

const withUpstreams = (count: number) => (stack: Stack) => {
  const api = new ZeroTrustApi(stack, 'Api', { issuers: [login] })
  for (let i = 0; i < count; i += 1) {
    const upstream = api.addUpstream(`Up${i}`, Upstream.http(`https://up${i}.internal.example.com`))
    api.addRoute(`GET /up${i}`, { upstream, access: anyToken, output: anyOutput })
  }
  return api
}

const everything = () =>
  watch(
    stack => {
      const api = declareManyRoutes(stack, 10)
      return Object.assign(api, { audit: { deliveryStream: { deliveryStreamName: 'Stream' } } })
    },
    stack => ({
      firewall: new WebFirewall(new Stack(stack.node.root as never, 'F'), 'Firewall', { mode: 'block' }),
      alarms: [alarm(stack, 0)],
    }),
  )

const alarm = (stack: Stack, i: number): IAlarm =>
  Alarm.fromAlarmArn(stack, `A${i}`, `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a${i}`)

const titles = (widgets: readonly Widget[]) => widgets.map(({ properties }) => properties.title)
const sections = (widgets: readonly Widget[]) =>
  widgets.flatMap(({ properties }) =>
    properties.markdown?.startsWith('## Upstream') ? [properties.markdown] : [],
  )

describe('the dashboards', () => {
  it.each([
    ['of everything', everything],
    ['of an API with one route', () => watch(small)],
    ['of 60 upstreams', () => watch(withUpstreams(60))],
  ])('refer only to what is emitted, with exactly these dimensions: %s', (_, make) => {
    const series = referencedSeries(make().template)
    expect(series.length).toBeGreaterThan(50)
    expect(emittedByNobody(series)).toEqual([])
  })

  it('show all that functions emit, of this API alone', () => {
    const ours = referencedSeries(everything().template).filter(({ namespace }) => namespace === 'Sallyport')
    for (const { values } of ours) expect(values).toMatchObject({ service: metricService, api: 'Api' })
    expect([...new Set(ours.map(({ name }) => name))].sort()).toEqual(Object.keys(metrics).sort())
  })

  it('count each reason as one kind of refusal', () => {
    const { widgets } = watch(small).overview
    const kinds = widgets.find(({ properties }) => properties.title === 'Refused, by kind')?.properties
      .metrics
    const counted = [...JSON.stringify(kinds).matchAll(/\\"([a-z]+\.[a-z_]+)\\"/g)].map(
      ([, reason]) => reason,
    )
    expect(counted.sort()).toEqual(Object.keys(reasons).sort())
  })

  it('stand in a stack of their own without tying the API’s to it', () => {
    const app = newApp()
    const api = newApi({ issuers: [login] }, new Stack(app, 'S'))
    api.addRoute('GET /a', { upstream: ok, access: anyToken })
    const stack = new Stack(app, 'Observability')
    new ZeroTrustDashboard(stack, 'Dashboard', { api })
    expect(Template.fromStack(Stack.of(api)).toJSON().Outputs).not.toEqual(
      expect.objectContaining({ Export: expect.anything() }),
    )
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
    const [overview] = dashboardsOf(Template.fromStack(stack).toJSON())
    expect(sections(overview?.widgets ?? [])).toEqual(['## Upstream Late'])
    expect(overview?.widgets[0]?.type).toBe('alarm')
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
        values: { DeliveryStreamName: 'Stream' },
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
