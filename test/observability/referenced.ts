import { awsMetrics } from '../../contract/aws-metrics.ts'
import { metricNamespace, metrics } from '../../contract/metrics.ts'

/** Series that a widget or an alarm refers to, by the names of their dimensions. */
export interface ReferencedSeries {
  readonly namespace: string
  readonly name: string
  /** In alphabetical order. */
  readonly dimensions: readonly string[]
  /** The values that are asked for; of a search only those it names exactly: one, or a list of them. */
  readonly values: Readonly<Record<string, unknown>>
  /** Absent where an expression has none. */
  readonly statistic: string | undefined
  /** `SEARCH`: as many as there are. */
  readonly found: boolean
  /** The widget or alarm. */
  readonly at: string
}

export interface Widget {
  readonly type: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly properties: Readonly<Record<string, unknown>> & {
    readonly title?: string
    readonly markdown?: string
    readonly metrics?: readonly unknown[][]
    readonly insightRule?: { readonly ruleName: string }
    readonly alarms?: readonly string[]
  }
}

export interface TemplateResources {
  readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>
}

/** Functions of metric math that are used. Another one must be known to the local cloud, too. */
const functions = ['SEARCH', 'SORT', 'SLICE', 'SUM', 'IF', 'FILL', 'MAX', 'MIN', 'AVG', 'METRICS', 'RATE']
const more = ['RUNNING_SUM', 'PERIOD', 'ANOMALY_DETECTION_BAND', 'REMOVE_EMPTY', 'DATAPOINT_COUNT', 'ABS']
const words = ['AND', 'OR', 'DESC', 'ASC', 'REPEAT', 'LINEAR']
const known = new Set([...functions, ...more, ...words])

/** A body with what only CloudFormation knows replaced by `{…}`. */
export const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  const { 'Fn::Join': join } = value as { 'Fn::Join'?: [string, unknown[]] }
  if (!join) return `{${JSON.stringify(value).replace(/[^\w:.-]/g, '')}}`
  return join[1].map(textOf).join(join[0])
}

export const dashboardsOf = (
  template: TemplateResources,
): Array<{ id: string; body: string; widgets: Widget[] }> =>
  of(template, 'AWS::CloudWatch::Dashboard').map(([id, properties]) => {
    const body = textOf(properties.DashboardBody)
    return { id, body, widgets: (JSON.parse(body) as { widgets: Widget[] }).widgets }
  })

/**
 * All series that the dashboards and alarms of a template refer to. Throws for an expression with an id that nothing has or a function
 * that is not known, and for a rule of Contributor Insights that is not in the template.
 */
export function referencedSeries(template: TemplateResources): ReferencedSeries[] {
  const rules = of(template, 'AWS::CloudWatch::InsightRule').map(([, { RuleName }]) => RuleName)
  const shown = dashboardsOf(template).flatMap(({ id, widgets }) =>
    widgets.flatMap(({ properties }) => {
      const at = `${id} ${properties.title ?? ''}`
      const rule = properties.insightRule?.ruleName
      if (rule !== undefined && !rules.includes(rule)) throw new Error(`${at}: there is no rule ${rule}`)
      return ofEntries(at, written(properties.metrics ?? []))
    }),
  )
  const watched = of(template, 'AWS::CloudWatch::Alarm').flatMap(([id, properties]) =>
    ofEntries(id, ofAlarm(properties)),
  )
  return [...shown, ...watched]
}

/** Those of them that nothing emits: neither our table nor AWS's has them, with exactly these dimensions. */
export const emittedByNobody = (series: readonly ReferencedSeries[]): string[] =>
  series
    .filter(each => !isEmitted(each))
    .map(({ at, namespace, name, dimensions }) => `${at}: ${namespace} ${name} {${dimensions}}`)

function isEmitted({ namespace, name, dimensions }: ReferencedSeries): boolean {
  const same = (those: readonly string[]) => [...those].sort().join() === dimensions.join()
  if (namespace === metricNamespace) {
    if (!Object.hasOwn(metrics, name)) return false
    return metrics[name as keyof typeof metrics].by.some(by => same(['service', ...by]))
  }
  if (!Object.hasOwn(awsMetrics, namespace)) return false
  const aws = awsMetrics[namespace as keyof typeof awsMetrics]
  return (aws.metrics as readonly string[]).includes(name) && same(aws.dimensions)
}

