import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { metricNamespace, metrics } from '../../contract/metrics.ts'
import { createCloudWatch } from '../../local/cloudwatch/cloudwatch.ts'
import type { WidgetResult } from '../../local/cloudwatch/status.ts'
import { readApp } from '../../local/template/app.ts'
import { referencedSeries } from './referenced.ts'

const now = Date.UTC(2026, 10, 22, 12)

/** The example's dashboards, after a line of each of our metrics that they refer to. */
function drawn(): Array<readonly [at: string, WidgetResult]> {
  const outdir = inject('dealDesk')
  const template = JSON.parse(readFileSync(join(outdir, 'DealDeskObservability.template.json'), 'utf8'))
  const cloudWatch = createCloudWatch(readApp(outdir).watched, { now: () => now })
  for (const { namespace, name, dimensions, values } of referencedSeries(template)) {
    if (namespace !== metricNamespace) continue
    const line = {
      _aws: {
        Timestamp: now - 60_000,
        CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [dimensions], Metrics: [{ Name: name }] }],
      },
      ...Object.fromEntries(dimensions.map(each => [each, [values[each] ?? 'any'].flat()[0]])),
      [name]: 3,
    }
    cloudWatch.onLog(JSON.stringify(line), 'function')
  }
  return cloudWatch
    .dashboards()
    .flatMap(({ name, widgets }) =>
      widgets.map(
        ({ title }, i) =>
          [
            `${name} ${i} ${title}`,
            cloudWatch.widget(name, i, { from: now - 3_600_000, to: now, periodMs: 60_000 }),
          ] as const,
      ),
    )
}

test('the local cloud draws every widget of the dashboards, and knows every function they use', () => {
  const wrong = drawn().flatMap(([at, result]) => {
    if (result.kind === 'error') return [`${at}: ${result.error}`]
    return result.kind === 'metric' ? result.errors.map(error => `${at}: ${error}`) : []
  })
  expect(wrong).toEqual([])
})

test('what functions emit is seen in each graph that is of it, and named in words', () => {
  const ours = drawn().flatMap(([at, result]) =>
    result.kind === 'metric' && result.series.some(({ metric }) => metric?.namespace === metricNamespace)
      ? [[at, result] as const]
      : [],
  )
  expect(ours.length).toBeGreaterThan(30)
  for (const [at, { series }] of ours) {
    for (const { label, values } of series) {
      expect(label, at).not.toMatch(/\$\{|^$/)
      if (!Object.keys(metrics).includes(label)) continue
      throw new Error(`${at}: ${label} is named as the metric is (${values.length})`)
    }
    expect(
      series.some(({ values }) => values.some(value => value !== null)),
      at,
    ).toBe(true)
  }
})
