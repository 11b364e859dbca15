import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matches, noFilter, readFilter, writeFilter } from '../../../local/page/browser/filter.js'
import { clock, shortName, shortNumber, span } from '../../../local/page/browser/format.js'
import { createFeed } from '../../../local/page/feed.ts'
import { eventLine, summaryOf } from './played.ts'

const feed = createFeed({ now: () => 0 })
feed.logged(eventLine('a'))
feed.answered(summaryOf('a'))
feed.answered(summaryOf('b', { method: 'POST', status: 403, reason: 'scope.insufficient' }))
feed.answered(
  summaryOf('c', {
    status: 404,
    path: '/wp-login.php',
    resourcePath: null,
    gatewayResponse: { type: 'MISSING_AUTHENTICATION_TOKEN', message: null },
  }),
)
const found = (filter: Partial<typeof noFilter>) =>
  feed.decisions().flatMap(each => (matches(each, { ...noFilter, ...filter }) ? [each.requestId] : []))

test.each([
  [{}, ['a', 'b', 'c']],
  [{ decision: 'denied' }, ['b', 'c']],
  [{ decision: 'error' }, []],
  [{ method: 'POST' }, ['b']],
  [{ route: 'GET /deals' }, ['a']],
  [{ route: 'undeclared' }, ['c']],
  [{ reason: 'scope.insufficient' }, ['b']],
  [{ reason: 'access' }, []],
  [{ q: 'WP-Login' }, ['c']],
  [{ q: 'hash-of 192.0.2.7' }, ['a']],
  [{ q: 'hash-of 403' }, []],
  [{ q: 'post', decision: 'allowed' }, []],
] as const)('the filter %j finds %j', (filter, ids) => {
  expect(found(filter)).toEqual(ids)
})

test('a filter in an address is read as it was written', () => {
  const filters = fc.record({
    q: fc.string(),
    decision: fc.string(),
    route: fc.string(),
    reason: fc.string(),
    method: fc.string(),
  })
  fc.assert(
    fc.property(filters, filter => {
      expect(readFilter(new URLSearchParams(String(writeFilter(filter))))).toEqual(filter)
    }),
  )
})

test('numbers and times are short', () => {
  expect([0, 0.256, 12, 12.34, 1234, 1_500_000, -2000, null, Number.NaN].map(shortNumber)).toEqual([
    '0',
    '0.26',
    '12',
    '12.3',
    '1.23k',
    '1.5M',
    '-2k',
    '–',
    '–',
  ])
  expect([0, 59, 60, 3599, 3600, 10_800, 172_800].map(span)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '60 min',
    '1 h',
    '3 h',
    '2 d',
  ])
  expect(clock(new Date(2026, 0, 2, 3, 4, 5, 6).getTime(), true)).toBe('03:04:05.006')
})

test('names that CloudFormation made are short, and others are as they are', () => {
  const names = [
    'Stack-AlarmsBreaches70A50463',
    'My-Stack-Alarm70A50463',
    'StackPage11C73A03',
    'my-alarm',
    'Deadbeef',
    'a b-C70A50463',
  ]
  expect(names.map(shortName)).toEqual([
    'AlarmsBreaches',
    'Alarm',
    'StackPage',
    'my-alarm',
    'Deadbeef',
    'a b-C70A50463',
  ])
})
