import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { metricNamespace, metricService, metrics } from '../../contract/metrics.ts'
import type { Emitted } from './embedded.ts'
import { emittedSeries } from './emitted-series.ts'

let emitted: Emitted[]

beforeAll(async () => {
  emitted = await emittedSeries()
})

/** Once for each line that has it. */
const valuesOf = (...names: string[]): Array<Emitted['values']> => [
  ...new Set(emitted.filter(({ name }) => names.includes(name)).map(({ values }) => values)),
]

test('what the functions emit is what the contract lists, with its unit and all of its dimension sets, and nothing else', () => {
  const textOf = (name: string, unit: string, dimensions: readonly string[]) =>
    `${name} in ${unit} by ${dimensions.join()}`
  const listed = Object.entries(metrics).flatMap(([name, { unit, by }]) =>
    by.map(set => textOf(name, unit, ['service', ...set])),
  )
  const found = emitted.map(({ name, unit, dimensions }) => textOf(name, unit, dimensions))
  expect([...new Set(found)].sort()).toEqual(listed.sort())
  expect(new Set(emitted.map(({ namespace }) => namespace))).toEqual(new Set([metricNamespace]))
  expect(new Set(emitted.map(({ values }) => values.service))).toEqual(new Set([metricService]))
})

test('every dimension and every metric of a series has its value in the line', () => {
  for (const { name, dimensions, values } of emitted) {
    for (const dimension of dimensions) expect(values[dimension]).toMatch(/./)
    expect([values[name]].flat().every(Number.isFinite)).toBe(true)
  }
})

test('docs/metrics.md lists each of them', () => {
  const page = readFileSync('docs/metrics.md', 'utf8')
  for (const { name } of emitted) expect(page).toContain(`| \`${name}\` |`)
})

test('a denial is counted by the route and its true reason, by whichever door said no', () => {
  const denied = valuesOf('Denied').map(({ route, reason, Denied }) => [route, reason, Denied])
  expect(denied.sort()).toEqual(
    [
      ['GET /deals', 'input.invalid', 1],
      ['GET /deals/{dealId}', 'input.invalid', 1],
      ['GET /deals/{dealId}', 'input.invalid', 1],
      ['GET /deals', 'token.malformed', 1],
      ['POST /deals', 'input.invalid', 1],
      ['GET /deals', 'upstream.invalid_response', 1],
      ['GET /deals', 'input.invalid', 1],
      ['GET /orders', 'store.unavailable', 1],
      ['GET /orders', 'upstream.unreachable', 1],
    ].sort(),
  )
})

test('of denials, a token that is none is counted as such, and what somebody is to be woken for as an incident', () => {
  expect(valuesOf('TokensRejected').map(({ reason }) => reason)).toEqual(['token.malformed'])
  expect(valuesOf('Incidents').map(({ reason }) => reason)).toEqual(['store.unavailable'])
})

test('what is refused of a request, and what is left behind of one, are counted by route and place', () => {
  const counted = (pattern: RegExp) =>
    emitted
      .filter(({ name, dimensions }) => pattern.test(name) && dimensions.includes('route'))
      .map(({ name, values }) => `${name} ${values.route} ${values[name]}`)
      .sort()
  expect(counted(/^Refused/)).toEqual([
    'RefusedBody POST /deals 1',
    'RefusedCookie GET /deals 1',
    'RefusedHeader GET /deals/{dealId} 1',
    'RefusedOutput GET /deals 1',
    'RefusedPath GET /deals/{dealId} 1',
    'RefusedQuery GET /deals 1',
  ])
  expect(counted(/^Stripped(Query|Cookie|Output)/)).toEqual([
    'StrippedCookie POST /deals 1',
    'StrippedCookie POST /deals 1',
    'StrippedOutput POST /deals 1',
    'StrippedQuery GET /deals 1',
  ])
})

test('a breaker that opens is counted by its upstream, and a request that was sent once more by its route', () => {
  const opened = valuesOf('BreakerOpen')
  expect(opened.map(({ api, upstream, BreakerOpen }) => [api, upstream, BreakerOpen])).toEqual([
    ['Api', 'Inner', 1],
  ])
  const retried = valuesOf('UpstreamRetries')
  expect(retried.map(({ route, UpstreamRetries }) => [route, UpstreamRetries])).toEqual([['GET /orders', 1]])
})

test('a request that is counted has its write to the table, and its limit, in its own line', () => {
  const [first] = valuesOf('Requests').filter(({ route }) => route === 'GET /deals')
  expect(first).toMatchObject({ Requests: 1, Errors: 0, WriteUnits: 1, LimitUse: 2, layer: 'user' })
})

test('an instance counts its first request as a cold start, and no other', () => {
  // The example’s first door and CRM gate, the first door with overdue keys, and the gates without table and upstream.
  expect(valuesOf('ColdStarts').map(({ ColdStarts }) => ColdStarts)).toEqual([1, 1, 1, 1, 1])
})

test('a request is one line, whatever is counted of it', () => {
  const ofPost = valuesOf('Requests').filter(({ route }) => route === 'POST /deals')
  expect(ofPost).toHaveLength(2)
  const lines = new Set(
    emitted.filter(({ values }) => values.route === 'POST /deals').map(({ values }) => values),
  )
  // Its first one, and one question to the first door: the second was spared.
  expect(lines.size).toBe(3)
})

test('the dashboard searches for metrics that are emitted, by dimensions they have', () => {
  const template = readFileSync(join(inject('dealDesk'), 'DealDeskObservability.template.json'), 'utf8')
  const searches = [...template.matchAll(/SEARCH\('\{([^}]+)\} MetricName=\W+(\w+)/g)]
  expect(searches.length).toBeGreaterThan(0)
  for (const [, schema, name] of searches) {
    const [namespace, ...dimensions] = (schema as string).split(',')
    expect(emitted).toContainEqual(expect.objectContaining({ name, namespace, dimensions }))
  }
})
