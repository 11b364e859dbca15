import { renderMarkdown } from './markdown.ts'
import type { DashboardDefinition, WidgetDefinition } from './source.ts'

/** A widget as the page draws it: its own definition, sorted out. */
export interface PageWidget {
  readonly index: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly title: string
  readonly kind: 'chart' | 'values' | 'bars' | 'table' | 'text' | 'alarms' | 'contributors' | 'unknown'
  /** Of an unknown kind: what it is called. Of a pie or gauge: what is drawn in its place. */
  readonly note: string
  readonly stacked: boolean
  /** Where it says so: the whole range is one number, instead of the latest of its periods. */
  readonly wholeRange: boolean
  /** Seconds; what is drawn deployed. Null where it says none. */
  readonly periodSeconds: number | null
  readonly axes: { readonly left: PageAxis; readonly right: PageAxis }
  readonly lines: readonly HorizontalLine[]
  readonly marks: ReadonlyArray<{ readonly label: string; readonly time: number }>
  /** Of a text widget; made from markdown without HTML of its own. */
  readonly html: string
  /** Of an alarm widget: ARNs or names. */
  readonly alarms: readonly string[]
}

interface PageAxis {
  readonly label: string
  readonly min: number | null
  readonly max: number | null
}

interface HorizontalLine {
  readonly label: string
  readonly value: number
  readonly color: string
  readonly axis: 'left' | 'right'
}

export const pageDashboards = (dashboards: readonly DashboardDefinition[]) =>
  dashboards.map(({ name, widgets }) => ({ name, widgets: widgets.map(pageWidget) }))

function pageWidget({ type, x, y, width, height, properties }: WidgetDefinition, index: number): PageWidget {
  const view = text(properties.view) || 'timeSeries'
  const annotations = record(properties.annotations)
  const yAxis = record(properties.yAxis)
  return {
    index,
    x,
    y,
    width,
    height,
    title: text(properties.title),
    ...kindOf(type, view),
    stacked: properties.stacked === true,
    wholeRange: properties.setPeriodToTimeRange === true,
    periodSeconds: number(properties.period),
    axes: { left: axis(yAxis.left), right: axis(yAxis.right) },
    lines: list(annotations.horizontal).flatMap(horizontal),
    marks: list(annotations.vertical).flat().flatMap(vertical),
    html: type === 'text' ? renderMarkdown(text(properties.markdown)) : '',
    alarms: list(properties.alarms).map(text),
  }
}

const views: Readonly<Record<string, Pick<PageWidget, 'kind' | 'note'>>> = {
  timeSeries: { kind: 'chart', note: '' },
  singleValue: { kind: 'values', note: '' },
  bar: { kind: 'bars', note: '' },
  pie: { kind: 'bars', note: 'A pie in CloudWatch; bars here.' },
  gauge: { kind: 'bars', note: 'A gauge in CloudWatch; a bar here.' },
  table: { kind: 'table', note: '' },
}

function kindOf(type: string, view: string): Pick<PageWidget, 'kind' | 'note'> {
  if (type === 'metric') return views[view] ?? { kind: 'unknown', note: `metric, shown as ${view}` }
  if (type === 'text') return { kind: 'text', note: '' }
  if (type === 'alarm') return { kind: 'alarms', note: '' }
  if (type === 'insightRule') return { kind: 'contributors', note: '' }
  return { kind: 'unknown', note: type }
}

const axis = (value: unknown): PageAxis => {
  const { label, min, max } = record(value)
  return { label: text(label), min: number(min), max: number(max) }
}

/** Also a band of two, whose edges are drawn. */
function horizontal(value: unknown): HorizontalLine[] {
  if (Array.isArray(value)) return value.flatMap(horizontal)
  const line = record(value)
  const at = number(line.value)
  const side = line.yAxis === 'right' ? 'right' : 'left'
  return at === null ? [] : [{ label: text(line.label), value: at, color: text(line.color), axis: side }]
}

function vertical(value: unknown): PageWidget['marks'] {
  const { label, value: at } = record(value)
  const time = Date.parse(text(at))
  return Number.isNaN(time) ? [] : [{ label: text(label), time }]
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const record = (value: unknown): Record<string, unknown> => Object(value)
