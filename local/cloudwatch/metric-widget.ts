import { CannotEvaluate, evaluated } from './cannot-evaluate.ts'
import { filledLabel } from './labels.ts'
import type { MetricQuery, QueryEngine, Span } from './queries.ts'
import type { Series } from './series.ts'
import type { Annotation, Axis, DrawnSeries, MetricResult, WidgetQuery } from './status.ts'
import { type Looks, readLines, type WidgetLine } from './widget-lines.ts'

type Properties = Readonly<Record<string, unknown>>

/** Draws a widget of metrics for a time. */
export type MetricWidget = (query: WidgetQuery) => MetricResult

const views = ['timeSeries', 'singleValue', 'bar', 'pie', 'gauge', 'table']

/** Lines that a graph shows at most, as in CloudWatch. */
const linesMax = 500

/** Reads a widget of type `metric`. Throws a `CannotEvaluate` for one that is drawn in a way that is not known here. */
export function readMetricWidget(
  properties: Properties,
  engine: QueryEngine,
  added: readonly WidgetLine[] = [],
): MetricWidget {
  const { view = 'timeSeries', stat = 'Average', period = 300, stacked = false } = properties
  if (!views.includes(String(view))) throw new CannotEvaluate(`the view ${String(view)} is not drawn here`)
  const lines =
    properties.metrics === undefined && added.length > 0
      ? added
      : readLines(properties.metrics, { stat: String(stat), periodSeconds: Number(period) })
  const among = lines.flatMap(line => ('query' in line ? [line.query] : []))
  const { left, right } = Object(properties.yAxis) as { left?: unknown; right?: unknown }
  const fixed = {
    kind: 'metric',
    view: String(view),
    stacked: stacked === true,
    ...(left !== undefined && { left: axisOf(left) }),
    ...(right !== undefined && { right: axisOf(right) }),
    ...annotationsOf(properties.annotations),
  } as const
  // Not for graphs: those show how it went.
  const whole = properties.setPeriodToTimeRange === true && view !== 'timeSeries'

  return query => {
    const drawn = lines.map(line => drawLine(line, among, { ...query, whole }, engine))
    const series = drawn.flatMap(each => ('series' in each ? each.series : []))
    const errors = drawn.flatMap(each => ('error' in each ? [each.error] : []))
    const left = series.length - linesMax
    if (left > 0) errors.push(`${left} more lines are not shown`)
    return { ...fixed, series: series.slice(0, linesMax), errors }
  }
}

function drawLine(
  line: WidgetLine,
  among: readonly MetricQuery[],
  span: Span,
  engine: QueryEngine,
): { readonly series: readonly DrawnSeries[] } | { readonly error: string } {
  if ('error' in line) return line
  const { query, looks } = line
  if (!looks.visible) return { series: [] }
  const found = evaluated(() => engine.lines(query, among, span))
  if ('error' in found) return { error: `${query.label || looks.written}: ${found.error}` }
  return {
    series: found.series.map(series => ({
      ...series,
      label: labelOf(series, query, looks, found.single),
      ...(query.id !== undefined && { id: query.id }),
      // Of several lines of one expression each has a colour of its own.
      ...(looks.color !== undefined && found.single && { color: looks.color }),
      yAxis: looks.yAxis,
    })),
  }
}

function labelOf(series: Series, { label }: MetricQuery, { written }: Looks, single: boolean): string {
  if (label?.includes('${')) return filledLabel(label, series)
  if (single) return label || written
  return [label, series.label].filter(Boolean).join(' ')
}

function axisOf(axis: unknown): Axis {
  const { label, min, max, showUnits } = Object(axis) as Record<string, unknown>
  return {
    ...(typeof label === 'string' && { label }),
    ...(typeof min === 'number' && { min }),
    ...(typeof max === 'number' && { max }),
    ...(typeof showUnits === 'boolean' && { showUnits }),
  }
}

function annotationsOf(annotations: unknown): Pick<MetricResult, 'horizontal' | 'vertical'> {
  const { horizontal, vertical } = Object(annotations) as Record<string, unknown>
  return {
    horizontal: listOf(horizontal).flatMap(entry => annotationOf(entry, Number)),
    vertical: listOf(vertical).flatMap(entry => annotationOf(entry, value => Date.parse(String(value)))),
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Two in a list are a band. */
function annotationOf(entry: unknown, read: (value: unknown) => number): Annotation[] {
  const [first, second] = Array.isArray(entry) ? entry : [entry, undefined]
  const { label, color, value, yAxis, fill, visible } = Object(first) as Record<string, unknown>
  const at = read(value)
  if (visible === false || !Number.isFinite(at)) return []
  const until = read((Object(second) as { value?: unknown }).value)
  return [
    {
      ...(typeof label === 'string' && { label }),
      ...(typeof color === 'string' && { color }),
      value: at,
      ...((yAxis === 'left' || yAxis === 'right') && { yAxis }),
      ...(typeof fill === 'string' && { fill }),
      ...(Number.isFinite(until) && { until, fill: 'between' }),
    },
  ]
}
