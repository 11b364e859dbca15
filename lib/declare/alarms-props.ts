import { Duration } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { ZeroTrustApi } from '../zero-trust-api.ts'
import {
  checkDuration,
  checkObject,
  checkOptions,
  checkWhole,
  checkWithin,
  describeValue,
  readReasons,
} from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { checkEncryptionKey } from './keeping.ts'

/** What can be left out, for a reason. What each is about: docs/alarms.md */
export const alarmNames = [
  'errorBudget',
  'gatewayLatency',
  'upstreamErrors',
  'breakers',
  'storeFailures',
  'storeLatency',
  'keySets',
  'incidents',
  'breaches',
  'tokenFailures',
  'clientDenials',
  'auditDelivery',
] as const
export type AlarmName = (typeof alarmNames)[number]

/** What somebody is woken for. Every threshold has a default; docs/alarms.md says why it is what it is. */
export interface ZeroTrustAlarmsProps {
  /** The API that is watched. Declare its alarms after its last route: each upstream has some of its own. */
  readonly api: ZeroTrustApi
  /**
   * Where both pages go. CloudWatch is permitted to publish there; to a topic that is not of this app, permit it yourself.
   * @default - a topic of its own, over TLS alone, and encrypted
   */
  readonly topic?: ITopic
  /**
   * A symmetric key of your own, no alias, for the topic of the alarms' own. The policy of a key of this app is told to let CloudWatch use it.
   * That of an imported one (`Key.fromKeyArn`) cannot be changed from here: it must let `cloudwatch.amazonaws.com` have `kms:Decrypt` and
   * `kms:GenerateDataKey*` by itself, or no page arrives. AWS's key for SNS will not do: CloudWatch cannot use it.
   * @default - a key of its own
   */
  readonly encryptionKey?: IKey
  /** The share of requests that must not end in a 5xx, and how fast what it leaves may be spent. */
  readonly errorBudget?: ErrorBudgetThresholds
  /** 99 of 100 requests spend less than this in the gateway itself, from 1 ms to 29 s. @default Duration.millis(250) */
  readonly gatewayLatency?: Duration
  /** An upstream fails when so much of its requests in five minutes, and five of them at least, end in a 5xx: percent, from 1 to 100. @default 20 */
  readonly upstreamErrors?: number
  /**
   * By the id of an upstream: 9 of 10 of its answers come sooner than this, from 1 ms to 29 s.
   * @default - none: how long an upstream may take is for those to say who know it
   */
  readonly upstreamLatency?: Readonly<Record<string, Duration>>
  /** The state table fails when so much of requests in a minute it does not serve: percent, from 1 to 100. @default 5 */
  readonly storeFailures?: number
  /**
   * 9 of 10 requests wait less than this for the state table, from 1 ms to 10 s. Below the API's `limits.budget`, or those that wait longer
   * have failed.
   * @default Duration.millis(100)
   */
  readonly storeLatency?: Duration
  /** Refusals in a minute for a reason that pages, and is the gateway's own: percent of all requests, from 0.01 to 100. @default 0.5 */
  readonly incidents?: number
  /** When refused tokens count as an attempt to break in. */
  readonly tokenFailures?: TokenFailureThresholds
  /** When refusals that are the callers' doing count as unusual. */
  readonly clientDenials?: DenialThresholds
  /**
   * The oldest event that is not yet in the bucket of the audit trail may be this old: from 6 minutes, since Firehose collects for up to five, to a day.
   * @default Duration.minutes(30)
   */
  readonly auditLag?: Duration
  /**
   * Alarms that are left out, and why. Security: what they watch for wakes nobody then.
   * @default - none
   */
  readonly unsafeWithout?: Readonly<Partial<Record<AlarmName, string>>>
}

export interface ErrorBudgetThresholds {
  /** Percent of requests, from 95 to 99.99. Below 94, not even all requests failing would be fast enough to fire. @default 99.9 */
  readonly target?: number
  /** Fewer failed requests in the long window wake nobody: from 1 to 1,000,000. @default 10 */
  readonly leastErrors?: number
}

export interface TokenFailureThresholds {
  /** Percent of all questions to the first door that are about a token that never held; not one that expired: from 1 to 100. @default 10 */
  readonly percent?: number
  /** Fewer in a minute wake nobody: from 1 to 1,000,000. @default 30 */
  readonly leastPerMinute?: number
}

export interface DenialThresholds {
  /** How far above what is usual at that time: in standard deviations, from 1 to 10. @default 3 */
  readonly deviations?: number
  /** Fewer in five minutes wake nobody: from 1 to 1,000,000. @default 300 */
  readonly least?: number
}

/** {@link ZeroTrustAlarmsProps}, checked, with defaults. */
export type DeclaredAlarms = ReturnType<typeof readAlarms>

const options = [
  'api',
  'topic',
  'encryptionKey',
  'errorBudget',
  'gatewayLatency',
  'upstreamErrors',
  'upstreamLatency',
  'storeFailures',
  'storeLatency',
  'incidents',
  'tokenFailures',
  'clientDenials',
  'auditLag',
  'unsafeWithout',
]

/** What says how an alarm is, where the option has another name than the alarm. */
const optionOf: Partial<Record<AlarmName, keyof ZeroTrustAlarmsProps>> = { auditDelivery: 'auditLag' }

