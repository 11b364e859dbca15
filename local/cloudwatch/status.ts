import type { Series } from './series.ts'

/** Everything here is plain JSON: the page takes it as it is. */

export type StateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'

/** An alarm as it stands. */
export interface AlarmStatus {
  readonly name: string
  readonly arn: string
  readonly kind: 'metric' | 'composite'
  readonly description?: string
  readonly state: StateValue
  /** Milliseconds since the epoch, of the last change. */
  readonly since: number
  /** Why, in words. */
  readonly reason: string
  /** Why it cannot be evaluated here; its state is then INSUFFICIENT_DATA and says nothing. */
  readonly error?: string
  /** Why a composite alarm's actions are held back. */
  readonly suppressed?: string
}

/** An alarm changed its state. */
export interface AlarmTransition {
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly from: StateValue
  readonly to: StateValue
  readonly reason: string
  /** ARNs of what would be notified; none where its actions are off or held back. */
  readonly actions: readonly string[]
}

export interface DashboardView {
  readonly name: string
  /** As declared, ISO 8601: `-PT3H`. */
  readonly start?: string
  readonly widgets: readonly WidgetView[]
  /** Why its body cannot be read; it has no widgets then. */
  readonly error?: string
}

/** Where a widget is, and how it looks. What it shows is asked for apart. */
export interface WidgetView {
  /** Of the dashboard; what it is asked for by. */
  readonly index: number
  readonly type: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly title?: string
}

/** One line, as it is drawn. */
export interface DrawnSeries extends Series {
  readonly id?: string
  readonly color?: string
  readonly yAxis: 'left' | 'right'
}

export interface Axis {
  readonly label?: string
  readonly min?: number
  readonly max?: number
  readonly showUnits?: boolean
}

export interface Annotation {
  readonly label?: string
  readonly color?: string
  /** Of a horizontal one: the number it is drawn at. Of a vertical one: milliseconds since the epoch. */
  readonly value: number
  readonly yAxis?: 'left' | 'right'
  /** Which side of it is filled, or `between` this and `until`. */
  readonly fill?: string
  readonly until?: number
}

export interface MetricResult {
  readonly kind: 'metric'
  /** As CloudWatch has them: `timeSeries`, `singleValue`, `bar`, `pie`, `gauge`, `table`. */
  readonly view: string
  readonly stacked: boolean
  readonly left?: Axis
  readonly right?: Axis
  readonly horizontal: readonly Annotation[]
  readonly vertical: readonly Annotation[]
  readonly series: readonly DrawnSeries[]
  /** What could not be drawn, and why. The other lines are drawn nevertheless. */
  readonly errors: readonly string[]
}

export interface Contributor {
  /** One value for each key of the rule. */
  readonly keys: readonly string[]
  /** Over the whole time that was asked for. */
  readonly total: number
  readonly series: Series
}

export interface ContributorsResult {
  readonly kind: 'contributors'
  readonly rule: string
  /** Names of the keys, as the rule's fields. */
  readonly keys: readonly string[]
  readonly aggregate: 'Count' | 'Sum'
  /** The highest first. */
  readonly contributors: readonly Contributor[]
  readonly uniqueContributors: number
}

export type WidgetResult =
  | MetricResult
  | ContributorsResult
  | { readonly kind: 'text'; readonly markdown: string }
  | { readonly kind: 'alarms'; readonly alarms: readonly AlarmStatus[] }
  /** Shown in the widget's place: it is never drawn with a wrong number. */
  | { readonly kind: 'error'; readonly error: string }

export interface WidgetQuery {
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly to: number
  /** Instead of what the widget declares, as CloudWatch does with "auto". */
  readonly periodMs?: number
}
