import { CannotEvaluate, evaluated } from './cannot-evaluate.ts'
import { parseExpression } from './expression.ts'
import type { MetricQuery } from './queries.ts'

/** One entry of a widget's `metrics`. */
export type WidgetLine =
  | { readonly query: MetricQuery; readonly looks: Looks }
  /** It cannot be drawn; the others can. */
  | { readonly error: string }

/** How a line is drawn. */
export interface Looks {
  readonly visible: boolean
  readonly color?: string
  readonly yAxis: 'left' | 'right'
  /** As it is written, for when there is no label. */
  readonly written: string
}

interface Defaults {
  readonly stat: string
  readonly periodSeconds: number
}

/**
 * Reads a `metrics` array with its shorthands: `.` for what stands in the same place of the entry before, `...` for all that stands
 * before the rest.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html#CloudWatch-Dashboard-Properties-Metrics-Array-Format
 */
export function readLines(metrics: unknown, defaults: Defaults): readonly WidgetLine[] {
  if (!Array.isArray(metrics)) throw new CannotEvaluate('a metric widget without metrics')
  let before: readonly string[] = []
  return metrics.map((entry): WidgetLine => {
    const line = evaluated(() => {
      const parts: readonly unknown[] = Array.isArray(entry) ? entry : []
      const last = parts.at(-1)
      const given = typeof last === 'object' && last !== null
      const rendering = (given ? last : {}) as Rendering
      const names = expanded((given ? parts.slice(0, -1) : parts).map(String), before)
      if (names.length > 0) before = names
      return { query: readQuery(names, rendering, defaults), looks: looksOf(names, rendering) }
    })
    return line
  })
}

type Rendering = Readonly<Record<string, unknown>>

function expanded(names: readonly string[], before: readonly string[]): readonly string[] {
  const all =
    names[0] === '...' ? [...before.slice(0, 1 - names.length || undefined), ...names.slice(1)] : names
  return all.map((name, index) => {
    const filled = name === '.' ? before[index] : name
    if (filled === undefined) throw new CannotEvaluate('a metric repeats what the one before does not have')
    return filled
  })
}

function readQuery(names: readonly string[], rendering: Rendering, defaults: Defaults): MetricQuery {
  const { id, label, period, stat, expression, accountId } = rendering
  if (accountId !== undefined) throw new CannotEvaluate('metrics of other accounts are not here')
  const shared = {
    ...(id !== undefined && { id: String(id) }),
    ...(label !== undefined && { label: String(label) }),
    periodMs: Number(period ?? defaults.periodSeconds) * 1000,
  }
  if (expression !== undefined) {
    return { ...shared, kind: 'expression', expression: parseExpression(String(expression)) }
  }
  const [namespace, name, ...rest] = names
  if (namespace === undefined || name === undefined || rest.length % 2 !== 0) {
    throw new CannotEvaluate(`${JSON.stringify(names)} names no metric`)
  }
  const dimensions = Object.fromEntries(
    rest.flatMap((dimension, index) => (index % 2 === 0 ? [[dimension, rest[index + 1] as string]] : [])),
  )
  return {
    ...shared,
    kind: 'metric',
    metric: { namespace, name, dimensions },
    stat: String(stat ?? defaults.stat),
  }
}

const looksOf = (names: readonly string[], { visible, color, yAxis, expression, id }: Rendering): Looks => ({
  visible: visible !== false,
  ...(color !== undefined && { color: String(color) }),
  yAxis: yAxis === 'right' ? 'right' : 'left',
  written: String(expression === undefined ? (names[1] ?? '') : (id ?? expression)),
})
