import type { CompositeAlarm, IAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { auditAlarms } from './alarms/audit.ts'
import { denialAlarms, tokenAlarms } from './alarms/callers.ts'
import { errorBudgetAlarms } from './alarms/error-budget.ts'
import { breachAlarms, incidentAlarms } from './alarms/incidents.ts'
import { keySetAlarms } from './alarms/key-sets.ts'
import { latencyAlarms } from './alarms/latency.ts'
import { createPage } from './alarms/page.ts'
import { storeAlarms } from './alarms/store.ts'
import { pageTopic } from './alarms/topic.ts'
import { upstreamAlarms } from './alarms/upstreams.ts'
import { Watcher } from './alarms/watch.ts'
import { checkWatchesBeside } from './beside.ts'
import { type DeclaredAlarms, readAlarms, type ZeroTrustAlarmsProps } from './declare/alarms-props.ts'
import { describeValue } from './declare/checks.ts'
import { DeclarationError } from './declare/declaration-error.ts'
import { upstreamsOf } from './upstreams-of.ts'
import { ZeroTrustApi } from './zero-trust-api.ts'

/**
 * What somebody is woken for. Two alarms act, `service` and `security`: each sends one message when something of its kind begins, and
 * one when all of it is over, however many alarms take part. The others say what it is.
 *
 * @see docs/alarms.md
 */
export class ZeroTrustAlarms extends Construct {
  /** Where both pages go. Subscribe whoever is to be woken. */
  readonly topic: ITopic
  /** Callers do not get what they ask for: errors, latency, upstreams, the state table, keys. */
  readonly service: CompositeAlarm
  /** Somebody tries what they should not, or what is recorded does not arrive. */
  readonly security: CompositeAlarm
  /** Both pages, and then every alarm they are made of, for a dashboard. */
  readonly alarms: readonly IAlarm[]

  /** Throws a `DeclarationError`. */
  constructor(scope: Construct, id: string, props: ZeroTrustAlarmsProps) {
    super(scope, id)
    const at = this.node.path
    const declared = readAlarms(at, props)
    const { api } = props
    if (!(api instanceof ZeroTrustApi)) {
      throw new DeclarationError({
        at: `${at} api`,
        given: describeValue(api),
        allowed: 'a ZeroTrustApi',
        fix: 'name the API that is watched',
      })
    }
    checkWatchesBeside(`${at} api`, this, api)
    const parts = partsOf(api)
    checkLatencies(at, declared, parts.upstreams)
    const watcher = new Watcher(this, api, declared)
    const service = [
      ...errorBudgetAlarms(watcher),
      ...latencyAlarms(watcher),
      ...incidentAlarms(watcher),
      ...(parts.state ? storeAlarms(watcher) : []),
      ...(parts.tokens ? keySetAlarms(watcher) : []),
      ...upstreamsOf(api).flatMap(gate => upstreamAlarms(watcher, gate)),
    ]
    const security = [
      ...breachAlarms(watcher),
      ...(parts.tokens ? tokenAlarms(watcher) : []),
      ...denialAlarms(watcher),
      ...auditAlarms(watcher),
    ]
    this.topic = pageTopic(this, declared.topic, declared.encryptionKey)
    const { apiName } = api
    this.service = createPage(this, 'Service', {
      topic: this.topic,
      when: service,
      text: `${apiName}: callers do not get what they ask for. The alarm that is in ALARM below says why, and what to do first. More: docs/alarms.md#service`,
    })
    this.security = createPage(this, 'Security', {
      topic: this.topic,
      when: security,
      text: `${apiName}: somebody tries what they should not, or the audit trail is not kept. The alarm that is in ALARM below says which, and what to do first. More: docs/alarms.md#security`,
    })
    this.alarms = [this.service, this.security, ...watcher.alarms]
    this.node.addValidation({ validate: () => this.#missed(api, parts) })
  }

  /** What the API got after its alarms were made, and that none of them watches. */
  #missed(api: ZeroTrustApi, before: Parts): string[] {
    return JSON.stringify(partsOf(api)) === JSON.stringify(before)
      ? []
      : [
          `${this.node.path} was made before ${api.node.path} was complete, and does not watch all of it: move it after the last addRoute`,
        ]
  }
}

interface Parts {
  readonly upstreams: readonly string[]
  /** Whether it has a state table. */
  readonly state: boolean
  /** Whether anyone is asked for a token. */
  readonly tokens: boolean
}

/** What of an API decides on its alarms. */
function partsOf(api: ZeroTrustApi): Parts {
  return {
    upstreams: upstreamsOf(api).map(({ node }) => node.id),
    state: api.routes.some(({ gate }) => gate.table !== null),
    tokens: api.routes.some(({ access }) => access.kind === 'token'),
  }
}

function checkLatencies(
  at: string,
  { upstreamLatencyMs }: DeclaredAlarms,
  upstreams: readonly string[],
): void {
  const stranger = [...upstreamLatencyMs.keys()].find(id => !upstreams.includes(id))
  if (stranger === undefined) return
  throw new DeclarationError({
    at: `${at} upstreamLatency`,
    given: `unknown upstream ${describeValue(stranger)}`,
    allowed: upstreams.join(', ') || 'nothing: the API has no upstream with a route',
    fix: 'use the id that addUpstream was given, after the routes that use it',
  })
}
