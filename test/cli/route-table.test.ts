import { expect, test } from 'vitest'
import { routeTable } from '../../bin/route-table.ts'
import { type AskedOfToken, accessParts, accessText } from '../../contract/access-text.ts'
import type { ListedRoute } from '../../local/routes.ts'
import { nothing } from '../contract/asked-of-token.ts'

const terminal = { isTTY: false } as NodeJS.WriteStream

/** The lines of the table about a route that asks for this, cells between bars. */
function linesFor(asked: Partial<AskedOfToken>, more: Partial<ListedRoute> = {}) {
  const whole = { ...nothing, ...asked }
  const route: ListedRoute = {
    method: 'GET',
    path: '/a',
    access: accessText(whole),
    asks: accessParts(whole),
    limits: [],
    cost: 1,
    without: {},
    openWithoutStore: null,
    limited: null,
    upstream: 'stub',
    inputs: { path: [], query: [], headers: [], cookies: [], body: [] },
    needsInput: false,
    scopes: [],
    role: null,
    issuers: [0],
    needsMore: false,
    ...more,
  }
  return routeTable([route], terminal).split('\n').slice(1)
}
/** What stands in the column of access. */
const accessLines = (asked: Partial<AskedOfToken>) =>
  linesFor(asked).map((line, i) =>
    i === 0 ? line.replace(/^GET +\/a +/, '').replace(/ +stub$/, '') : line.slice(14),
  )

test('a rule stands by itself and whole, with its commas', () => {
  expect(accessLines({ scopes: ['deals:read'], rule: 'query.limit in [1, 2, 3]' })).toEqual([
    'scope deals:read',
    'rule query.limit in [1, 2, 3]',
  ])
})

test('a value with a comma stays whole', () => {
  expect(accessLines({ claims: [{ kind: 'equals', claim: 'tenant', value: 'Acme, Inc.' }] })).toEqual([
    'tenant = Acme, Inc.',
  ])
})

test('a rule of several lines has them here too, and a long one is broken at spaces', () => {
  const rule = "\n  claims.plan == 'pro' ||\n    query.limit <= 10\n"
  expect(accessLines({ rule })).toEqual(["rule claims.plan == 'pro' ||", '  query.limit <= 10'])
  const long = Array.from({ length: 20 }, (_, i) => `claims.level != ${i}.0`).join(' && ')
  const lines = accessLines({ rule: long })
  expect(lines.map(line => line.trim()).join(' ')).toBe(`rule ${long}`)
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(50)
})

test('alternatives fill lines, and go on in the next one', () => {
  expect(accessLines({ roles: ['sales', 'lead'] })).toEqual(['role sales or lead'])
  const issuers = ['login', 'partners', 'staff'].map(name => `https://${name}.example.com/oauth2/default`)
  expect(accessLines({ issuers })).toEqual([
    'issuer login.example.com/oauth2/default',
    '  or partners.example.com/oauth2/default',
    '  or staff.example.com/oauth2/default',
  ])
})

test('with several issuers and many inputs, it is no wider than a terminal of 120 columns', () => {
  const query = Array.from({ length: 12 }, (_, i) => `parameter${i}`)
  const lines = linesFor(
    { issuers: ['https://login.example.com', 'https://partners.example.com/realms/main'] },
    { inputs: { path: [], query, headers: [], cookies: [], body: [] } },
  )
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(120)
  expect(lines.join(' ').match(/parameter\d+/g)).toEqual(query)
})

test('no line ends in blanks', () => {
  expect(linesFor({ scopes: ['a', 'b'] }).filter(line => / $/.test(line))).toEqual([])
})

test('limits say whom they are for and what a request counts as; what takes them away says why', () => {
  const [first = '', ...more] = linesFor(
    {},
    {
      limits: ['60 per minute per user'],
      cost: 10,
      without: { ip: 'all offices come from one address' },
      openWithoutStore: 'prices are public',
    },
  )
  expect([first, ...more]).toEqual([
    expect.stringContaining('60 per minute per user'),
    expect.stringMatching(/^ +counts as 10$/),
    expect.stringMatching(/^ +unsafe, none by ip: all offices come from one$/),
    expect.stringMatching(/^ +address$/),
    expect.stringMatching(/^ +unsafe, open without store: prices are public$/),
  ])
})
