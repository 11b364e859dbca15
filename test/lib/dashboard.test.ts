import { Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Access, GatewayDashboard, ZeroTrustApi } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { metricNamespace, metricService, metrics } from '../../contract/metrics.ts'
import { anyToken, login, newApi, newApp, ok } from './support.ts'

function expressions(): string[] {
  const app = newApp()
  const api = new ZeroTrustApi(new Stack(app, 'S'), 'Api', { issuers: [login] })
  api.addRoute('GET /a', { upstream: ok, access: Access.token() })
  const stack = new Stack(app, 'Observability')
  new GatewayDashboard(stack, 'Dashboard', { api })
  const [dashboard] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'))
  const body = JSON.stringify(dashboard?.Properties.DashboardBody)
  return [...body.matchAll(/SEARCH\('(.+?)', '/g)].map(match => String(match[1]).replaceAll('\\', ''))
}

describe('the dashboard', () => {
  it('looks only for metrics that functions emit, under the dimensions they emit them with', () => {
    const found = expressions()
    expect(found.length).toBeGreaterThan(0)
    for (const expression of found) {
      const [, schema, name] = /^\{(.+?)\} MetricName="(\w+)"/.exec(expression) ?? []
      expect(Object.keys(metrics), expression).toContain(name)
      expect(schema).toBe(
        [metricNamespace, 'service', ...(metrics[name as keyof typeof metrics].by.at(-1) ?? [])].join(','),
      )
    }
  })

  it('shows one API, all of its metrics, and all it does not show otherwise by reason', () => {
    const found = expressions()
    for (const expression of found) expect(expression).toContain(`service="${metricService}" api="Api"`)
    const shown = new Set(found.map(expression => /MetricName="(\w+)"/.exec(expression)?.[1]))
    expect([...shown].sort()).toEqual(Object.keys(metrics).sort())
  })

  it('stands in a stack of its own without tying the API’s to it', () => {
    const app = newApp()
    const api = newApi({ issuers: [login] }, new Stack(app, 'S'))
    api.addRoute('GET /a', { upstream: ok, access: anyToken })
    const stack = new Stack(app, 'Observability')
    new GatewayDashboard(stack, 'Dashboard', { api })
    expect(Template.fromStack(Stack.of(api)).toJSON().Outputs).not.toEqual(
      expect.objectContaining({ Export: expect.anything() }),
    )
    expect(stack.dependencies).toEqual([])
  })
})

describe('a route’s metrics', () => {
  it('have the name and dimensions that functions emit', () => {
    const route = newApi().addRoute('GET /a', { upstream: ok, access: anyToken })
    const shape = ({ namespace, metricName, dimensions, statistic }: Metric) => ({
      namespace,
      metricName,
      dimensions,
      statistic,
    })
    const dimensions = { service: metricService, api: 'Api', route: 'GET /a' }
    const namespace = metricNamespace
    expect(shape(route.metricRequests())).toEqual({
      namespace,
      metricName: 'Requests',
      statistic: 'Sum',
      dimensions,
    })
    expect(shape(route.metricErrors())).toEqual({
      namespace,
      metricName: 'Errors',
      statistic: 'Sum',
      dimensions,
    })
    expect(shape(route.metricLatency())).toEqual({
      namespace,
      metricName: 'Latency',
      statistic: 'p90',
      dimensions,
    })
    expect(shape(route.metricDenied('limit.user'))).toEqual({
      namespace,
      metricName: 'Denied',
      statistic: 'Sum',
      dimensions: { ...dimensions, reason: 'limit.user' },
    })
  })
})
