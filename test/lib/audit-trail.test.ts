import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import { Access, AuditTrail, type AuditTrailProps, Upstream, ZeroTrustApi } from 'sallyport'
import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../contract/audit-event.ts'
import { refuses, untyped } from './refusals.ts'
import { anyOutput, anyToken, artifactsOf, login, newApp, newStack, ok, type Resource } from './support.ts'

const compliance = (days: number) => ObjectLockRetention.compliance(Duration.days(days))
const aYear = { retention: compliance(365) }

function trailOf(props: AuditTrailProps = aYear) {
  const stack = newStack()
  new AuditTrail(stack, 'Trail', props)
  const template = Template.fromStack(stack).toJSON()
  const resources = Object.entries((template.Resources ?? {}) as Record<string, Resource>)
  const only = (type: string): Resource => {
    const [found, ...others] = resources.filter(([, { Type }]) => Type === type)
    if (!found || others.length > 0) throw new Error(`not one ${type}`)
    return found[1]
  }
  const policyOf = (role: string) =>
    resources.find(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith(role))?.[1].Properties
      .PolicyDocument.Statement
  return { metadata: template.Metadata as Record<string, string>, resources, only, policyOf }
}

/** A trail in a stack of its own, and an API in another. */
function recorded(declare: (api: ZeroTrustApi, stack: Stack) => unknown) {
  const app = newApp()
  const kept = new Stack(app, 'Kept')
  const trail = new AuditTrail(kept, 'Trail', aYear)
  const stack = new Stack(app, 'S')
  const api = new ZeroTrustApi(stack, 'Api', { issuers: [login], audit: trail })
  declare(api, stack)
  return { app, kept, trail, stack, api }
}

const routes = (api: ZeroTrustApi) => {
  const crm = api.addUpstream('Crm', Upstream.http('https://crm.example.com'))
  api.addRoute('GET /a', { upstream: crm, access: anyToken, output: anyOutput })
  api.addRoute('POST /a', { upstream: crm, access: anyToken, output: anyOutput })
  api.addRoute('GET /b', { upstream: ok, access: Access.public() })
}

const code = Code.fromInline('exports.handler = () => {}')
const own = (stack: Stack, id: string, logGroup?: LogGroup) =>
  new LambdaFunction(stack, id, {
    code,
    logGroup,
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    timeout: Duration.seconds(5),
  })

