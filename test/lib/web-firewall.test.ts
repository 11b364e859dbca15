import { Duration, RemovalPolicy, Size, Stack, Tags } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { WebFirewall, type WebFirewallProps, ZeroTrustApi } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Case, refuses, untyped } from './refusals.ts'
import { anyToken, complaintOf, login, newApi, newApp, newStack, ok, type Resource } from './support.ts'

type Json = Record<string, never>

interface Rule {
  readonly Name: string
  readonly Priority: number
  readonly Action?: Json
  readonly OverrideAction?: Json
  // biome-ignore lint/suspicious/noExplicitAny: a template is what these tests look into, not something they build upon
  readonly Statement: any
  readonly VisibilityConfig: Json
}

const firewallOf = (props: WebFirewallProps, stack = newStack()) => new WebFirewall(stack, 'Firewall', props)

function resourcesOf(stack: Stack) {
  const all: Resource[] = Object.values(Template.fromStack(stack).toJSON().Resources)
  return (type: string) => all.filter(({ Type }) => Type === type)
}

/** The web ACL of a firewall, and its rules by name. */
function aclOf(props: WebFirewallProps) {
  const firewall = firewallOf(props)
  const [acl] = resourcesOf(Stack.of(firewall))('AWS::WAFv2::WebACL')
  const list: Rule[] = acl?.Properties.Rules
  const rule = (name: string) => {
    const found = list.find(({ Name }) => Name === name)
    if (!found) throw new Error(`no rule ${name}; there are ${list.map(({ Name }) => Name).join(', ')}`)
    return found
  }
  return { properties: acl?.Properties, list, rule }
}

const names = (list: readonly Rule[]) => list.map(({ Name }) => Name)
const group = (rule: Rule) => rule.Statement.ManagedRuleGroupStatement
const set = (id: string) => ({
  IPSetReferenceStatement: { Arn: { 'Fn::GetAtt': [expect.stringMatching(`^Firewall${id}`), 'Arn'] } },
})
const inSets = (which: string) => ({
  OrStatement: { Statements: [set(`${which}IPV4`), set(`${which}IPV6`)] },
})
const unlessAllowed = { NotStatement: { Statement: inSets('Allowed') } }