type Properties = Readonly<Record<string, unknown>>

const of = ({ Resources = {} }: TemplateResources, type: string): Array<[string, Properties]> =>
  Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => [id, Properties as Properties])

type Entry =
  | { readonly id?: string; readonly expression: string }
  | ({ readonly id?: string } & Pick<ReferencedSeries, 'namespace' | 'name' | 'values' | 'statistic'>)

/** `metrics` of a widget: `.` stands for what the line before has in its place, `...` for all of it that is not said anew. */
function written(entries: readonly unknown[][]): Entry[] {
  let before: string[] = []
  return entries.map(entry => {
    const last = entry.at(-1)
    const options = (typeof last === 'object' ? last : {}) as Record<string, string>
    const given = (typeof last === 'object' ? entry.slice(0, -1) : entry) as string[]
    const id = options.id === undefined ? {} : { id: options.id }
    if (options.expression !== undefined) return { ...id, expression: options.expression }
    const rest = given[0] === '...' ? given.slice(1) : undefined
    before = (rest ? [...before.slice(0, before.length - rest.length), ...rest] : given).map((part, i) =>
      part === '.' ? String(before[i]) : part,
    )
    const [namespace = '', name = '', ...pairs] = before
    const values = Object.fromEntries(pairs.flatMap((key, i) => (i % 2 ? [] : [[key, pairs[i + 1]]])))
    return { ...id, namespace, name, values, statistic: options.stat ?? 'Average' }
  })
}

interface AlarmMetric {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions?: ReadonlyArray<{ readonly Name: string; readonly Value: unknown }>
}

function ofAlarm(alarm: Properties): Entry[] {
  const entry = ({ Namespace, MetricName, Dimensions = [] }: AlarmMetric, statistic: string): Entry => ({
    namespace: Namespace,
    name: MetricName,
    values: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
    statistic,
  })
  const { Metrics, Statistic, ExtendedStatistic } = alarm
  if (!Metrics) return [entry(alarm as unknown as AlarmMetric, String(Statistic ?? ExtendedStatistic))]
  return (
    Metrics as Array<{ Id: string; Expression?: string; MetricStat?: { Metric: AlarmMetric; Stat: string } }>
  ).map(({ Id: id, Expression, MetricStat }) =>
    MetricStat
      ? { id, ...entry(MetricStat.Metric, MetricStat.Stat) }
      : { id, expression: String(Expression) },
  )
}

function ofEntries(at: string, entries: readonly Entry[]): ReferencedSeries[] {
  const ids = new Set(entries.map(({ id }) => id))
  return entries.flatMap(entry => {
    if (!('expression' in entry)) {
      const { namespace, name, values, statistic } = entry
      const dimensions = Object.keys(values).sort()
      return [{ namespace, name, dimensions, values, statistic, found: false, at }]
    }
    const searched = [...entry.expression.matchAll(search)].map(([, ...parts]) => searchedFor(at, parts))
    const rest = entry.expression.replaceAll(search, '').replace(/"[^"]*"|'[^']*'/g, '')
    for (const [word] of rest.matchAll(/[A-Za-z_]\w*/g)) {
      if (!ids.has(word) && !known.has(word)) throw new Error(`${at}: ${word} in ${entry.expression}`)
    }
    return searched
  })
}

const search = /SEARCH\('\{([^}]+)\} MetricName="(\w+)"([^']*)', '(\w[\w.]*)'\)/g

function searchedFor(
  at: string,
  [schema = '', name = '', terms = '', statistic]: string[],
): ReferencedSeries {
  const [namespace = '', ...dimensions] = schema.split(',')
  const exact = [...terms.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value])
  const several = [...terms.matchAll(/(\w+)=\(([^)]*)\)/g)].map(([, key, all = '']) => [
    key,
    all.split(' OR ').map(each => each.replaceAll('"', '')),
  ])
  const values = Object.fromEntries([...exact, ...several])
  const strange = [...terms.matchAll(/(\w+)=/g)].find(([, key]) => !dimensions.includes(String(key)))
  if (strange) throw new Error(`${at}: ${strange[1]} is no dimension of {${schema}}`)
  return { namespace, name, dimensions: dimensions.sort(), values, statistic, found: true, at }
}