describe('the bucket of an audit trail', () => {
  it('locks every object from its first second, for as long as declared', () => {
    const { Properties } = trailOf().only('AWS::S3::Bucket')
    expect(Properties).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } },
      },
      VersioningConfiguration: { Status: 'Enabled' },
    })
    const lax = trailOf({ retention: ObjectLockRetention.governance(Duration.days(1)) })
    expect(lax.only('AWS::S3::Bucket').Properties.ObjectLockConfiguration.Rule.DefaultRetention).toEqual({
      Mode: 'GOVERNANCE',
      Days: 1,
    })
  })

  it('is nobody’s but the account’s, encrypted, asked over TLS alone, and stays', () => {
    const { only } = trailOf()
    const bucket = only('AWS::S3::Bucket')
    expect(bucket).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      },
    })
    const statements = only('AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement
    const ofAll = statements.filter(({ Action }: { Action: unknown }) => Action === 's3:*')
    expect(ofAll).toHaveLength(2)
    for (const { Effect, Principal, Action } of ofAll)
      expect({ Effect, Principal, Action }).toEqual({
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 's3:*',
      })
    expect(ofAll.map(({ Condition }: { Condition: object }) => Condition)).toEqual([
      { Bool: { 'aws:SecureTransport': 'false' } },
      { NumericLessThan: { 's3:TlsVersion': 1.2 } },
    ])
  })

  it('takes objects from the delivery alone, and lets nobody hide one, whatever else somebody may do', () => {
    const { resources, only } = trailOf()
    const role = resources.find(([id]) => /^TrailDeliveryRole[^P]*$/.test(id))?.[0]
    const bucket = resources.find(([, { Type }]) => Type === 'AWS::S3::Bucket')?.[0]
    const objects = { 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, '/*']] }
    const refused = { Effect: 'Deny', Principal: { AWS: '*' }, Resource: objects }
    expect(role).toBeDefined()
    expect(only('AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement.slice(2)).toEqual([
      {
        ...refused,
        Action: ['s3:PutObject', 's3:ReplicateObject'],
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': [role, 'Arn'] } } },
      },
      { ...refused, Action: 's3:DeleteObject' },
    ])
  })

  it('moves objects to a cheaper class and deletes none, unless that is declared', () => {
    const rulesOf = (props: AuditTrailProps) =>
      trailOf(props).only('AWS::S3::Bucket').Properties.LifecycleConfiguration.Rules
    const upload = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' }
    const archived = (days: number) => ({
      Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: days }],
    })
    expect(rulesOf(aYear)).toEqual([{ ...upload, ...archived(90) }])
    // At exactly the end of the retention, and what was hidden by a deletion as long again.
    expect(rulesOf({ ...aYear, archiveAfter: Duration.days(364), expireAfter: Duration.days(365) })).toEqual([
      {
        ...upload,
        ...archived(364),
        ExpirationInDays: 365,
        NoncurrentVersionExpiration: { NoncurrentDays: 365 },
      },
    ])
    expect(rulesOf({ retention: compliance(7), expireAfter: Duration.days(90) })).toEqual([
      { ...upload, ExpirationInDays: 90, NoncurrentVersionExpiration: { NoncurrentDays: 7 } },
    ])
  })

  it('takes a key of one’s own, which Firehose can use for this bucket alone', () => {
    const stack = newStack()
    const encryptionKey = new Key(stack, 'Key')
    new AuditTrail(stack, 'Trail', { ...aYear, encryptionKey })
    const { all, only } = resourcesOf(stack)
    expect(only('AWS::S3::Bucket').Properties.BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: {
            SSEAlgorithm: 'aws:kms',
            KMSMasterKeyID: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
          },
        },
      ],
    })
    const statements = all('AWS::IAM::Policy').flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    )
    expect(statements.filter(({ Action }) => String(Action).includes('kms:'))).toEqual([
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
        Condition: {
          StringEquals: {
            'kms:ViaService': { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
            'kms:EncryptionContext:aws:s3:arn': {
              'Fn::GetAtt': [expect.stringMatching(/^TrailBucket/), 'Arn'],
            },
          },
        },
      },
    ])
    expect(only('AWS::Logs::LogGroup').Properties.KmsKeyId).toBeDefined()
  })

  refuses([
    {
      when: 'a trail that says nothing of how long',
      declare: () => trailOf(untyped({ expireAfter: Duration.days(1) })),
      at: 'S/Trail retention',
      given: 'nothing',
      allowed: 'an ObjectLockRetention, of compliance or of governance',
      fix: 'write retention: ObjectLockRetention.compliance(Duration.days(365)), of aws-cdk-lib/aws-s3',
    },
    {
      when: 'a retention of no mode',
      declare: () => trailOf({ retention: untyped(Duration.days(365)) }),
      at: 'S/Trail retention',
      given: 'an object of class Duration',
      allowed: 'an ObjectLockRetention, of compliance or of governance',
      fix: 'write retention: ObjectLockRetention.compliance(Duration.days(365)), of aws-cdk-lib/aws-s3',
    },
    {
      when: 'to expire a day before the retention ends',
      declare: () => trailOf({ ...aYear, expireAfter: Duration.days(364) }),
      at: 'S/Trail expireAfter',
      given: '364 days',
      allowed: 'a Duration from 365 days to 36500 days, in whole days',
      fix: 'state whole days; what is recorded can go only when its retention is over, and is archived before it goes',
    },
    {
      when: 'to archive on the day it expires',
      declare: () => trailOf({ ...aYear, archiveAfter: Duration.days(365), expireAfter: Duration.days(365) }),
      at: 'S/Trail archiveAfter',
      given: '365 days',
      allowed: 'a Duration from 1 day to 364 days, in whole days',
      fix: 'state whole days; what is recorded can go only when its retention is over, and is archived before it goes',
    },
    {
      when: 'days without their unit',
      declare: () => trailOf({ ...aYear, archiveAfter: untyped(30) }),
      at: 'S/Trail archiveAfter',
      given: '30',
      allowed: 'a Duration from 1 day to 36500 days, in whole days',
      fix: 'write Duration.days(30)',
    },
    {
      when: 'an option that nobody reads',
      declare: () => trailOf(untyped({ ...aYear, retain: true })),
      at: 'S/Trail',
      given: 'unknown option "retain"',
      allowed: 'retention, archiveAfter, expireAfter, encryptionKey, removalPolicy',
      fix: 'remove "retain", or spell it as one of the above',
    },
  ])
})