describe('a firewall that blocks', () => {
  it('judges in an order that does not depend on what is left out', () => {
    const { list } = aclOf({ mode: 'block' })
    expect(list.map(({ Name, Priority }) => [Priority, Name])).toEqual([
      [0, 'BlockedAddresses'],
      [10, 'Rate'],
      [20, 'IpReputation'],
      [30, 'AnonymousIp'],
      [40, 'BodySize'],
      [50, 'HeaderSize'],
      [60, 'KnownBadInputs'],
      [70, 'Common'],
    ])
    const fewer = aclOf({ mode: 'block', unsafeWithout: { rate: 'why', anonymousIp: 'why' } }).list
    const kept = ({ Name }: Rule) => Name !== 'Rate' && Name !== 'AnonymousIp'
    expect(fewer).toEqual(list.filter(kept))
  })

  it('has no rule that lets a request in, so that none skips those after it', () => {
    const { list, properties } = aclOf({ mode: 'block' })
    expect(JSON.stringify(list)).not.toMatch(/"Allow":/)
    expect(list.map(({ Action, OverrideAction }) => Action ?? OverrideAction)).toEqual([
      { Block: {} },
      { Block: {} },
      { None: {} },
      { None: {} },
      { Block: {} },
      { Block: {} },
      { None: {} },
      { None: {} },
    ])
    expect(properties.DefaultAction).toEqual({ Allow: {} })
    expect(properties.Scope).toBe('REGIONAL')
  })

  it('asks first for what operators block, on both versions of IP', () => {
    expect(aclOf({ mode: 'block' }).list[0]?.Statement).toEqual(inSets('Blocked'))
  })

  it('excuses an address that operators allow from what judges addresses, and from nothing that judges requests', () => {
    const { list, rule } = aclOf({ mode: 'block' })
    expect(rule('Rate').Statement.RateBasedStatement.ScopeDownStatement).toEqual(unlessAllowed)
    expect(group(rule('IpReputation')).ScopeDownStatement).toEqual(unlessAllowed)
    expect(group(rule('AnonymousIp')).ScopeDownStatement).toEqual(unlessAllowed)
    const excused = list.filter(({ Statement }) => JSON.stringify(Statement).includes('FirewallAllowed'))
    expect(names(excused)).toEqual(['Rate', 'IpReputation', 'AnonymousIp'])
  })

  it('has the groups of AWS that are meant', () => {
    const { list } = aclOf({ mode: 'block' })
    const groups = list.flatMap(rule => (group(rule) ? [[group(rule).VendorName, group(rule).Name]] : []))
    expect(groups).toEqual([
      ['AWS', 'AWSManagedRulesAmazonIpReputationList'],
      ['AWS', 'AWSManagedRulesAnonymousIpList'],
      ['AWS', 'AWSManagedRulesKnownBadInputsRuleSet'],
      ['AWS', 'AWSManagedRulesCommonRuleSet'],
    ])
  })

  it('counts 2000 requests of an address in 5 minutes, unless declared otherwise', () => {
    const rate = (props?: Partial<WebFirewallProps>) =>
      aclOf({ mode: 'block', ...props }).rule('Rate').Statement.RateBasedStatement
    expect(rate()).toMatchObject({ AggregateKeyType: 'IP', Limit: 2000, EvaluationWindowSec: 300 })
    expect(rate({ rate: { requests: 10, per: Duration.minutes(1) } })).toMatchObject({
      Limit: 10,
      EvaluationWindowSec: 60,
    })
    expect(rate({ rate: { requests: 2_000_000_000, per: Duration.minutes(10) } })).toMatchObject({
      Limit: 2_000_000_000,
      EvaluationWindowSec: 600,
    })
  })

  it.each([
    [undefined, 65_536, 'KB_64'],
    [Size.kibibytes(64), 65_536, 'KB_64'],
    [Size.bytes(49_153), 49_153, 'KB_64'],
    [Size.kibibytes(48), 49_152, 'KB_48'],
    [Size.kibibytes(16), 16_384, 'KB_16'],
    [Size.bytes(1), 1, 'KB_16'],
  ])('refuses bodies beyond %s, and looks into all of those it lets in', (maxBody, bytes, inspected) => {
    const { properties, rule } = aclOf({ mode: 'block', ...(maxBody && { maxBody }) })
    expect(rule('BodySize').Statement).toEqual({
      SizeConstraintStatement: {
        FieldToMatch: { Body: { OversizeHandling: 'MATCH' } },
        ComparisonOperator: 'GT',
        Size: bytes,
        TextTransformations: [{ Priority: 0, Type: 'NONE' }],
      },
    })
    expect(properties.AssociationConfig).toEqual({
      RequestBody: { API_GATEWAY: { DefaultSizeInspectionLimit: inspected } },
    })
  })

  it('refuses more headers and cookies than it can look into, in which an attack could stand behind 8 KiB or 200 others', () => {
    const all = { MatchPattern: { All: {} }, MatchScope: 'ALL', OversizeHandling: 'MATCH' }
    const largerThan8KiB = (FieldToMatch: object) => ({
      SizeConstraintStatement: {
        FieldToMatch,
        ComparisonOperator: 'GT',
        Size: 8192,
        TextTransformations: [{ Priority: 0, Type: 'NONE' }],
      },
    })
    const { rule } = aclOf({ mode: 'block' })
    expect(rule('HeaderSize')).toMatchObject({ Action: { Block: {} } })
    expect(rule('HeaderSize').Statement).toEqual({
      OrStatement: { Statements: [largerThan8KiB({ Headers: all }), largerThan8KiB({ Cookies: all })] },
    })
    const { list } = aclOf({ mode: 'block', unsafeWithout: { headerSize: 'large sessions' } })
    expect(names(list)).not.toContain('HeaderSize')
  })

  it('looks as far as it can where bodies of any size are let in', () => {
    const { properties, list } = aclOf({
      mode: 'block',
      maxBody: undefined,
      unsafeWithout: { bodySize: 'files' },
    })
    expect(names(list)).not.toContain('BodySize')
    expect(properties.AssociationConfig.RequestBody.API_GATEWAY).toEqual({
      DefaultSizeInspectionLimit: 'KB_64',
    })
  })

  it('does not refuse a body of 8 KB as AWS’s common rules would', () => {
    expect(group(aclOf({ mode: 'block' }).rule('Common')).RuleActionOverrides).toEqual([
      { Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } },
    ])
  })

  it('only counts the single rules that are named with a reason', () => {
    const { rule } = aclOf({
      mode: 'block',
      unsafeCountOnly: {
        HostingProviderIPList: 'partners call from there',
        CrossSiteScripting_BODY: 'we take HTML',
      },
    })
    const overrides = (name: string) => group(rule(name)).RuleActionOverrides
    expect(overrides('AnonymousIp')).toEqual([{ Name: 'HostingProviderIPList', ActionToUse: { Count: {} } }])
    expect(overrides('Common')).toEqual([
      { Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } },
      { Name: 'CrossSiteScripting_BODY', ActionToUse: { Count: {} } },
    ])
    expect(overrides('IpReputation')).toBeUndefined()
  })

  // What each takes: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html
  const capacities: Readonly<Record<string, number>> = {
    AWSManagedRulesCommonRuleSet: 700,
    AWSManagedRulesKnownBadInputsRuleSet: 200,
    AWSManagedRulesAmazonIpReputationList: 25,
    AWSManagedRulesAnonymousIpList: 50,
    RateBasedStatement: 2,
    IPSetReferenceStatement: 1,
    // A transformation takes 10, if NONE is one.
    SizeConstraintStatement: 11,
  }
  interface Nested {
    readonly Name?: string
    readonly Statements?: readonly Statement[]
    readonly Statement?: Statement
    readonly ScopeDownStatement?: Statement
  }
  type Statement = Readonly<Record<string, Nested>>
  const capacityOf = (statement: Statement): number =>
    Object.entries(statement).reduce((sum, [kind, { Name, Statements, Statement, ScopeDownStatement }]) => {
      const nested = [...(Statements ?? []), Statement, ScopeDownStatement].filter(each => each !== undefined)
      const own = capacities[Name ?? kind] ?? (nested.length > 0 ? 0 : Number.NaN)
      return nested.reduce((inner, each) => inner + capacityOf(each), sum + own)
    }, 0)

  it('takes 1018 of the 1500 capacity units that a web ACL has without a surcharge', () => {
    const { list } = aclOf({ mode: 'block' })
    const total = list.reduce((sum, { Statement }) => sum + capacityOf(Statement), 0)
    expect(total).toBe(1018)
    expect(total).toBeLessThan(1500)
  })
})