/** Throws a `DeclarationError`. `at` is the construct's path. */
export function readAlarms(at: string, props: ZeroTrustAlarmsProps) {
  checkOptions(at, props, options, '{ api }')
  const without = readReasons(`${at} unsafeWithout`, props.unsafeWithout, alarmNames, 'ZeroTrustAlarms')
  refuseUnread(at, props, without)
  return {
    topic: checkTopic(`${at} topic`, props.topic),
    encryptionKey: readKey(at, props),
    errorBudget: readBudget(`${at} errorBudget`, props.errorBudget),
    gatewayLatencyMs: milliseconds(
      `${at} gatewayLatency`,
      props.gatewayLatency ?? Duration.millis(250),
      29_000,
    ),
    upstreamErrors: percentage(`${at} upstreamErrors`, props.upstreamErrors ?? 20),
    upstreamLatencyMs: readLatencies(`${at} upstreamLatency`, props.upstreamLatency),
    storeFailures: percentage(`${at} storeFailures`, props.storeFailures ?? 5),
    storeLatencyMs: milliseconds(`${at} storeLatency`, props.storeLatency ?? Duration.millis(100), 10_000),
    incidents: percentage(`${at} incidents`, props.incidents ?? 0.5, 0.01),
    tokenFailures: readTokenFailures(`${at} tokenFailures`, props.tokenFailures),
    clientDenials: readDenials(`${at} clientDenials`, props.clientDenials),
    auditLagSeconds: checkDuration(`${at} auditLag`, props.auditLag ?? Duration.minutes(30), {
      unit: 'seconds',
      least: 360,
      most: 86_400,
      fix: 'for example Duration.minutes(30), the default',
    }).toSeconds(),
    without,
  }
}

function readBudget(at: string, given: ErrorBudgetThresholds = {}) {
  checkOptions(at, given, ['target', 'leastErrors'])
  const { target = 99.9, leastErrors = 10 } = given
  const fix = 'state the percentage of requests that must not end in a 5xx, such as 99.9'
  return {
    target: checkWithin(`${at} target`, target, { least: 95, most: 99.99, fix }),
    leastErrors: count(`${at} leastErrors`, leastErrors),
  }
}

function readTokenFailures(at: string, given: TokenFailureThresholds = {}) {
  checkOptions(at, given, ['percent', 'leastPerMinute'])
  const { percent = 10, leastPerMinute = 30 } = given
  return {
    percent: percentage(`${at} percent`, percent),
    leastPerMinute: count(`${at} leastPerMinute`, leastPerMinute),
  }
}

function readDenials(at: string, given: DenialThresholds = {}) {
  checkOptions(at, given, ['deviations', 'least'])
  const { deviations = 3, least = 300 } = given
  const fix = 'the more, the rarer it fires; 3 is the default'
  return {
    deviations: checkWithin(`${at} deviations`, deviations, { least: 1, most: 10, fix }),
    least: count(`${at} least`, least),
  }
}

function readLatencies(
  at: string,
  given: Readonly<Record<string, Duration>> = {},
): ReadonlyMap<string, number> {
  checkObject(
    at,
    given,
    'an object of Durations by the ids of upstreams',
    'write { Crm: Duration.millis(800) }',
  )
  return new Map(Object.entries(given).map(([id, each]) => [id, milliseconds(`${at} ${id}`, each, 29_000)]))
}

const milliseconds = (at: string, given: Duration, most: number): number =>
  checkDuration(at, given, {
    unit: 'milliseconds',
    least: 1,
    most,
    fix: 'state how long it may take, such as Duration.millis(250)',
  }).toMilliseconds()

const percentage = (at: string, given: number, least = 1): number =>
  checkWithin(at, given, { least, most: 100, fix: 'a share in percent: of 100 requests, so many' })

const count = (at: string, given: number): number =>
  checkWhole(at, given, { least: 1, most: 1_000_000, fix: 'state how many wake somebody' })

function readKey(at: string, { topic, encryptionKey }: ZeroTrustAlarmsProps): IKey | undefined {
  if (topic !== undefined && encryptionKey !== undefined) {
    throw new DeclarationError({
      at: `${at} encryptionKey`,
      given: 'encryptionKey, and a topic',
      allowed: 'one of the two',
      fix: 'a topic of yours has its own: new Topic(…, { masterKey })',
    })
  }
  return checkEncryptionKey(`${at} encryptionKey`, encryptionKey)
}

/** What says how an alarm is, where the alarm is left out. */
function refuseUnread(
  at: string,
  props: ZeroTrustAlarmsProps,
  without: ReadonlyMap<AlarmName, string>,
): void {
  for (const name of without.keys()) {
    const option = optionOf[name] ?? name
    if (props[option as keyof ZeroTrustAlarmsProps] === undefined) continue
    throw new DeclarationError({
      at: `${at} ${option}`,
      given: `${option}, and unsafeWithout.${name}`,
      allowed: 'one of the two',
      fix: `remove unsafeWithout.${name}`,
    })
  }
}

/** Where pages go. */
function checkTopic(at: string, given: ITopic | undefined): ITopic | undefined {
  // By what it can do, not by its class: there may be a second copy of aws-cdk-lib.
  const topic = Object(given) as Partial<ITopic>
  if (given === undefined || (typeof topic.topicArn === 'string' && topic.addToResourcePolicy)) return given
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: 'a topic of SNS: a construct, or an imported one',
    fix: "for a topic by its ARN, write Topic.fromTopicArn(this, 'Topic', arn)",
  })
}
