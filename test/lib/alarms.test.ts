import { readFileSync } from 'node:fs'
import { Duration, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import {
  Access,
  Upstream,
  ZeroTrustAlarms,
  type ZeroTrustAlarmsProps,
  ZeroTrustApi,
  ZeroTrustDashboard,
} from 'sallyport'
import { describe, expect, it } from 'vitest'
import { alarmNames } from '../../lib/declare/alarms-props.ts'
import { dashboardsOf, emittedByNobody, referencedSeries } from '../observability/referenced.ts'
import { type AlarmResources, alarmsOf, definitionsOf, watchedApi } from '../observability/watched-api.ts'
import { type Case, refuses, untyped } from './refusals.ts'
import { anyOutput, anyToken, login, newApi, newApp, ok, type Resource } from './support.ts'

const ofType = (resources: AlarmResources, type: string): Resource[] =>
  Object.values(resources).filter(({ Type }) => Type === type)
const metricAlarms = (resources: AlarmResources) => ofType(resources, 'AWS::CloudWatch::Alarm')
const metricsOf = ({ Properties: p }: Resource): readonly object[] =>
  p.Metrics ? p.Metrics.filter((each: object) => 'MetricStat' in each) : [p]
const namesOf = (resources: AlarmResources) => definitionsOf(resources).map(({ name }) => name)
const ruleOf = (resources: AlarmResources, name: string) =>
  String(definitionsOf(resources).find(each => each.name === name)?.properties.AlarmRule)
    .replaceAll('arn:aws:cloudwatch:eu-west-1:123456789012:alarm:', '')
    .replaceAll('"', '')

/** What is written over the widgets of an API's dashboards, and between them. */
function titlesOf(api: ZeroTrustApi): string[] {
  const stack = new Stack(api.node.root, 'Dashboards')
  new ZeroTrustDashboard(stack, 'Dashboard', { api })
  return dashboardsOf(Template.fromStack(stack).toJSON())
    .flatMap(({ widgets }) => widgets)
    .map(({ properties }) => String(properties.title ?? properties.markdown).replace(/^#+ /, ''))
}

const everything = [
  'ErrorsFastLong',
  'ErrorsFastShort',
  'ErrorsSlowLong',
  'ErrorsSlowShort',
  'GatewayLatency',
  'Incidents',
  'StoreFailures',
  'StoreLatency',
  'KeyFetchFailures',
  'StaleKeys',
  'UpstreamErrorsCrm',
  'BreakerOpenCrm',
  'UpstreamErrorsBilling',
  'Breaches',
  'TokenFailures',
  'DenialsUnusual',
  'DenialsMany',
  'AuditLag',
  'AuditFailures',
  'AuditSilence',
]

describe('the alarms of an API', () => {
  it('watch what it has: its upstreams, its table, its issuers, its trail', () => {
    expect(namesOf(alarmsOf().resources)).toEqual(
      expect.arrayContaining([...everything, 'Service', 'Security']),
    )
    expect(namesOf(alarmsOf().resources)).toHaveLength(everything.length + 2)
  })

  it('watch nothing that it does not have', () => {
    const api = newApi({})
    api.addRoute('GET /health', { upstream: ok, access: Access.public() })
    const names = namesOf(alarmsOf({}, api).resources)
    expect(names).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/Store|Key|Token|Upstream|Breaker|Audit/)]),
    )
    expect(names).toContain('ErrorsFastLong')
  })

  it('refer to series that functions or AWS emit, and to no others', () => {
    const { resources } = alarmsOf({ upstreamLatency: { Crm: Duration.millis(800) } })
    const series = referencedSeries({ Resources: resources })
    expect(series.length).toBeGreaterThan(everything.length)
    expect(emittedByNobody(series)).toEqual([])
  })

  it('stay within what one alarm may refer to, and look back no further than a day', () => {
    for (const resource of metricAlarms(alarmsOf().resources)) {
      expect(metricsOf(resource).length).toBeLessThanOrEqual(10)
      const { Period, Metrics, EvaluationPeriods, AlarmDescription } = resource.Properties
      const periods: number[] = Metrics
        ? Metrics.flatMap((each: { MetricStat?: { Period: number } }) => each.MetricStat?.Period ?? [])
        : [Period]
      // CloudWatch takes one period for all metrics of an alarm.
      expect(new Set(periods).size).toBe(1)
      expect(Number(periods[0]) * EvaluationPeriods).toBeLessThanOrEqual(86_400)
      expect(AlarmDescription.length).toBeLessThanOrEqual(1024)
    }
  })

  it('are quiet while there is nothing to judge, and act by none of themselves', () => {
    for (const { Properties } of metricAlarms(alarmsOf().resources)) {
      expect(Properties.TreatMissingData).toBe('notBreaching')
      expect(Properties).not.toHaveProperty('AlarmActions')
      expect(Properties).not.toHaveProperty('OKActions')
    }
  })

  it('make two pages, each alarm part of one of them', () => {
    const { resources } = alarmsOf()
    const [service, security] = [ruleOf(resources, 'Service'), ruleOf(resources, 'Security')]
    const inRule = (rule: string) => [...rule.matchAll(/ALARM\((\w+)\)/g)].map(([, name]) => name)
    expect([...inRule(service), ...inRule(security)].sort()).toEqual([...everything].sort())
    expect(security).toContain('ALARM(TokenFailures)')
    expect(security).toContain('ALARM(AuditLag)')
  })

  it('burn an error budget in a long window and a short one together, and are unusual in kind and in number', () => {
    const { resources } = alarmsOf()
    expect(ruleOf(resources, 'Service')).toContain('(ALARM(ErrorsFastLong) AND ALARM(ErrorsFastShort))')
    expect(ruleOf(resources, 'Service')).toContain('(ALARM(ErrorsSlowLong) AND ALARM(ErrorsSlowShort))')
    expect(ruleOf(resources, 'Security')).toContain('(ALARM(DenialsUnusual) AND ALARM(DenialsMany))')
  })

  it('send one message when a page begins, and one when it is over, to one topic', () => {
    for (const { Properties } of ofType(alarmsOf().resources, 'AWS::CloudWatch::CompositeAlarm')) {
      expect(Properties.AlarmActions).toHaveLength(1)
      expect(Properties.OKActions).toEqual(Properties.AlarmActions)
    }
  })

  it('name what is wrong, what to do first, and where more is written', () => {
    for (const { Properties } of metricAlarms(alarmsOf().resources))
      expect(Properties.AlarmDescription).toMatch(/^Api: .+\. First: .+ More: docs\/alarms\.md#[a-z]+$/)
  })

  it.each([
    ['the alarms', () => metricAlarms(alarmsOf().resources).map(each => each.Properties.AlarmDescription)],
    ['docs/alarms.md', () => [readFileSync('docs/alarms.md', 'utf8')]],
  ])('send nobody to a graph that is not there: %s', (_, read) => {
    const titles = titlesOf(watchedApi())
    const named = read().flatMap(text => [...String(text).matchAll(/“([^”]+)”/g)].map(([, name]) => name))
    expect(named.length).toBeGreaterThan(5)
    const isThere = (name: string) => titles.some(title => title.startsWith(name))
    expect(named.filter(name => !isThere(name as string))).toEqual([])
  })

  it('say of sixty upstreams what they say of one, in rules that CloudWatch takes', () => {
    const api = newApi()
    for (let i = 0; i < 60; i += 1)
      api.addRoute(`GET /r${i}`, {
        upstream: api.addUpstream(`Upstream${i}`, Upstream.http(`https://u${i}.example.com`)),
        access: anyToken,
        output: anyOutput,
      })
    const { resources } = alarmsOf({}, api)
    // So many have no section of their own.
    const texts = metricAlarms(resources).map(({ Properties }) => String(Properties.AlarmDescription))
    const shown = texts.flatMap(text => text.match(/“Upstream[^”]*”/g) ?? [])
    expect(new Set(shown)).toEqual(new Set(['“Upstreams”']))
    const rules = ofType(resources, 'AWS::CloudWatch::CompositeAlarm').map(each =>
      JSON.stringify(each.Properties.AlarmRule),
    )
    const all = definitionsOf(resources)
    for (const { properties, type } of all) {
      if (type !== 'AWS::CloudWatch::CompositeAlarm') continue
      const count = [...String(properties.AlarmRule).matchAll(/ALARM\(/g)].length
      // With names as long as CloudFormation can make them.
      expect(count * 335).toBeLessThanOrEqual(10_240)
    }
    for (const { name, arn } of all)
      if (name !== 'Service' && name !== 'Security')
        expect(
          all.filter(({ properties }) => String(properties.AlarmRule).includes(`"${arn}"`)),
        ).toHaveLength(1)
    expect(rules.length).toBeGreaterThan(2)
    expect(all.filter(({ properties }) => properties.AlarmActions)).toHaveLength(2)
  })

  it('watch the latency of an upstream where it is declared', () => {
    const { resources } = alarmsOf({ upstreamLatency: { Crm: Duration.millis(800) } })
    const found = definitionsOf(resources).find(({ name }) => name === 'UpstreamLatencyCrm')
    expect(found?.properties).toMatchObject({ Threshold: 800, ComparisonOperator: 'GreaterThanThreshold' })
    expect(ruleOf(resources, 'Service')).toContain('ALARM(UpstreamLatencyCrm)')
  })

  it('tie no stack of the API to theirs', () => {
    const api = watchedApi()
    alarmsOf({}, api)
    const { Outputs = {} } = Template.fromStack(Stack.of(api)).toJSON()
    expect(JSON.stringify(Outputs)).not.toContain('"Export"')
  })

  it('have names that begin as their stack’s does, so that two environments share an account', () => {
    // Pages of so many upstreams have alarms in between.
    const namesIn = (stackName: string) => {
      const app = newApp()
      const api = newApi({ issuers: [login] }, new Stack(app, 'Api', { stackName: `${stackName}-api` }))
      for (let i = 0; i < 30; i += 1)
        api.addRoute(`GET /r${i}`, {
          upstream: api.addUpstream(`Up${i}`, Upstream.http(`https://u${i}.example.com`)),
          access: anyToken,
          output: anyOutput,
        })
      const stack = new Stack(app, 'Watching', { stackName })
      new ZeroTrustAlarms(stack, 'Alarms', { api })
      const resources = Template.fromStack(stack).toJSON().Resources as AlarmResources
      // CloudFormation makes up the others', of the stack's name and no other's.
      for (const { Properties } of metricAlarms(resources)) expect(Properties.AlarmName).toBeUndefined()
      return ofType(resources, 'AWS::CloudWatch::CompositeAlarm').map(each => each.Properties.AlarmName)
    }
    const all = ['staging', 'production'].flatMap(stackName => {
      const names = namesIn(stackName)
      expect(names.length).toBeGreaterThan(2)
      for (const name of names) expect(name).toMatch(new RegExp(`^${stackName}-.{1,254}$`))
      return names
    })
    expect(new Set(all).size).toBe(all.length)
  })

  it('have names that CloudWatch takes in a stack whose own is as long as one can be', () => {
    const stack = new Stack(newApp(), 'Long', { stackName: 'x'.repeat(128) })
    const api = newApi({}, stack)
    api.addRoute('GET /health', { upstream: ok, access: Access.public() })
    new ZeroTrustAlarms(stack, 'Alarms'.repeat(30), { api })
    const resources = Template.fromStack(stack).toJSON().Resources as AlarmResources
    const names = ofType(resources, 'AWS::CloudWatch::CompositeAlarm').map(each => each.Properties.AlarmName)
    expect(names).toHaveLength(2)
    for (const name of names) expect(String(name).length).toBeLessThanOrEqual(255)
  })

  it('fail the synthesis where they were made before the API was complete', () => {
    const api = watchedApi()
    const stack = new Stack(api.node.root as Stack, 'Observability')
    const alarms = new ZeroTrustAlarms(stack, 'Alarms', { api })
    api.addRoute('GET /late', {
      upstream: Upstream.http('https://late.example.com'),
      access: anyToken,
      output: anyOutput,
    })
    expect(alarms.node.validate()).toEqual([
      'Observability/Alarms was made before S/Api was complete, and does not watch all of it: move it after the last addRoute',
    ])
  })

  it('leave out what a reason is given for, and nothing else', () => {
    const all = new Set(namesOf(alarmsOf().resources))
    const left = alarmNames.map(name => {
      const rest = new Set(namesOf(alarmsOf({ unsafeWithout: { [name]: 'a test' } }).resources))
      return [...all].filter(each => !rest.has(each))
    })
    expect(left.every(names => names.length > 0)).toBe(true)
    expect(left.flat().sort()).toEqual([...everything].sort())
  })

  it('hold a page that never comes where all of its alarms are left out', () => {
    const unsafeWithout = { breaches: 'a', tokenFailures: 'a', clientDenials: 'a', auditDelivery: 'a' }
    expect(ruleOf(alarmsOf({ unsafeWithout }).resources, 'Security')).toBe('FALSE')
  })
})

describe('the topic of pages', () => {
  it('keeps nothing in clear, takes nothing without TLS, and lets CloudWatch publish for this account’s alarms', () => {
    const { resources } = alarmsOf()
    expect(ofType(resources, 'AWS::SNS::Topic')[0]?.Properties.KmsMasterKeyId).toBeDefined()
    const [policy] = ofType(resources, 'AWS::SNS::TopicPolicy')
    expect(policy?.Properties.PolicyDocument.Statement).toEqual([
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': expect.anything() },
        },
      }),
    ])
  })

  const lets = expect.objectContaining({
    Effect: 'Allow',
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  })

  it('has a key of its own, which CloudWatch may use', () => {
    const [key] = ofType(alarmsOf().resources, 'AWS::KMS::Key')
    expect(key?.Properties.EnableKeyRotation).toBe(true)
    expect(key?.Properties.KeyPolicy.Statement).toContainEqual(lets)
  })

  it('has the key that is given, which CloudWatch may use', () => {
    const api = watchedApi()
    const encryptionKey = new Key(Stack.of(api), 'Mine')
    const { resources } = alarmsOf({ encryptionKey }, api)
    expect(ofType(resources, 'AWS::KMS::Key')).toEqual([])
    const [mine] = Object.values(Template.fromStack(Stack.of(api)).findResources('AWS::KMS::Key'))
    expect(mine?.Properties.KeyPolicy.Statement).toContainEqual(lets)
  })

  it('is the one that is given, where CloudWatch may publish then', () => {
    const api = watchedApi()
    const topic = new Topic(Stack.of(api), 'Pager')
    const { alarms, resources } = alarmsOf({ topic }, api)
    expect(alarms.topic).toBe(topic)
    expect(ofType(resources, 'AWS::SNS::Topic')).toEqual([])
    Template.fromStack(Stack.of(api)).hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: [{ Principal: { Service: 'cloudwatch.amazonaws.com' } }] },
    })
  })
})