function resourcesOf(stack: Stack) {
  const resources = Object.values(
    (Template.fromStack(stack).toJSON().Resources ?? {}) as Record<string, Resource>,
  )
  const all = (type: string) => resources.filter(({ Type }) => Type === type)
  return { all, only: (type: string) => all(type)[0] as Resource }
}

describe('the delivery of events', () => {
  it('unpacks what CloudWatch Logs sends, leaves the messages, and puts each on a line, packed and partitioned', () => {
    const { Properties } = trailOf().only('AWS::KinesisFirehose::DeliveryStream')
    const destination = Properties.ExtendedS3DestinationConfiguration
    expect(destination).toMatchObject({
      CompressionFormat: 'GZIP',
      FileExtension: '.json.gz',
      ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/eventDay=!{timestamp:yyyyMMdd}/',
      CloudWatchLoggingOptions: { Enabled: true, LogStreamName: 'S3Delivery' },
    })
    expect(destination.Prefix['Fn::Join'][1]).toEqual([
      'region=',
      { Ref: 'AWS::Region' },
      '/accountId=',
      { Ref: 'AWS::AccountId' },
      '/eventDay=!{timestamp:yyyyMMdd}/',
    ])
    expect(destination.ProcessingConfiguration.Processors.map(({ Type }: { Type: string }) => Type)).toEqual([
      'Decompression',
      'CloudWatchLogProcessing',
      'AppendDelimiterToRecord',
    ])
    expect(Properties.DeliveryStreamEncryptionConfigurationInput).toEqual({ KeyType: 'AWS_OWNED_CMK' })
  })

  it('has a role that writes objects and one stream of logs, and reads neither', () => {
    const actions = trailOf()
      .policyOf('TrailDeliveryRole')
      .flatMap(({ Action }: { Action: string | string[] }) => Action)
    expect(actions.sort()).toEqual([
      'logs:PutLogEvents',
      's3:AbortMultipartUpload',
      's3:GetBucketLocation',
      's3:ListBucket',
      's3:ListBucketMultipartUploads',
      's3:PutObject',
    ])
  })

  it('takes events from CloudWatch Logs of this account, which may do nothing but put them', () => {
    const { resources, policyOf } = trailOf()
    expect(policyOf('TrailSubscriptionRole')).toEqual([
      {
        Effect: 'Allow',
        Action: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^TrailStream/), 'Arn'] },
      },
    ])
    const [, role] = resources.find(([id]) => /^TrailSubscriptionRole[A-F0-9]+$/.test(id)) ?? []
    expect(role?.Properties.AssumeRolePolicyDocument.Statement[0]).toMatchObject({
      Principal: { Service: 'logs.amazonaws.com' },
      Condition: { StringLike: { 'aws:SourceArn': { 'Fn::Join': ['', expect.arrayContaining([':*'])] } } },
    })
  })
})