describe('a firewall that only counts', () => {
  it('refuses nothing but what operators block', () => {
    const { list } = aclOf({ mode: 'count' })
    expect(list.map(({ Name, Action, OverrideAction }) => [Name, Action ?? OverrideAction])).toEqual([
      ['BlockedAddresses', { Block: {} }],
      ['Rate', { Count: {} }],
      ['IpReputation', { Count: {} }],
      ['AnonymousIp', { Count: {} }],
      ['BodySize', { Count: {} }],
      ['HeaderSize', { Count: {} }],
      ['KnownBadInputs', { Count: {} }],
      ['Common', { Count: {} }],
    ])
  })

  it('is otherwise the one that blocks', () => {
    const without = ({ Action: _, OverrideAction: __, ...rule }: Rule) => rule
    expect(aclOf({ mode: 'count' }).list.map(without)).toEqual(aclOf({ mode: 'block' }).list.map(without))
  })
})

describe('addresses that operators change', () => {
  it('are four sets, empty, of which the template says nothing that could change: not even tags', () => {
    const stack = newStack()
    Tags.of(stack).add('team', 'edge')
    firewallOf({ mode: 'block' }, stack)
    const sets = resourcesOf(stack)('AWS::WAFv2::IPSet')
    expect(sets.map(({ Properties }) => Properties)).toEqual(
      ['block', 'allow'].flatMap(verb =>
        ['IPV4', 'IPV6'].map(IPAddressVersion => ({
          Addresses: [],
          Description: `Addresses that operators ${verb}`,
          IPAddressVersion,
          Scope: 'REGIONAL',
        })),
      ),
    )
    expect(resourcesOf(stack)('AWS::WAFv2::WebACL')[0]?.Properties.Tags).toEqual([
      { Key: 'team', Value: 'edge' },
    ])
  })
})

