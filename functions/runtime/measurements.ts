import {
  type Dimension,
  type MetricName,
  metricNamespace,
  metricService,
  metrics,
} from '../../contract/metrics.ts'
import { createMetrics } from './metrics.ts'
import { onFirstUse } from './on-first-use.ts'
import { Recent } from './recent.ts'

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
const rememberedDirectives = 200

/**
 * Collects through Powertools. Its one directive would give all metrics of a line the same dimensions, so it is replaced by one for each list
 * of dimension sets in contract/metrics.ts. A set is left out where one of its dimensions has no value.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createMeasurements(): Measurements {
  const collected = onFirstUse(() => createMetrics(metricNamespace, metricService))
  // Hundreds of bytes that are the same for almost every request: written as text once.
  const directives = new Recent<string>(rememberedDirectives)
  let names: MetricName[] = []

  const forget = () => {
    if (names.length === 0) return
    names = []
    collected().clearMetrics()
    collected().clearDimensions()
  }
  const directivesFor = (place: Place): string => {
    const id = `${names.join()} ${Object.keys(place).join()}`
    const known = directives.get(id)
    if (known !== undefined) return known
    const made = JSON.stringify(directivesOf(new Set(names), place))
    directives.set(id, made)
    return made
  }
  return {
    add(metric, value) {
      names.push(metric)
      collected().addMetric(metric, metrics[metric].unit, value)
    },
    line(place) {
      if (names.length === 0) return undefined
      try {
        const { _aws, ...values } = collected().addDimensions(place).serializeMetrics()
        const head = `{"_aws":{"Timestamp":${_aws.Timestamp},"CloudWatchMetrics":${directivesFor(place)}}`
        return `${head},${JSON.stringify(values).slice(1)}`
      } finally {
        forget()
      }
    },
    forget,
  }
}

function directivesOf(names: ReadonlySet<MetricName>, place: Place) {
  const groups = new Map<string, { Dimensions: string[][]; Metrics: Array<{ Name: string; Unit: string }> }>()
  for (const name of names) {
    const { by, unit } = metrics[name]
    const sets: ReadonlyArray<readonly Dimension[]> = by
    const known = sets.filter(set => set.every(dimension => place[dimension] !== undefined))
    if (known.length === 0) continue
    const Dimensions = known.map(set => ['service', ...set])
    const id = JSON.stringify(Dimensions)
    const group = groups.get(id) ?? { Dimensions, Metrics: [] }
    group.Metrics.push({ Name: name, Unit: unit })
    groups.set(id, group)
  }
  return [...groups.values()].map(group => ({ Namespace: metricNamespace, ...group }))
}
