/** One series of one metric, as a function emitted it in CloudWatch's embedded metric format. */
export interface Emitted {
  readonly name: string
  readonly unit: string
  readonly namespace: string
  /** Names, in their order. */
  readonly dimensions: readonly string[]
  /** All that stands in its line: the values of metrics and dimensions, by name. Of the same line it is the same object. */
  readonly values: Readonly<Record<string, unknown>>
}

interface Directive {
  readonly Namespace: string
  readonly Dimensions: readonly string[][]
  readonly Metrics: ReadonlyArray<{ readonly Name: string; readonly Unit: string }>
}

/** The series of a line, if it is one of metrics. */
export function readEmbedded(line: string): Emitted[] {
  if (!line.includes('"_aws"')) return []
  const { _aws, ...values } = JSON.parse(line) as { _aws: { CloudWatchMetrics: readonly Directive[] } }
  return _aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name: name, Unit: unit }) =>
      Dimensions.map(dimensions => ({ name, unit, namespace, dimensions, values })),
    ),
  )
}
