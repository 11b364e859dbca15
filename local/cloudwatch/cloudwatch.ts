import { type Alarms, createAlarms } from './alarms.ts'
import { type AnsweredRequest, type AwsMetrics, createAwsMetrics, type Invocation } from './aws.ts'
import { createDashboards, type Dashboards } from './dashboards.ts'
import { embeddedMetrics } from './embedded.ts'
import { createInsightRules } from './insight-rules.ts'
import { createQueryEngine } from './queries.ts'
import type { AlarmStatus, DashboardView, WidgetQuery, WidgetResult } from './status.ts'
import { createMetricStore, type MetricReader } from './store.ts'
import type { Watched } from './watched.ts'

/** CloudWatch, as far as an app's own dashboards and alarms go. All it gives is plain JSON. */
export interface CloudWatch {
  readonly metrics: MetricReader
  readonly dashboards: () => readonly DashboardView[]
  /** What a widget shows. Never throws for what the app declares: what cannot be shown is a result of kind `error`. */
  readonly widget: (dashboard: string, index: number, query: WidgetQuery) => WidgetResult
  /** The alarms as of now; they are evaluated at each ten seconds that have passed since they were asked for last. */
  readonly alarms: () => readonly AlarmStatus[]
}

/** What it learns from the cloud around it. */
export interface CloudWatchInputs {
  /** A line a function wrote. */
  readonly onLog: (line: string, functionName: string) => void
  /** An answered request, with its line of the access log. */
  readonly onRequest: (request: AnsweredRequest, line: string) => void
  readonly onInvoked: (invocation: Invocation) => void
  /** Another synthesis of the app: definitions are replaced, metrics, contributors and states of alarms are kept. */
  readonly replace: (watched: Watched) => void
}

// High-resolution alarms are evaluated that often, others each minute: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
const stepMs = 10_000

/** More are not caught up with. */
const stepsMax = 1_080

/** CloudWatch on this machine. `now` in milliseconds since the epoch. */
export function createCloudWatch(
  watched: Watched,
  { now = Date.now }: { readonly now?: () => number } = {},
): CloudWatch & CloudWatchInputs {
  const store = createMetricStore({ now })
  const insights = createInsightRules(watched.insightRules)
  const alarms: Alarms = createAlarms({
    definitions: watched.alarms,
    metrics: store,
    createdAt: now(),
    insight: insights.metric,
  })
  let evaluatedAt = stepBefore(now())
  let current = watched
  let aws: AwsMetrics
  let dashboards: Dashboards

  function use(next: Watched): void {
    current = next
    aws = createAwsMetrics(store, next, now)
    dashboards = createDashboards({
      definitions: next.dashboards,
      engine: createQueryEngine(store, insights.metric),
      insights,
      alarmDefinitions: next.alarms,
      alarms: statuses,
    })
  }

  function statuses(): readonly AlarmStatus[] {
    const last = stepBefore(now())
    let at = Math.max(evaluatedAt + stepMs, last - stepsMax * stepMs)
    for (; at <= last; at += stepMs) alarms.evaluate(at)
    evaluatedAt = last
    return alarms.statuses()
  }

  /** Lines that are JSON are parsed once, for all who look into them. */
  function written(line: string, logGroup: string): void {
    const entry = line.startsWith('{') ? parsed(line) : undefined
    aws.logged(line, entry, logGroup)
    if (entry === undefined) return
    insights.take(entry, logGroup, now())
    for (const datum of embeddedMetrics(entry)) store.put(datum)
  }

  use(watched)
  return {
    metrics: store,
    dashboards: () => dashboards.views(),
    widget: (dashboard, index, query) => dashboards.widget(dashboard, index, query),
    alarms: statuses,
    onLog(line, functionName) {
      written(line, current.logGroups.get(functionName) ?? `/aws/lambda/${functionName}`)
    },
    onRequest(request, line) {
      aws.answered(request)
      if (current.accessLogGroup !== undefined && line !== '') written(line, current.accessLogGroup)
    },
    onInvoked: invocation => aws.invoked(invocation),
    replace(next) {
      insights.replace(next.insightRules)
      alarms.replace(next.alarms)
      use(next)
    },
  }
}

const stepBefore = (time: number): number => Math.floor(time / stepMs) * stepMs

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(line))
  } catch {
    return undefined
  }
}
