import type { AlarmDefinition } from './alarms.ts'
import type { DashboardDefinition } from './dashboards.ts'
import type { InsightRuleDefinition } from './insight-rules.ts'

/** What an app declares to be watched, and what it is watched by. */
export interface Watched {
  readonly dashboards: readonly DashboardDefinition[]
  readonly alarms: readonly AlarmDefinition[]
  readonly insightRules: readonly InsightRuleDefinition[]
  readonly subscriptions: readonly Subscription[]
  /** Of its delivery streams, by their ARNs. */
  readonly streams: ReadonlyMap<string, string>
  /** Of the API, as `AWS/ApiGateway` names it; and the stage that serves it. */
  readonly apiName: string
  readonly stage: string
  /** Where the API's access log goes. */
  readonly accessLogGroup: string | undefined
  /** Where each function logs, by its name. */
  readonly logGroups: ReadonlyMap<string, string>
}

/** A subscription filter: lines of a log group that match are forwarded. */
export interface Subscription {
  readonly logGroup: string
  readonly name: string
  readonly pattern: string
  readonly destination: string
}