describe('what a firewall stores', () => {
  const stored = (props?: Partial<WebFirewallProps>, stack = newStack()) => {
    firewallOf({ mode: 'block', ...props }, stack)
    return resourcesOf(stack)
  }

  it('holds no value of a header, a cookie, a query or a body, also not where a rule found something', () => {
    const [acl] = stored()('AWS::WAFv2::WebACL')
    expect(acl?.Properties.DataProtectionConfig.DataProtections).toEqual(
      ['SINGLE_HEADER', 'SINGLE_COOKIE', 'SINGLE_QUERY_ARGUMENT', 'QUERY_STRING', 'BODY'].map(FieldType => ({
        // Without keys: all of them.
        Field: { FieldType },
        Action: 'SUBSTITUTION',
        ExcludeRuleMatchDetails: false,
        ExcludeRateBasedDetails: false,
      })),
    )
  })

  it('holds no path, and of credentials nothing, where data protection is taken away by hand', () => {
    const [logging] = stored()('AWS::WAFv2::LoggingConfiguration')
    expect(logging?.Properties.RedactedFields).toEqual([
      { UriPath: {} },
      { QueryString: {} },
      { SingleHeader: { Name: 'authorization' } },
      { SingleHeader: { Name: 'cookie' } },
    ])
  })

  it('is what rules found, and nothing of requests that none of them stopped at', () => {
    const [logging] = stored()('AWS::WAFv2::LoggingConfiguration')
    const condition = (Action: string) => ({ ActionCondition: { Action } })
    expect(logging?.Properties.LoggingFilter).toEqual({
      DefaultBehavior: 'DROP',
      Filters: [
        {
          Behavior: 'KEEP',
          Requirement: 'MEETS_ANY',
          Conditions: [condition('BLOCK'), condition('COUNT'), condition('EXCLUDED_AS_COUNT')],
        },
      ],
    })
  })

  it('has no samples, which would show paths, and a metric for the firewall and each rule', () => {
    const { list, properties } = aclOf({ mode: 'block' })
    const visibility = (MetricName: string) => ({
      MetricName,
      CloudWatchMetricsEnabled: true,
      SampledRequestsEnabled: false,
    })
    expect(properties.VisibilityConfig).toEqual(visibility('S-Firewall'))
    for (const { Name, VisibilityConfig } of list) expect(VisibilityConfig).toEqual(visibility(Name))
  })

  it.each([
    [128, /^S-x{113}-y{10}-z$/],
    [129, /^[\w-]{1,128}$/],
  ])('has a metric of a name that WAF takes, also where its path has %i characters', (characters, name) => {
    const stack = newStack()
    const scope = new Construct(new Construct(stack, 'x'.repeat(characters - 15)), 'y'.repeat(10))
    new WebFirewall(scope, 'z', { mode: 'block' })
    const [acl] = resourcesOf(stack)('AWS::WAFv2::WebACL')
    expect(acl?.Properties.VisibilityConfig.MetricName).toMatch(name)
  })

  it('goes to a log group with the prefix that WAF asks for, of another name in each stack there ever is', () => {
    const of = stored()
    const [group] = of('AWS::Logs::LogGroup')
    const [logging] = of('AWS::WAFv2::LoggingConfiguration')
    const name = group?.Properties.LogGroupName['Fn::Join'][1]
    expect(name[0]).toMatch(/^aws-waf-logs-S-Firewall-\w+-$/)
    expect(JSON.stringify(name[1])).toContain('AWS::StackId')
    // Without the :* behind, which WAF refuses.
    const destination = logging?.Properties.LogDestinationConfigs[0]
    expect(destination['Fn::Join'][1].slice(-2)).toEqual([
      ':log-group:',
      { Ref: expect.stringMatching(/^FirewallLogs/) },
    ])
  })

  it('is kept for three months, and when the stack goes, unless declared otherwise', () => {
    const group = (props?: Partial<WebFirewallProps>) => stored(props)('AWS::Logs::LogGroup')[0]
    expect(group()).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { RetentionInDays: 90, DeletionProtectionEnabled: true },
    })
    expect(group({ logRemovalPolicy: RemovalPolicy.DESTROY, logRetention: 400 })).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: { RetentionInDays: 400 },
    })
  })

  it('can be encrypted with a key of the customer’s, which CloudWatch Logs may use for this group alone', () => {
    const stack = newStack()
    const of = stored({ encryptionKey: new Key(stack, 'Key') }, stack)
    expect(of('AWS::Logs::LogGroup')[0]?.Properties.KmsKeyId).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'],
    })
    const [key] = of('AWS::KMS::Key')
    const statements = key?.Properties.KeyPolicy.Statement
    expect(statements).toHaveLength(2)
    const [arn] = statements[1].Condition.ArnLike['kms:EncryptionContext:aws:logs:arn']
    expect(JSON.stringify(arn)).toMatch(/:log-group:aws-waf-logs-S-Firewall-\w+-\*"/)
  })

  it('may be delivered to its group by AWS for this account alone, and to no other', () => {
    const of = stored()
    const [policy] = of('AWS::Logs::ResourcePolicy')
    const parts: unknown[] = policy?.Properties.PolicyDocument['Fn::Join'][1]
    const text = parts.map(part => (typeof part === 'string' ? part : Object.values(part as object).join()))
    expect(JSON.parse(text.join('')).Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'delivery.logs.amazonaws.com' },
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: expect.stringMatching(/^FirewallLogs\w+,Arn$/),
        Condition: {
          StringEquals: { 'aws:SourceAccount': 'AWS::AccountId' },
          ArnLike: { 'aws:SourceArn': 'arn:AWS::Partition:logs:AWS::Region:AWS::AccountId:*' },
        },
      },
    ])
    const [logging] = of('AWS::WAFv2::LoggingConfiguration')
    expect(logging?.DependsOn).toEqual([expect.stringMatching(/^FirewallLogDelivery/)])
  })
})