describe('declarations of alarms', () => {
  const declared = (props: object) => () => {
    const api = watchedApi()
    new ZeroTrustAlarms(new Stack(api.node.root as Stack, 'O'), 'Alarms', {
      api,
      ...props,
    } as ZeroTrustAlarmsProps)
  }
  const cases: Case[] = [
    {
      when: 'an API of another region, whose metrics are not there',
      declare: () => {
        const app = newApp()
        const env = (region: string) => ({ env: { account: '123456789012', region } })
        const api = new ZeroTrustApi(new Stack(app, 'S', env('eu-west-1')), 'Api')
        new ZeroTrustAlarms(new Stack(app, 'O', env('us-east-1')), 'Alarms', { api })
      },
      at: 'O/Alarms api',
      given: 'S/Api, which is in another region or account',
      allowed: 'an API in the same region and account: CloudWatch has its metrics nowhere else',
      fix: 'give both stacks the same env',
    },
    {
      when: 'an option that nobody reads',
      declare: declared({ errorRate: 5 }),
      at: 'O/Alarms',
      given: 'unknown option "errorRate"',
      allowed:
        'api, topic, encryptionKey, errorBudget, gatewayLatency, upstreamErrors, upstreamLatency, storeFailures, storeLatency, incidents, tokenFailures, clientDenials, auditLag, unsafeWithout',
      fix: 'remove "errorRate", or spell it as one of the above',
    },
    {
      when: 'an API that is none',
      declare: () =>
        new ZeroTrustAlarms(new Stack(newApp(), 'O'), 'Alarms', { api: untyped<ZeroTrustApi>({}) }),
      at: 'O/Alarms api',
      given: 'an object',
      allowed: 'a ZeroTrustApi',
      fix: 'name the API that is watched',
    },
    {
      when: 'an API in another region, whose metrics CloudWatch does not have here',
      declare: () => {
        const app = newApp()
        const env = (region: string) => ({ env: { account: '123456789012', region } })
        const api = new ZeroTrustApi(new Stack(app, 'S', env('eu-west-1')), 'Api')
        new ZeroTrustAlarms(new Stack(app, 'O', env('eu-central-1')), 'Alarms', { api })
      },
      at: 'O/Alarms api',
      given: 'S/Api, which is in another region or account',
      allowed: 'an API in the same region and account: CloudWatch has its metrics nowhere else',
      fix: 'give both stacks the same env',
    },
    {
      when: 'a target at which an outage would not fire',
      declare: declared({ errorBudget: { target: 94.9 } }),
      at: 'O/Alarms errorBudget target',
      given: '94.9',
      allowed: 'a number from 95 to 99.99',
      fix: 'state the percentage of requests that must not end in a 5xx, such as 99.9',
    },
    {
      when: 'a share of more than all',
      declare: declared({ tokenFailures: { percent: 101 } }),
      at: 'O/Alarms tokenFailures percent',
      given: '101',
      allowed: 'a number from 1 to 100',
      fix: 'a share in percent: of 100 requests, so many',
    },
    {
      when: 'a lag that Firehose has on a good day',
      declare: declared({ auditLag: Duration.minutes(5) }),
      at: 'O/Alarms auditLag',
      given: '300 seconds',
      allowed: 'a Duration from 6 minutes to 1 day, in whole seconds',
      fix: 'for example Duration.minutes(30), the default',
    },
    {
      when: 'the latency of an upstream that is not there',
      declare: declared({ upstreamLatency: { Crn: Duration.seconds(1) } }),
      at: 'O/Alarms upstreamLatency',
      given: 'unknown upstream "Crn"',
      allowed: 'Billing, Crm',
      fix: 'use the id that addUpstream was given, after the routes that use it',
    },
    {
      when: 'an alarm that is left out without a reason',
      declare: declared({ unsafeWithout: { breaches: ' ' } }),
      at: 'O/Alarms unsafeWithout breaches',
      given: '" "',
      allowed: 'a non-empty string',
      fix: 'say why, for whoever reads it later',
    },
    {
      when: 'a threshold of an alarm that is left out',
      declare: declared({ auditLag: Duration.hours(1), unsafeWithout: { auditDelivery: 'why' } }),
      at: 'O/Alarms auditLag',
      given: 'auditLag, and unsafeWithout.auditDelivery',
      allowed: 'one of the two',
      fix: 'remove unsafeWithout.auditDelivery',
    },
    {
      when: 'a key for a topic that has its own',
      declare: () => {
        const stack = new Stack(newApp(), 'O')
        const props = { topic: new Topic(stack, 'T'), encryptionKey: new Key(stack, 'K') }
        new ZeroTrustAlarms(stack, 'Alarms', { api: newApi(), ...props })
      },
      at: 'O/Alarms encryptionKey',
      given: 'encryptionKey, and a topic',
      allowed: 'one of the two',
      fix: 'a topic of yours has its own: new Topic(…, { masterKey })',
    },
    {
      when: 'a topic that is none',
      declare: declared({ topic: 'arn:aws:sns:eu-west-1:123456789012:pager' }),
      at: 'O/Alarms topic',
      given: '"arn:aws:sns:eu-west-1:123456789012:pager"',
      allowed: 'a topic of SNS: a construct, or an imported one',
      fix: "for a topic by its ARN, write Topic.fromTopicArn(this, 'Topic', arn)",
    },
  ]
  refuses(cases)

  it('are accepted at their bounds', () => {
    expect(
      declared({
        errorBudget: { target: 95, leastErrors: 1 },
        tokenFailures: { percent: 100, leastPerMinute: 1_000_000 },
        clientDenials: { deviations: 1.5, least: 1 },
        auditLag: Duration.minutes(6),
        storeLatency: Duration.seconds(10),
      }),
    ).not.toThrow()
  })
})
