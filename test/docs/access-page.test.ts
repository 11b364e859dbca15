import { readFileSync } from 'node:fs'
import { Access, type TokenAccessOptions } from 'sallyport'
import { expect, test } from 'vitest'
import { readRule } from '../../contract/rule.ts'
import type { RuleInputs } from '../../contract/rule-values.ts'
import { complaintOf } from '../lib/support.ts'

const page = readFileSync('docs/access.md', 'utf8')

test('docs/access.md has every option of Access.token in its table and in its example', () => {
  const nothing = null as unknown as TokenAccessOptions<never>
  const { allowed } = complaintOf(() => Access.token(nothing))
  const options = allowed.replace('an object with ', '').split(', ')
  const table = page.slice(0, page.indexOf('## Every option'))
  const [example = ''] = /```ts\n.*?```/s.exec(page) ?? []
  expect(options.length).toBeGreaterThan(7)
  for (const option of options) {
    expect(table).toMatch(new RegExp(`^\\| .*\`${option}\\b`, 'm'))
    expect(example).toContain(`${option}: `)
  }
})

const inputs = {
  path: [{ name: 'userId', wire: 'string', many: false, required: false }],
  query: [{ name: 'limit', wire: 'integer', many: false, required: false }],
} satisfies RuleInputs
const claims = { level: 7, sub: '42', plan: 'pro', admin: true, banned: { until: 5 }, groups: ['eu-1'] }
const values = { claims, path: { userId: '42' }, query: {}, source: { ip: '10.1.2.3' } }

test.each([
  ['claims.level >= 3', true],
  ['claims.level + 1.0 > 7.0', true],
  ['!has(query.limit) || query.limit <= 10', true],
  ['has(query.limit) && query.limit <= 10', false],
  ["'until' in claims.banned", true],
  ["claims.sub == '42'", true],
  ['claims.sub == 42', false],
  ['claims.sub != 42', true],
  ["claims.missing == 'a' || claims.plan == 'pro'", true],
  ['claims.admin == true', true],
  ["claims.groups.exists(g, g.startsWith('eu-'))", true],
  ["source.ip.inRange('10.0.0.0/8')", true],
])('a rule is as docs/access.md says: %s is %s', (text, holds) => {
  expect(readRule(text, inputs).holds(values)).toBe(holds)
})

test.each([
  'claims.level + 1 > 7',
  'claims.level % 2 == 0',
  'query.limit <= 10',
  "claims.missing == 'a' || claims.plan == 'free'",
])('a rule that docs/access.md warns of passes synth and cannot be evaluated: %s', text => {
  const rule = readRule(text, inputs)
  expect(() => rule.holds(values)).toThrow()
})

test.each([
  'claims.admin',
  'has(claims.banned.until)',
  "claims.plan.matches('p.*')",
  'int(claims.sub) == 42',
])('a rule that docs/access.md says is refused at synth is so: %s', text => {
  expect(() => readRule(text, inputs)).toThrow()
})