describe('protect', () => {
  it('ties the firewall to the stage of each API, in the API’s stack', () => {
    const app = newApp()
    const firewall = firewallOf({ mode: 'block' }, new Stack(app, 'Edge'))
    const apis = ['One', 'Two'].map(id => {
      const api = new ZeroTrustApi(new Stack(app, id), 'Api', { issuers: [login] })
      api.addRoute('GET /a', { upstream: ok, access: anyToken })
      firewall.protect(api)
      return api
    })
    for (const api of apis) {
      const [association, ...others] = resourcesOf(Stack.of(api))('AWS::WAFv2::WebACLAssociation')
      expect(others).toEqual([])
      expect(association?.Properties.WebACLArn).toEqual({
        'Fn::ImportValue': expect.stringMatching(/^Edge:/),
      })
      const arn = association?.Properties.ResourceArn['Fn::Join'][1]
      expect(arn).toContain('::/restapis/')
      // By reference, so that the stage is there first.
      expect(arn.at(-1)).toEqual({ Ref: expect.stringMatching(/^ApiRestApiDeploymentStage/) })
    }
    expect(resourcesOf(Stack.of(firewall))('AWS::WAFv2::WebACLAssociation')).toEqual([])
  })

  it('works before routes are declared, and in the API’s own stack', () => {
    const api = newApi()
    firewallOf({ mode: 'count' }, Stack.of(api)).protect(api)
    api.addRoute('GET /a', { upstream: ok, access: anyToken })
    expect(resourcesOf(Stack.of(api))('AWS::WAFv2::WebACLAssociation')).toHaveLength(1)
  })

  const synthOf = (props: WebFirewallProps, body: object) => {
    const api = newApi()
    firewallOf(props, Stack.of(api)).protect(api)
    api.addRoute('POST /a', { upstream: ok, access: anyToken, input: { body: z.object({}) }, ...body })
    return () => Template.fromStack(Stack.of(api))
  }

  it('lets no route take a larger body than the firewall lets in', () => {
    expect(synthOf({ mode: 'block' }, { maxBody: Size.kibibytes(64) })).not.toThrow()
    expect(synthOf({ mode: 'block' }, { maxBody: Size.bytes(65_537) })).toThrow(
      'route "POST /a" of S/Api takes bodies of up to 65537 bytes, of which S/Firewall lets in 65536: state maxBody: Size.bytes(65536) on the ' +
        "route, or unsafeWithout: { bodySize: 'why' } on the firewall",
    )
    expect(synthOf({ mode: 'count', maxBody: Size.kibibytes(1) }, { maxBody: Size.bytes(1025) })).toThrow(
      '1025 bytes',
    )
    expect(
      synthOf({ mode: 'block', unsafeWithout: { bodySize: 'files' } }, { maxBody: Size.mebibytes(4) }),
    ).not.toThrow()
  })

  it('does not ask after the size of bodies where a route takes none', () => {
    const api = newApi()
    firewallOf({ mode: 'block' }, Stack.of(api)).protect(api)
    api.addRoute('GET /a', { upstream: ok, access: anyToken })
    expect(() => Template.fromStack(Stack.of(api))).not.toThrow()
  })

  it('is said in the contract that cdk diff shows, with each reason', () => {
    const api = newApi()
    firewallOf(
      {
        mode: 'count',
        maxBody: Size.kibibytes(32),
        unsafeWithout: { anonymousIp: 'callers are clouds' },
        unsafeCountOnly: { NoUserAgent_HEADER: 'old clients' },
      },
      Stack.of(api),
    ).protect(api)
    api.addRoute('GET /a', { upstream: ok, access: anyToken })
    expect(Template.fromStack(Stack.of(api)).toJSON().Metadata).toMatchObject({
      'Api firewall': 'S/Firewall',
      'Firewall mode': 'only counts, but for addresses that operators block',
      'Firewall rate': '2000 requests of an address in 300 s',
      'Firewall bodySize': 'up to 32768 bytes',
      'Firewall without anonymousIp': 'unsafe: callers are clouds',
      'Firewall only counts NoUserAgent_HEADER': 'unsafe: old clients',
    })
  })

  it('refuses a second firewall before one API, and what is none', () => {
    const api = newApi()
    const firewall = firewallOf({ mode: 'block' }, Stack.of(api))
    firewall.protect(api)
    expect(complaintOf(() => firewall.protect(api))).toEqual({
      at: 'S/Firewall protect',
      given: 'S/Api, which is protected already',
      allowed: 'one firewall before each API: a stage of API Gateway takes no more',
      fix: 'remove one of the two',
    })
    expect(complaintOf(() => firewall.protect(untyped('Api')))).toMatchObject({
      given: '"Api"',
      allowed: 'a ZeroTrustApi',
    })
  })
})

