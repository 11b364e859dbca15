import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createInsightRules } from '../../../local/cloudwatch/insight-rules.ts'

const body = (changes: object = {}, contribution: object = {}) => ({
  Schema: { Name: 'CloudWatchLogRule', Version: 1 },
  LogGroupNames: ['API-Gateway-Access-Logs*', 'Log-group-name2'],
  LogFormat: 'JSON',
  Contribution: { Keys: ['$.ip'], Filters: [], ...contribution },
  AggregateOn: 'Count',
  ...changes,
})

const rulesOf = (RuleBody: unknown, options = {}) =>
  createInsightRules([{ name: 'R', properties: { RuleBody: JSON.stringify(RuleBody) } }], options)

const group = 'Log-group-name2'
const span = { from: 0, to: 120_000, periodMs: 60_000 }

const report = (RuleBody: unknown, entries: readonly unknown[], logGroup = group) => {
  const rules = rulesOf(RuleBody)
  for (const entry of entries) rules.take(entry, logGroup, 0)
  return rules.report('R', span).contributors.map(({ keys, total }) => [...keys, total])
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-RuleSyntax.html
test('evaluates the documented example: bytes put, by address', () => {
  const documented = body(
    { AggregateOn: 'Sum' },
    { ValueOf: '$.requestBytes', Filters: [{ Match: '$.httpMethod', In: ['PUT'] }] },
  )
  const entries = [
    { ip: '192.0.2.1', httpMethod: 'PUT', requestBytes: 10 },
    { ip: '192.0.2.2', httpMethod: 'PUT', requestBytes: 30 },
    { ip: '192.0.2.1', httpMethod: 'PUT', requestBytes: 5 },
    { ip: '192.0.2.1', httpMethod: 'GET', requestBytes: 999 },
    { ip: '192.0.2.1', httpMethod: 'PUT', requestBytes: 'many' },
  ]
  expect(report(documented, entries, 'API-Gateway-Access-Logs-prod')).toEqual([
    ['192.0.2.2', 30],
    ['192.0.2.1', 15],
  ])
})

test.each([
  [{ Match: '$.code', EqualTo: 200 }, [200, '200', 201], [200]],
  [{ Match: '$.code', NotEqualTo: 200 }, [200, 201], [201]],
  [{ Match: '$.code', GreaterThan: 1 }, [1, 2], [2]],
  [{ Match: '$.code', LessThan: 2 }, [1, 2], [1]],
  [{ Match: '$.code', In: ['a', 'b'] }, ['a', 'c', 'A'], ['a']],
  [{ Match: '$.code', NotIn: ['a'] }, ['a', 'c'], ['c']],
  [{ Match: '$.code', StartsWith: ['ec2', 'ecs'] }, ['ec2x', 'xec2'], ['ec2x']],
  [{ Match: '$.code', IsPresent: true }, ['a', { a: 1 }], ['a']],
])('the filter %o of %o lets pass %o', (filter, given, passed) => {
  const entries = given.map(code => ({ code, ip: String(code) }))
  const found = report(body({}, { Filters: [filter] }), entries).map(([ip]) => ip)
  expect(found).toEqual(passed.map(String))
})

test('all filters must let an entry pass; a field that is absent passes IsPresent false alone', () => {
  const Filters = [
    { Match: '$.a', GreaterThan: 0 },
    { Match: '$.b', IsPresent: false },
  ]
  const entries = [{ ip: '1', a: 1 }, { ip: '2', a: 1, b: 1 }, { ip: '3' }]
  expect(report(body({}, { Filters }), entries)).toEqual([['1', 1]])
})

test('keys go by their combination, also in lists and below; an entry that lacks one is nobody’s', () => {
  const Keys = ['$.users[1].name', '$["unmapped"].place']
  const entry = (name: string, place?: string) => ({ users: [{}, { name }], unmapped: { place } })
  expect(report(body({}, { Keys }), [entry('a', 'x'), entry('a', 'y'), entry('a', 'x'), entry('a')])).toEqual(
    [
      ['a', 'x', 2],
      ['a', 'y', 1],
    ],
  )
})

test('looks at the log groups it names, and no other', () => {
  const entry = [{ ip: '1' }]
  expect(report(body(), entry, 'Log-group-name2')).toHaveLength(1)
  expect(report(body(), entry, 'Log-group-name22')).toEqual([])
  expect(report(body(), entry, 'API-Gateway-Access-Logs')).toHaveLength(1)
})

test('the top contributors are those of a count by hand, and their lines add up to their totals', () => {
  const entries = fc.array(
    fc.record({ ip: fc.constantFrom('a', 'b', 'c'), at: fc.integer({ min: 0, max: 119_999 }) }),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(entries, all => {
      const rules = rulesOf(body())
      for (const { ip, at } of all) rules.take({ ip }, group, at)
      const { contributors, uniqueContributors } = rules.report('R', { ...span, contributorsMax: 2 })
      const counts = Map.groupBy(all, ({ ip }) => ip)
      expect(uniqueContributors).toBe(counts.size)
      expect(contributors.length).toBe(Math.min(2, counts.size))
      for (const { keys, total, series } of contributors) {
        expect(total).toBe(counts.get(keys[0] as 'a')?.length)
        expect(series.values.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(total)
      }
    }),
  )
})

test('gives metric math what it asks for, by period', () => {
  const rules = rulesOf(body())
  for (const [ip, at] of [
    ['a', 0],
    ['a', 1],
    ['b', 2],
    ['c', 60_000],
  ] as const)
    rules.take({ ip }, group, at)
  const grid = { from: 0, periodMs: 60_000, count: 3 }
  expect(rules.metric('R', 'UniqueContributors', grid).values).toEqual([2, 1, null])
  expect(rules.metric('R', 'MaxContributorValue', grid).values).toEqual([2, 1, null])
  expect(rules.metric('R', 'Sum', grid).values).toEqual([3, 1, null])
  expect(() => rules.metric('R', 'Median', grid)).toThrow('does not know Median')
})

test.each([
  ['another schema', body({ Schema: { Name: 'ServiceLogRule' } })],
  ['another format', body({ LogFormat: 'CLF' })],
  ['an unknown filter', body({}, { Filters: [{ Match: '$.a', Matches: 'x' }] })],
  ['two filters in one', body({}, { Filters: [{ Match: '$.a', EqualTo: 1, LessThan: 2 }] })],
  ['a key that is no path', body({}, { Keys: ['ip'] })],
  ['five keys', body({}, { Keys: new Array(5).fill('$.ip') })],
  ['a sum of nothing', body({ AggregateOn: 'Sum' })],
  ['an unknown field', body({ Fields: {} })],
  ['no JSON', undefined],
])('says that it does not evaluate %s', (_, given) => {
  const rules = createInsightRules([
    { name: 'R', properties: { RuleBody: given === undefined ? '{' : JSON.stringify(given) } },
  ])
  rules.take({ ip: '1' }, group, 0)
  expect(() => rules.report('R', span)).toThrow('not evaluated here')
})

test('keeps what it has seen where its body stays, and as much of it as is allowed', () => {
  const rules = rulesOf(body(), { contributionsMax: 10 })
  for (let ip = 0; ip < 100; ip += 1) rules.take({ ip }, group, 0)
  rules.replace([{ name: 'R', properties: { RuleBody: JSON.stringify(body()) } }])
  const { uniqueContributors } = rules.report('R', span)
  expect(uniqueContributors).toBeGreaterThanOrEqual(10)
  expect(uniqueContributors).toBeLessThanOrEqual(11)
  rules.replace([{ name: 'R', properties: { RuleBody: JSON.stringify(body({}, { Keys: ['$.b'] })) } }])
  expect(rules.report('R', span).uniqueContributors).toBe(0)
})