describe('the table of events', () => {
  /** Each member that an event can have, filled in: what is not stated does not compile, as `Required` says. */
  const whole: Whole<Omit<AuditEvent, 'src_endpoint'>> & { src_endpoint: { ip: string; name: string } } = {
    activity_id: 1,
    activity_name: '',
    category_uid: 6,
    class_uid: 6003,
    type_uid: 600301,
    severity_id: 1,
    time: 1_767_268_800_000,
    duration: 0,
    status_id: 1,
    status_code: '',
    status_detail: '',
    action_id: 1,
    disposition_id: 1,
    policy: { uid: '' },
    metadata: {
      version: '1.6.0',
      profiles: ['security_control'],
      product: { name: 'Sallyport', vendor_name: 'Sallyport' },
      uid: '',
      sequence: 1,
      log_name: '',
    },
    api: { operation: '', service: { name: '' }, request: { uid: '' }, response: { code: 200 } },
    actor: { app_name: '', user: { uid: '', name: '', type_id: 0 }, session: { uid: '', issuer: '' } },
    src_endpoint: { ip: '', name: '' },
    dst_endpoint: { name: '' },
    http_request: { http_method: 'GET' },
    http_response: { code: 200 },
    unmapped: {
      previous: '',
      upstream_latency: 3,
      stripped: { query: 1 },
      stripped_names: [''],
      refused: [''],
    },
  }

  it('has a column for each member that an event can have, and no other, of a type that holds it', () => {
    const { Columns } = trailOf().only('AWS::Glue::Table').Properties.TableInput.StorageDescriptor
    const found = Object.fromEntries(
      Columns.map(({ Name, Type }: { Name: string; Type: string }) => [Name, Type]),
    )
    expect(Object.keys(found).sort()).toEqual(Object.keys(whole).sort())
    for (const [name, value] of Object.entries(whole))
      expect({ name, holds: holds(found[name], value) }).toEqual({ name, holds: true })
  })

  it('finds partitions where Firehose puts them, without anyone adding them', () => {
    const { Parameters, PartitionKeys } = trailOf().only('AWS::Glue::Table').Properties.TableInput
    expect(PartitionKeys.map(({ Name }: { Name: string }) => Name)).toEqual([
      'region',
      'accountid',
      'eventday',
    ])
    expect(Parameters).toMatchObject({
      'projection.enabled': 'true',
      'projection.region.values': { Ref: 'AWS::Region' },
      'projection.accountid.values': { Ref: 'AWS::AccountId' },
      'projection.eventday.format': 'yyyyMMdd',
      'projection.eventday.range': '20260101,NOW',
    })
    expect(Parameters['storage.location.template']['Fn::Join'][1].at(-1)).toBe(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena's own placeholders
      '/region=${region}/accountId=${accountid}/eventDay=${eventday}/',
    )
  })

  it('has three questions ready, whose results Athena keeps encrypted and nobody can have put elsewhere', () => {
    const { resources, only } = trailOf()
    const queries = resources.filter(([, { Type }]) => Type === 'AWS::Athena::NamedQuery')
    expect(queries).toHaveLength(3)
    const { Name, WorkGroupConfiguration } = only('AWS::Athena::WorkGroup').Properties
    for (const [, { Properties }] of queries) {
      expect(Properties.WorkGroup).toBe(Name)
      expect(Properties.QueryString).toContain(`"${Properties.Database}"."events"`)
      // Without a day, all that was ever recorded would be read.
      expect(Properties.QueryString).toContain('eventday')
      // Firehose delivers at least once: lines are not events.
      expect(Properties.QueryString).not.toContain('count(*)')
    }
    expect(WorkGroupConfiguration).toMatchObject({
      EnforceWorkGroupConfiguration: true,
      ManagedQueryResultsConfiguration: { Enabled: true },
    })
  })
})

type Whole<T> = T extends readonly unknown[] | string | number
  ? T
  : string extends keyof T
    ? T
    : { readonly [Name in keyof T]-?: Whole<Exclude<T[Name], undefined>> }

/** Whether a type of Hive is that of this value, member by member. */
function holds(type: string, value: unknown): boolean {
  if (typeof value === 'string') return type === 'string'
  if (typeof value === 'number') return type === 'bigint' || (type === 'int' && Math.abs(value) < 2 ** 31)
  if (Array.isArray(value)) return type === 'array<string>'
  if (type === 'map<string,int>') return true
  const members = membersOf(type)
  const given = Object.entries(value as object)
  return (
    given.length === Object.keys(members).length &&
    given.every(([name, member]) => name in members && holds(members[name] as string, member))
  )
}

function membersOf(struct: string): Record<string, string> {
  const inner = /^struct<(.*)>$/.exec(struct)?.[1] ?? ''
  const members: string[] = []
  let depth = 0
  let from = 0
  for (const [at, character] of [...inner].entries()) {
    if (character === '<') depth++
    if (character === '>') depth--
    if (character !== ',' || depth > 0) continue
    members.push(inner.slice(from, at))
    from = at + 1
  }
  return Object.fromEntries([...members, inner.slice(from)].map(one => one.split(/:(.*)/s).slice(0, 2)))
}

describe('the key of hashes', () => {
  it('is made up by Secrets Manager, stays, and does not rotate', () => {
    const { only, resources } = trailOf()
    expect(only('AWS::SecretsManager::Secret')).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { GenerateSecretString: { PasswordLength: 43, ExcludePunctuation: true } },
    })
    expect(resources.filter(([, { Type }]) => Type.includes('Rotation'))).toEqual([])
  })
})

