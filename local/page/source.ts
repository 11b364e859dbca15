/** What the page shows of CloudWatch. All of it is plain JSON. */
export interface PageCloudWatch {
  readonly dashboards: () => readonly DashboardDefinition[]
  /** Series of one widget; one that cannot be evaluated has an `error` and no numbers. */
  readonly widget: (dashboard: string, index: number, range: TimeRange) => WidgetData
  readonly alarms: () => readonly PageAlarm[]
}

export interface DashboardDefinition {
  readonly name: string
  readonly widgets: readonly WidgetDefinition[]
}

/** As synthesized: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export interface WidgetDefinition {
  readonly type: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly properties: Readonly<Record<string, unknown>>
}

/** In milliseconds since the epoch. */
export interface TimeRange {
  readonly from: number
  readonly to: number
  readonly periodMs: number
}

export interface WidgetData {
  /** Starts of periods, in seconds since the epoch, ascending. */
  readonly times: readonly number[]
  readonly series: readonly WidgetSeries[]
  readonly contributors?: ReadonlyArray<{ readonly keys: readonly string[]; readonly value: number }>
  readonly error?: string
}

export interface WidgetSeries {
  readonly label: string
  readonly color?: string
  readonly axis: 'left' | 'right'
  /** One for each time; null where there is no data. */
  readonly values: ReadonlyArray<number | null>
  readonly error?: string
}

export interface PageAlarm {
  readonly name: string
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly reason: string
  readonly description: string
  readonly kind: 'metric' | 'composite'
}
