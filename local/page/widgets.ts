import type { CloudWatch } from '../cloudwatch/cloudwatch.ts'
import type { Annotation, Axis, MetricResult, WidgetQuery, WidgetResult } from '../cloudwatch/status.ts'
import { renderMarkdown } from './markdown.ts'

/** What the page shows of CloudWatch. */
export type PageCloudWatch = Pick<CloudWatch, 'dashboards' | 'widget' | 'alarms'>

export interface PageDashboard {
  readonly name: string
  /** The first heading of its texts; the name where there is none. */
  readonly label: string
  readonly widgets: readonly PageWidget[]
  /** Why there are none. */
  readonly error: string
}

/** A widget as the page draws it, without what it shows. */
export interface PageWidget {
  /** What it is asked for by. */
  readonly index: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly title: string
  readonly kind: 'chart' | 'values' | 'bars' | 'table' | 'text' | 'alarms' | 'contributors' | 'error'
  /** Why it is not drawn; or what CloudWatch draws in place of what is drawn here. */
  readonly note: string
  readonly stacked: boolean
  readonly axes: { readonly left: Axis; readonly right: Axis }
  readonly lines: readonly Annotation[]
  readonly marks: readonly Annotation[]
  /** Of a text widget; made from markdown without HTML of its own. */
  readonly html: string
  /** Of an alarm widget: names. */
  readonly alarms: readonly string[]
}

/** What a widget shows. */
export interface WidgetData {
  /** Starts of periods, in seconds since the epoch, ascending. */
  readonly times: readonly number[]
  readonly series: readonly PageSeries[]
  readonly contributors: ReadonlyArray<{ readonly keys: readonly string[]; readonly value: number }>
  /** What could not be evaluated. The rest is drawn nevertheless. */
  readonly errors: readonly string[]
}

export interface PageSeries {
  readonly label: string
  /** Empty: the page chooses. */
  readonly color: string
  readonly axis: 'left' | 'right'
  /** One for each time; null where there is no data. */
  readonly values: ReadonlyArray<number | null>
}

/** The app's dashboards. How a widget looks does not depend on the time it is looked at. */
export function pageDashboards(cloudWatch: PageCloudWatch, at: number): PageDashboard[] {
  const shortly = { from: at - 1000, to: at, periodMs: 1000 }
  return cloudWatch.dashboards().map(({ name, error = '', widgets }) => {
    const results = widgets.map(({ index }) => cloudWatch.widget(name, index, shortly))
    return {
      name,
      label: headingOf(results) ?? name,
      error,
      widgets: widgets.map(({ index, x, y, width, height, title = '' }, at) => {
        const result = results[at] ?? { kind: 'error', error: 'there is no such widget' }
        return { index, x, y, width, height, title, ...plain, ...look(result) }
      }),
    }
  })
}

/** Generated names say little. */
const headingOf = (results: readonly WidgetResult[]): string | undefined =>
  results
    .flatMap(result => (result.kind === 'text' ? [result.markdown] : []))
    .map(markdown => /^ {0,3}#{1,6} +(.+?)[ #]*$/m.exec(markdown)?.[1])
    .find(heading => heading !== undefined)

const plain = {
  note: '',
  stacked: false,
  axes: { left: {}, right: {} },
  lines: [],
  marks: [],
  html: '',
  alarms: [],
}

type Look = Pick<PageWidget, 'kind'> & Partial<PageWidget>

function look(result: WidgetResult): Look {
  switch (result.kind) {
    case 'metric':
      return metricLook(result)
    case 'text':
      return { kind: 'text', html: renderMarkdown(result.markdown) }
    case 'alarms':
      return { kind: 'alarms', alarms: result.alarms.map(({ name }) => name) }
    case 'contributors':
      return { kind: 'contributors' }
    case 'error':
      return { kind: 'error', note: result.error }
  }
}

const views: Readonly<Record<string, Look>> = {
  timeSeries: { kind: 'chart' },
  singleValue: { kind: 'values' },
  bar: { kind: 'bars' },
  pie: { kind: 'bars', note: 'a pie in CloudWatch' },
  gauge: { kind: 'bars', note: 'a gauge in CloudWatch' },
  table: { kind: 'table' },
}

const metricLook = ({ view, stacked, left = {}, right = {}, horizontal, vertical }: MetricResult): Look => ({
  ...(views[view] ?? { kind: 'error', note: `This page does not draw a view of the kind ${view}.` }),
  stacked,
  axes: { left, right },
  lines: horizontal.flatMap(line => [
    line,
    ...(line.until === undefined ? [] : [{ ...line, label: '', value: line.until }]),
  ]),
  marks: vertical,
})

/** Evaluates a widget. What goes wrong in one is said in its place. */
export function widgetData(
  { widget }: PageCloudWatch,
  dashboard: string,
  index: number,
  query: WidgetQuery,
): WidgetData {
  const result = widget(dashboard, index, query)
  const none = { times: [], series: [], contributors: [], errors: [] }
  if (result.kind === 'error') return { ...none, errors: [result.error] }
  if (result.kind === 'contributors')
    return { ...none, contributors: result.contributors.map(({ keys, total }) => ({ keys, value: total })) }
  if (result.kind !== 'metric') return none
  const { series, errors } = result
  // Drawn together, so that all have a value, or none, at each time that one of them has.
  const times = [
    ...new Set(series.flatMap(({ grid, values }) => values.map((_, at) => grid.from + at * grid.periodMs))),
  ].sort((a, b) => a - b)
  return {
    ...none,
    errors,
    times: times.map(time => time / 1000),
    series: series.map(({ label, color = '', yAxis, grid, values }) => ({
      label,
      color,
      axis: yAxis,
      values: times.map(time => values[(time - grid.from) / grid.periodMs] ?? null),
    })),
  }
}