describe('a firewall', () => {
  const at = 'S/Firewall'
  const refused = (
    when: string,
    props: object | undefined,
    complaint: Omit<Case, 'when' | 'declare'>,
  ): Case => ({
    when,
    declare: () => firewallOf(untyped(props)),
    ...complaint,
  })
  const modes = {
    at: `${at} mode`,
    allowed: "'block' or 'count'",
    fix: "write mode: 'count' to begin with, and 'block' once its log shows nobody who is welcome",
  }
  const requests = {
    at: `${at} rate requests`,
    allowed: 'a whole number from 10 to 2,000,000,000',
    fix: 'finer limits, counted exactly and by caller, are limits of the API',
  }
  const per = { at: `${at} rate per`, fix: 'these are the windows that WAF has' }
  const rate = (given: number, window = Duration.minutes(5)) => ({
    mode: 'block',
    rate: { requests: given, per: window },
  })
  const spelled = 'spell it as one of these, which are what the firewall has; letters and case count'
  refuses([
    refused('without a mode', {}, { ...modes, given: 'nothing' }),
    refused('in a mode of another name', { mode: 'Block' }, { ...modes, given: '"Block"' }),
    refused(
      'with an unknown option',
      { mode: 'block', rules: [] },
      {
        at,
        given: 'unknown option "rules"',
        allowed:
          'mode, rate, maxBody, unsafeWithout, unsafeCountOnly, logRetention, logRemovalPolicy, encryptionKey',
        fix: 'remove "rules", or spell it as one of the above',
      },
    ),
    refused('with a rate of 9', rate(9), { ...requests, given: '9' }),
    refused('with a rate beyond 2,000,000,000', rate(2_000_000_001), { ...requests, given: '2000000001' }),
    refused('with half a request', rate(10.5), { ...requests, given: '10.5' }),
    refused('with a rate in 59 seconds', rate(10, Duration.seconds(59)), {
      ...per,
      given: '59 seconds',
      allowed: 'a Duration from 1 minute to 10 minutes, in whole seconds',
    }),
    refused('with a rate in 3 minutes', rate(10, Duration.minutes(3)), {
      ...per,
      given: '180 seconds',
      allowed: '1, 2, 5 or 10 minutes',
    }),
    refused(
      'with bodies beyond what WAF looks into',
      { mode: 'block', maxBody: Size.bytes(65_537) },
      {
        at: `${at} maxBody`,
        given: '65537 bytes',
        allowed: 'up to 64 KiB, as far as WAF looks into a body',
        fix: "to let larger ones in, of which it sees the beginning, write unsafeWithout: { bodySize: 'why' }",
      },
    ),
    refused(
      'without what operators block',
      { mode: 'block', unsafeWithout: { blockedAddresses: 'why' } },
      {
        at: `${at} unsafeWithout`,
        given: 'unknown name "blockedAddresses"',
        allowed: 'rate, bodySize, headerSize, ipReputation, anonymousIp, knownBadInputs, common',
        fix: spelled,
      },
    ),
    refused(
      'without a part for no reason',
      { mode: 'block', unsafeWithout: { common: ' ' } },
      {
        at: `${at} unsafeWithout common`,
        given: '" "',
        allowed: 'a non-empty string',
        fix: 'say why, for whoever reads it later',
      },
    ),
    refused(
      'with a bound of bodies that are not bounded',
      { mode: 'block', maxBody: Size.kibibytes(1), unsafeWithout: { bodySize: 'files' } },
      {
        at: `${at} maxBody`,
        given: 'maxBody, and unsafeWithout.bodySize',
        allowed: 'one of the two',
        fix: 'remove unsafeWithout.bodySize',
      },
    ),
    refused(
      'with a rate that is not counted',
      { ...rate(10), unsafeWithout: { rate: 'why' } },
      {
        at: `${at} rate`,
        given: 'rate, and unsafeWithout.rate',
        allowed: 'one of the two',
        fix: 'remove unsafeWithout.rate',
      },
    ),
    // WAF would ignore it, and the rule would refuse on.
    refused(
      'that spells a rule in another case',
      {
        mode: 'block',
        unsafeWithout: { common: 'why', knownBadInputs: 'why', ipReputation: 'why' },
        unsafeCountOnly: { AnonymousIpList: 'why' },
      },
      {
        at: `${at} unsafeCountOnly`,
        given: 'unknown name "AnonymousIpList"',
        allowed: 'AnonymousIPList, HostingProviderIPList',
        fix: spelled,
      },
    ),
    refused(
      'that counts a rule of a group it is without',
      {
        mode: 'block',
        unsafeWithout: { common: 'why', knownBadInputs: 'why', anonymousIp: 'why' },
        unsafeCountOnly: { AnonymousIPList: 'why' },
      },
      {
        at: `${at} unsafeCountOnly`,
        given: 'unknown name "AnonymousIPList"',
        allowed: 'AWSManagedIPReputationList, AWSManagedReconnaissanceList',
        fix: spelled,
      },
    ),
  ])
})
