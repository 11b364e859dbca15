import {
  type Dimension,
  type MetricName,
  metricNamespace,
  metricService,
  metrics,
} from '../../contract/metrics.ts'
import { onFirstUse } from './on-first-use.ts'
import { createMetrics } from './powertools-metrics.ts'

/** Values of dimensions, as far as there are any. */
export type Place = Readonly<Partial<Record<Dimension, string>>>

/** What is measured until it is written. */
export interface Measurements {
  add(metric: MetricName, value: number): void
  /** One line of CloudWatch's embedded metric format, without its end, and a new beginning. Undefined: there is nothing to say. */
  line(place: Place): string | undefined
  forget(): void
}

// Which metrics come together is a matter of what became of a request: there are a few dozen cases.
const mostKinds = 200

/**
 * In Powertools' words: it writes the first line of each kind, that is, of the same metrics and dimensions. All that is the same in every line
 * of that kind is kept as text, and later ones only fill in what differs: Powertools alone would take as long as a fifth of a request.
 *
 * Its one directive would give all metrics of a line the same dimensions, so it is replaced by one for each list of dimension sets
 * in contract/metrics.ts. A set is left out where one of its dimensions has no value.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createMeasurements(): Measurements {
  const powertools = onFirstUse(() => createMetrics(metricNamespace, metricService))
  const kinds = new Map<string, string>()
  let values: Partial<Record<MetricName, number | number[]>> = {}

  const constantsOf = (names: readonly MetricName[], place: Place): string => {
    const id = `${names.join()} ${Object.keys(place).join()}`
    const known = kinds.get(id)
    if (known !== undefined) return known
    for (const name of names) powertools().addMetric(name, metrics[name].unit, 0)
    const { _aws, service } = powertools().serializeMetrics()
    powertools().clearMetrics()
    const directives = _aws.CloudWatchMetrics.flatMap(directive => split(directive, place))
    const made = `"CloudWatchMetrics":${JSON.stringify(directives)}},"service":${JSON.stringify(service)},`
    if (kinds.size >= mostKinds) kinds.clear()
    kinds.set(id, made)
    return made
  }
  return {
    add(metric, value) {
      const before = values[metric]
      values[metric] = before === undefined ? value : [before, value].flat()
    },
    line(place) {
      const names = Object.keys(values) as MetricName[]
      if (names.length === 0) return undefined
      const differing = JSON.stringify({ ...place, ...values }).slice(1)
      values = {}
      return `{"_aws":{"Timestamp":${Date.now()},${constantsOf(names, place)}${differing}`
    },
    forget() {
      values = {}
    },
  }
}

interface Directive {
  readonly Namespace: string
  readonly Dimensions: readonly (readonly string[])[]
  readonly Metrics: ReadonlyArray<{ readonly Name: string }>
}

/** One for all metrics that have the same dimensions here. */
function split({ Namespace, Dimensions: [always = []], Metrics }: Directive, place: Place): object[] {
  const setsOf = ({ Name }: { readonly Name: string }): string[][] => {
    const sets: ReadonlyArray<readonly Dimension[]> = metrics[Name as MetricName].by
    const known = sets.filter(set => set.every(dimension => place[dimension] !== undefined))
    return known.map(set => [...always, ...set])
  }
  const groups = new Map<string, { Namespace: string; Dimensions: string[][]; Metrics: object[] }>()
  for (const metric of Metrics) {
    const Dimensions = setsOf(metric)
    const id = JSON.stringify(Dimensions)
    const group = groups.get(id) ?? { Namespace, Dimensions, Metrics: [] }
    group.Metrics.push(metric)
    groups.set(id, group)
  }
  return [...groups.values()].filter(({ Dimensions }) => Dimensions.length > 0)
}
