import { largest, present, smallest, total } from './math-functions.ts'
import type { Series } from './series.ts'
import type { MetricKey } from './store.ts'

/** What a line of a search is called: what the search does not say already. */
export function labelOfFound({ name, dimensions }: MetricKey, search: string): string {
  const said = (word: string) => search.includes(`"${word}"`)
  const parts = [...Object.values(dimensions), name].filter(part => !said(part))
  return parts.length > 0 ? parts.join(' ') : name
}

const numbers: Readonly<Record<string, (values: readonly number[]) => number | undefined>> = {
  SUM: total,
  AVG: values => total(values) / values.length,
  MIN: smallest,
  MAX: largest,
  FIRST: values => values[0],
  LAST: values => values.at(-1),
}

/**
 * A declared label with its variables filled in: `${PROP('Dim.route')}`, `${LABEL}`, `${SUM}` and the like. One that is not known here
 * is shown as it is written.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html
 */
export function filledLabel(label: string, series: Series): string {
  return label.replace(/\$\{([A-Z]+)(?:\('([^']*)'\))?\}/g, (written, name: string, argument?: string) => {
    if (name === 'LABEL') return series.label
    if (name === 'PROP') return propertyOf(series, argument ?? '') ?? written
    const number = Object.hasOwn(numbers, name) && argument === undefined ? numbers[name] : undefined
    if (!number) return written
    const values = present(series.values)
    return values.length === 0 ? '--' : String(Number(number(values)?.toPrecision(4)))
  })
}

function propertyOf({ metric }: Series, property: string): string | undefined {
  if (property === 'MetricName') return metric?.name
  if (property === 'Namespace') return metric?.namespace
  const dimension = property.startsWith('Dim.') ? property.slice('Dim.'.length) : undefined
  return dimension === undefined ? undefined : metric?.dimensions[dimension]
}