describe('an API with an audit trail', () => {
  it('sends of each door’s log what is an event, and nothing else, from its own stack', () => {
    const { stack, kept, api, trail } = recorded(routes)
    expect(api.audit).toBe(trail)
    const { all, functions } = artifactsOf(stack)
    const filters = all('AWS::Logs::SubscriptionFilter')
    expect(functions).toHaveLength(3)
    expect(filters.map(({ Properties }) => Properties.LogGroupName.Ref).sort()).toEqual(
      functions.map(({ resource }) => resource.Properties.LoggingConfig.LogGroup.Ref).sort(),
    )
    for (const { Properties } of filters)
      expect(Properties).toMatchObject({
        FilterPattern: '{ $.class_uid = 6003 }',
        DestinationArn: { 'Fn::ImportValue': expect.stringMatching(/^Kept:.*Stream.*Arn/) },
        RoleArn: { 'Fn::ImportValue': expect.stringMatching(/^Kept:.*SubscriptionRole.*Arn/) },
      })
    expect(JSON.stringify(Template.fromStack(kept).toJSON())).not.toContain('S:Exports')
  })

  it('hands functions the key by reference, and neither permissions nor the value', () => {
    const { stack } = recorded(routes)
    const { all, functions } = artifactsOf(stack)
    for (const { resource, manifest } of functions) {
      expect(manifest.audit).toBe(true)
      expect(resource.Properties.Environment.Variables.AUDIT_KEY).toEqual({
        'Fn::Join': [
          '',
          [
            '{{resolve:secretsmanager:',
            { 'Fn::ImportValue': expect.stringMatching(/^Kept:/) },
            ':SecretString:::}}',
          ],
        ],
      })
    }
    const actions = JSON.stringify(all('AWS::IAM::Policy'))
    for (const service of ['secretsmanager:', 'firehose:', 's3:']) expect(actions).not.toContain(service)
  })

  it('that has none writes no events, and has no key', () => {
    const stack = newStack()
    routes(new ZeroTrustApi(stack, 'Api', { issuers: [login] }))
    const { all, functions } = artifactsOf(stack)
    expect(all('AWS::Logs::SubscriptionFilter')).toEqual([])
    for (const { resource, manifest } of functions) {
      expect(manifest.audit).toBe(false)
      expect(resource.Properties.Environment?.Variables ?? {}).not.toHaveProperty('AUDIT_KEY')
    }
  })

  it('shares it with others, and may stand in one stack with it', () => {
    const stack = newStack()
    const audit = new AuditTrail(stack, 'Trail', aYear)
    for (const id of ['One', 'Two'])
      new ZeroTrustApi(stack, id, { audit }).addRoute('GET /a', { upstream: ok, access: Access.public() })
    const template = Template.fromStack(stack).toJSON().Resources as Record<string, Resource>
    const filters = Object.values(template).filter(({ Type }) => Type === 'AWS::Logs::SubscriptionFilter')
    expect(filters).toHaveLength(2)
    for (const { DependsOn } of filters)
      expect(DependsOn).toContainEqual(expect.stringMatching(/^TrailSubscriptionRoleDefaultPolicy/))
  })

  it('sends what a door inside a function decides, from that function’s own log group', () => {
    const { stack } = recorded((api, of) => {
      const direct = Upstream.direct(own(of, 'Fn', new LogGroup(of, 'Logs')))
      api.addRoute('GET /a', { upstream: direct, access: anyToken, output: anyOutput })
    })
    const { all } = artifactsOf(stack)
    const groups = all('AWS::Logs::SubscriptionFilter').map(({ Properties }) => Properties.LogGroupName.Ref)
    expect(groups).toContainEqual(expect.stringMatching(/^Logs/))
    const fn = all('AWS::Lambda::Function').find(({ Properties }) => Properties.Code.ZipFile)
    expect(fn?.Properties.Environment.Variables).toHaveProperty('AUDIT_KEY')
  })

  it('gives its key to every function that writes events, and hears each: also one that is there for preflights alone', () => {
    const stack = newStack()
    const audit = new AuditTrail(stack, 'Trail', aYear)
    const api = new ZeroTrustApi(stack, 'Api', {
      audit,
      issuers: [login],
      cors: { origins: ['https://a.example.com'] },
    })
    const direct = Upstream.direct(own(stack, 'Fn', new LogGroup(stack, 'Logs')))
    api.addRoute('GET /a', { upstream: direct, access: anyToken, output: anyOutput })
    const { all } = artifactsOf(stack)
    const functions = all('AWS::Lambda::Function')
    for (const { Properties } of functions)
      expect(Properties.Environment.Variables).toHaveProperty('AUDIT_KEY')
    // The first door, the function with a door inside, and the gate of preflights.
    expect([functions.length, all('AWS::Logs::SubscriptionFilter').length]).toEqual([3, 3])
  })

  it('is warned about where no API names it, since nothing would be recorded', () => {
    const told = (stack: Stack) =>
      Annotations.fromStack(stack)
        .findWarning('*', Match.stringLikeRegexp('records nothing'))
        .map(({ entry }) => entry.data)
    const stack = newStack()
    new AuditTrail(stack, 'Trail', aYear)
    expect(told(stack)).toEqual([expect.stringContaining('S/Trail records nothing')])
    expect(told(recorded(routes).kept)).toEqual([])
  })

  it('says in the template’s words what is kept, how long, and which API goes there', () => {
    const { metadata } = trailOf({ ...aYear, expireAfter: Duration.days(400) })
    expect(metadata).toEqual({
      'Trail retention':
        '365 days, compliance: until then nobody can delete or change an event, and nobody can shorten that',
      'Trail archived': 'after 90 days',
      'Trail expires': 'after 400 days',
    })
    const lax = trailOf({
      retention: ObjectLockRetention.governance(Duration.days(1)),
      removalPolicy: RemovalPolicy.DESTROY,
    })
    expect(lax.metadata).toEqual({
      'Trail retention':
        '1 day, governance: until then only whoever may bypass it can delete or change an event',
      'Trail archived': 'after 90 days',
      'Trail expires': 'never',
      'Trail removalPolicy': 'destroy',
    })
    const { stack } = recorded(routes)
    expect(artifactsOf(stack).template.toJSON().Metadata['Api audit']).toBe(
      'each decision goes to Kept/Trail',
    )
  })

  refuses([
    {
      when: 'a door inside a function whose log group Lambda makes up',
      declare: () =>
        recorded((api, stack) => {
          const upstream = Upstream.direct(own(stack, 'Fn'))
          api.addRoute('GET /a', { upstream, access: anyToken, output: anyOutput })
        }),
      at: 'S/Api/Gate GET --a',
      given: 'S/Fn, which declares no log group',
      allowed:
        'functions with a log group of their own, since what they decide goes from there into the audit trail',
      fix: "declare one: new Function(this, 'Id', { …, logGroup: new LogGroup(this, 'Logs') })",
    },
    {
      when: 'a trail of the API’s stack for a function of another',
      declare: () => {
        const app = newApp()
        const stack = new Stack(app, 'S')
        const other = new Stack(app, 'Other')
        const audit = new AuditTrail(stack, 'Trail', aYear)
        const upstream = Upstream.direct(own(other, 'Fn', new LogGroup(other, 'Logs')))
        new ZeroTrustApi(stack, 'Api', { issuers: [login], audit }).addUpstream('Fn', upstream)
      },
      at: 'S/Api/Fn',
      given: "Other/Fn, whose events go to a trail of the API's stack, which needs the function's",
      allowed: 'a trail in a stack that both can refer to',
      fix: "put the AuditTrail into a stack of its own: new AuditTrail(auditStack, 'Trail', { … })",
    },
    {
      when: 'a trail in another region',
      declare: () => {
        const app = newApp()
        const env = (region: string) => ({ env: { account: '123456789012', region } })
        const audit = new AuditTrail(new Stack(app, 'Kept', env('eu-central-1')), 'Trail', aYear)
        new ZeroTrustApi(new Stack(app, 'S', env('eu-west-1')), 'Api', { audit })
      },
      at: 'S/Api audit',
      given: 'Kept/Trail, which is in another region or account',
      allowed: 'an AuditTrail in the region and account of the API: CloudWatch Logs sends events to no other',
      fix: 'declare one for each region, with the same env as the stack of the API',
    },
    {
      when: 'two APIs of one id, whose events nobody could tell apart',
      declare: () => {
        const app = newApp()
        const audit = new AuditTrail(new Stack(app, 'Kept'), 'Trail', aYear)
        for (const id of ['S', 'T']) new ZeroTrustApi(new Stack(app, id), 'Api', { audit })
      },
      at: 'T/Api audit',
      given: 'Kept/Trail, which S/Api uses, an API of the same name',
      allowed: 'APIs of different construct ids at one AuditTrail: events name their API by it',
      fix: 'give one of them another id, or an AuditTrail of its own',
    },
    {
      when: 'what is no trail',
      declare: () => new ZeroTrustApi(newStack(), 'Api', { audit: untyped('Trail') }),
      at: 'S/Api audit',
      given: '"Trail"',
      allowed: 'an AuditTrail',
      fix: "write audit: new AuditTrail(stack, 'Trail', { … })",
    },
  ])
})
