import type { AlarmDefinition } from './alarms.ts'
import { CannotEvaluate, evaluated } from './cannot-evaluate.ts'
import type { InsightRules } from './insight-rules.ts'
import { readAlarmLines } from './metric-alarm.ts'
import { readMetricWidget } from './metric-widget.ts'
import type { QueryEngine } from './queries.ts'
import type { AlarmStatus, DashboardView, WidgetQuery, WidgetResult, WidgetView } from './status.ts'

/** A dashboard of a template: `Properties` of `AWS::CloudWatch::Dashboard`, resolved. */
export interface DashboardDefinition {
  /** What it is called, whether it declares a name or not. */
  readonly name: string
  readonly properties: Readonly<Record<string, unknown>>
}

export interface Dashboards {
  readonly views: () => readonly DashboardView[]
  /** What a widget shows. Never throws: what cannot be shown is a result of kind `error`. */
  readonly widget: (dashboard: string, index: number, query: WidgetQuery) => WidgetResult
}

export interface DashboardsOptions {
  readonly definitions: readonly DashboardDefinition[]
  readonly engine: QueryEngine
  readonly insights: InsightRules
  /** For widgets that show the metric of an alarm. */
  readonly alarmDefinitions: readonly AlarmDefinition[]
  readonly alarms: () => readonly AlarmStatus[]
}

type Draw = (query: WidgetQuery) => WidgetResult

interface Dashboard {
  readonly view: DashboardView
  readonly draw: readonly Draw[]
}

/** Reads dashboards once; their widgets are drawn whenever they are asked for. */
export function createDashboards(options: DashboardsOptions): Dashboards {
  const dashboards = new Map<string, Dashboard>()
  for (const definition of options.definitions) {
    const dashboard = readDashboard(definition, options)
    dashboards.set(dashboard.view.name, dashboard)
  }
  return {
    views: () => [...dashboards.values()].map(({ view }) => view),
    widget(name, index, query) {
      const draw = dashboards.get(name)?.draw[index]
      if (!draw) return { kind: 'error', error: `${name} has no widget ${index}` }
      const result = evaluated(() => draw(query))
      return 'kind' in result ? result : { kind: 'error', error: result.error }
    },
  }
}

function readDashboard({ name, properties }: DashboardDefinition, options: DashboardsOptions): Dashboard {
  const body = evaluated(() => bodyOf(properties.DashboardBody))
  if ('error' in body) return { view: { name, widgets: [], error: body.error }, draw: [] }
  return {
    view: {
      name,
      ...(typeof body.start === 'string' && { start: body.start }),
      widgets: body.widgets.map(viewOf),
    },
    draw: body.widgets.map(widget => {
      const draw = evaluated(() => readWidget(widget, options))
      return 'error' in draw ? () => ({ kind: 'error', error: draw.error }) : draw
    }),
  }
}

interface Widget {
  readonly type: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly [place: string]: unknown
}

function bodyOf(body: unknown): { readonly start?: unknown; readonly widgets: readonly Widget[] } {
  let parsed: unknown
  try {
    parsed = typeof body === 'string' ? JSON.parse(body) : body
  } catch {
    throw new CannotEvaluate('its body is no JSON')
  }
  const { start, widgets } = Object(parsed) as { start?: unknown; widgets?: unknown }
  if (!Array.isArray(widgets)) throw new CannotEvaluate('its body has no widgets')
  return {
    start,
    widgets: widgets.map(widget => ({ ...Object(widget), properties: Object(Object(widget).properties) })),
  }
}

function viewOf({ type, properties, ...place }: Widget, index: number): WidgetView {
  const number = (name: string, otherwise: number) => {
    const value = place[name]
    return typeof value === 'number' ? value : otherwise
  }
  return {
    index,
    type: String(type),
    x: number('x', 0),
    y: number('y', 0),
    width: number('width', 6),
    height: number('height', 6),
    ...(properties.title !== undefined && { title: String(properties.title) }),
  }
}

function readWidget({ type, properties }: Widget, options: DashboardsOptions): Draw {
  switch (type) {
    case 'text':
      return () => ({ kind: 'text', markdown: String(properties.markdown ?? '') })
    case 'alarm':
      return readAlarmWidget(properties, options)
    case 'metric':
      return properties.insightRule === undefined
        ? readMetricWidget(properties, options.engine, alarmOf(properties, options))
        : readInsightWidget(properties, options)
    default:
      throw new CannotEvaluate(`widgets of type ${String(type)} are not shown here`)
  }
}

/** Whatever a list of alarms may be kept to: their ARNs, and their states. */
function readAlarmWidget(
  { alarms: arns, states }: Widget['properties'],
  { alarms }: DashboardsOptions,
): Draw {
  if (!Array.isArray(arns)) throw new CannotEvaluate('an alarm widget without alarms')
  return () => {
    const all = alarms()
    const missing = arns.find(arn => !all.some(alarm => alarm.arn === arn))
    if (missing !== undefined) return { kind: 'error', error: `no alarm of this app is ${String(missing)}` }
    const shown = all.filter(({ arn, state }) => {
      return arns.includes(arn) && (!Array.isArray(states) || states.includes(state))
    })
    return { kind: 'alarms', alarms: shown }
  }
}

function readInsightWidget(properties: Widget['properties'], { insights }: DashboardsOptions): Draw {
  const {
    ruleName,
    maxContributorCount,
    orderBy = 'Sum',
  } = Object(properties.insightRule) as Record<string, unknown>
  if (orderBy !== 'Sum') throw new CannotEvaluate(`contributors by ${String(orderBy)} are not ranked here`)
  const contributorsMax = Number(maxContributorCount ?? 10)
  return ({ from, to, periodMs = Number(properties.period ?? 300) * 1000 }) =>
    insights.report(String(ruleName), { from, to, periodMs, contributorsMax })
}

/** A metric widget that shows an alarm has no metrics of its own. */
function alarmOf(
  { annotations }: Widget['properties'],
  { alarmDefinitions }: DashboardsOptions,
): ReturnType<typeof readAlarmLines> {
  const { alarms } = Object(annotations) as { alarms?: unknown }
  const [named] = Array.isArray(alarms) ? alarms : []
  if (named === undefined) return []
  const found = alarmDefinitions.find(({ arn }) => arn === named)
  if (!found) throw new CannotEvaluate(`no alarm of this app is ${String(named)}`)
  return readAlarmLines(found.properties)
}
