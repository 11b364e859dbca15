import type { AlarmStatus, AlarmTransition, DashboardView, WidgetQuery, WidgetResult } from './status.ts'
import type { MetricReader } from './store.ts'

/** CloudWatch, as far as an app's own dashboards and alarms go. */
export interface CloudWatch {
  readonly metrics: MetricReader
  readonly dashboards: () => readonly DashboardView[]
  readonly widget: (dashboard: string, index: number, query: WidgetQuery) => WidgetResult
  readonly alarms: () => readonly AlarmStatus[]
  /** Evaluates the alarms as of now, and returns what changed. */
  readonly evaluate: () => readonly AlarmTransition[]
}
