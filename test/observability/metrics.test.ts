import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { awsMetrics } from '../../contract/aws-metrics.ts'
import { metricNamespace, metricService, metrics } from '../../contract/metrics.ts'
import type { Emitted } from './embedded.ts'
import { endToEnd, type Run } from './emitted-series.ts'
import { referencedSeries } from './referenced.ts'

let run: Run
let emitted: Run['emitted']

beforeAll(async () => {
  run = await endToEnd()
  emitted = run.emitted
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
      ['GET /deals', 'ticket.missing', 1],
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
  expect(valuesOf('Breaches').map(({ reason }) => reason)).toEqual(['ticket.missing'])
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
  // The example’s first door and CRM gate, the first door with overdue keys, and the gates without table, upstream and ticket.
  expect(valuesOf('ColdStarts').map(({ ColdStarts }) => ColdStarts)).toEqual([1, 1, 1, 1, 1, 1])
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

/** All that the example's dashboards and alarms ask for. */
const asked = () =>
  readdirSync(inject('dealDesk'))
    .filter(file => file.endsWith('.template.json'))
    .flatMap(file => referencedSeries(JSON.parse(readFileSync(join(inject('dealDesk'), file), 'utf8'))))
const seriesOf = ({ namespace, name }: { namespace: string; name: string }, dimensions: readonly string[]) =>
  `${namespace} ${name} by ${[...dimensions].sort().join()}`
const distinct = (texts: readonly string[]) => [...new Set(texts)].sort()

test('what widgets and alarms ask for was emitted in the run, by its functions or in AWS’s place, with exactly these dimensions', () => {
  const seen = new Set([
    ...run.emitted.map(each => seriesOf(each, each.dimensions)),
    ...run.played.map(each => seriesOf(each, Object.keys(each.dimensions))),
  ])
  const missing = asked()
    .map(each => seriesOf(each, each.dimensions))
    .filter(series => !seen.has(series))
  expect(distinct(missing)).toEqual([])
})

test('of each metric that functions emit, a widget or an alarm shows something', () => {
  const shown = asked().filter(({ namespace }) => namespace === metricNamespace)
  expect(distinct(shown.map(({ name }) => name))).toEqual(distinct(emitted.map(({ name }) => name)))
})

test('in AWS’s place each metric is measured that AWS has of what runs here, by the dimensions that it has, and no other', () => {
  const listed = Object.entries(awsMetrics).flatMap(
    ([namespace, { playedLocally, metrics: names, dimensions }]) =>
      playedLocally ? names.map(name => seriesOf({ namespace, name }, dimensions)) : [],
  )
  const measured = run.played.map(each => seriesOf(each, Object.keys(each.dimensions)))
  // Of an API also over all of its stages, as AWS does.
  expect(distinct(measured.filter(series => !series.endsWith(' by ApiName')))).toEqual(listed.sort())
})
