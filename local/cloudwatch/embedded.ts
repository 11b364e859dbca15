import type { Datum } from './store.ts'

interface Directive {
  readonly Namespace?: unknown
  readonly Dimensions?: unknown
  readonly Metrics?: unknown
}

// The format's own limits: more dimensions, or values of one metric, are refused by CloudWatch.
const dimensionsMax = 30
const valuesMax = 100
const metricsMax = 100
// Of a line; ours has some dozen. A function of the user's own may log what a caller sent, and the format multiplies.
const dataMax = 10_000

/**
 * The metrics of a parsed log line in CloudWatch's embedded metric format; none for any other line, and none of a directive that does
 * not keep to the format.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(entry: Readonly<Record<string, unknown>>): Datum[] {
  const { CloudWatchMetrics: directives, Timestamp: timestamp } = Object(entry._aws) as {
    CloudWatchMetrics?: unknown
    Timestamp?: unknown
  }
  if (!Array.isArray(directives) || typeof timestamp !== 'number') return []
  const data: Datum[] = []
  for (const directive of directives) {
    data.push(...readDirective(Object(directive), entry, timestamp, dataMax - data.length))
    if (data.length >= dataMax) break
  }
  return data
}

function readDirective(
  { Namespace: namespace, Dimensions: sets, Metrics: metrics }: Directive,
  entry: Readonly<Record<string, unknown>>,
  timestamp: number,
  room: number,
): Datum[] {
  if (typeof namespace !== 'string' || !Array.isArray(metrics) || metrics.length > metricsMax) return []
  const dimensionSets = (Array.isArray(sets) ? sets : [[]])
    .slice(0, Math.ceil(room / Math.max(1, metrics.length)))
    .map(set => dimensionsOf(set, entry))
  return metrics.flatMap(metric => {
    const { Name: name } = Object(metric) as { Name?: unknown }
    if (typeof name !== 'string') return []
    const values = valuesOf(Object.hasOwn(entry, name) ? entry[name] : undefined)
    if (values.length === 0) return []
    return dimensionSets.flatMap(dimensions =>
      dimensions ? [{ namespace, name, dimensions, timestamp, values }] : [],
    )
  })
}

/** Undefined where a dimension has no value: CloudWatch takes no metric with such a set. */
function dimensionsOf(
  names: unknown,
  entry: Readonly<Record<string, unknown>>,
): Record<string, string> | undefined {
  if (!Array.isArray(names) || names.length > dimensionsMax) return undefined
  const dimensions: Record<string, string> = {}
  for (const name of names) {
    if (typeof name !== 'string' || !Object.hasOwn(entry, name)) return undefined
    const value = entry[name]
    if (typeof value !== 'string' || value === '') return undefined
    dimensions[name] = value
  }
  return dimensions
}

function valuesOf(value: unknown): number[] {
  const values = Array.isArray(value) ? value : [value]
  return values.length > valuesMax || !values.every(each => typeof each === 'number') ? [] : values
}
