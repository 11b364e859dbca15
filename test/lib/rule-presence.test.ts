import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDeclaredRule } from '../../lib/declare/declared-rule.ts'

const parameter = (name: string, required: boolean) => ({
  name,
  wire: 'integer' as const,
  many: false,
  required,
})
const inputs = {
  path: [],
  query: [parameter('a', false), parameter('b', false), parameter('page.size', false), parameter('r', true)],
}
const unasked = (rule: string) => readDeclaredRule(rule, inputs).unasked

test.each([
  'query.r > 1',
  'has(query.a) && query.a > 1',
  'query.a > 1 && has(query.a)',
  "'a' in query && query['a'] > 1",
  '!has(query.a) || query.a > 1',
  '!(has(query.a) && query.a > 1)',
  'has(query.a) ? query.a > 1 : query.r > 1',
  '!has(query.a) ? query.r > 1 : query.a > 1',
  'has(query.a) && has(query.b) && query.a > query.b',
  '(has(query.a) || has(query.b)) && (!has(query.a) || query.a > 1) && (!has(query.b) || query.b > 1)',
  "claims.plan == 'pro' || (has(query.a) && query.a > 1)",
  "'page.size' in query && query['page.size'] in [10, 20]",
  'has(query.a) && claims.levels.exists(level, level > query.a)',
])('a rule asks whether a parameter was sent before it reads it: %s', rule => {
  expect(unasked(rule)).toEqual([])
})

test.each([
  ['query.a > 1', ['a']],
  ['has(query.a) || query.a > 1', ['a']],
  ['!has(query.a) && query.a > 1', ['a']],
  ['has(query.b) && query.a > 1', ['a']],
  ['has(query.a) ? query.r > 1 : query.a > 1', ['a']],
  ['(has(query.a) || has(query.b)) && query.a > query.b', ['a', 'b']],
  ["claims.plan == 'pro' || query.a > 1", ['a']],
  ["query['page.size'] in [10, 20]", ['page.size']],
  ['claims.levels.exists(level, level > query.a)', ['a']],
  ['has(query.a) == true && query.a > 1', ['a']],
])('a rule that does not is told by what it reads: %s', (rule, names) => {
  expect(unasked(rule)).toEqual(names)
})

test('a rule that has asked can be evaluated, whatever was left out', () => {
  const leaf = fc.constantFrom('has(query.a)', "'b' in query", 'query.a > 1', 'query.b == 2', 'query.r < 3')
  const { rule } = fc.letrec<{ rule: string }>(tie => ({
    rule: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      tie('rule').map(inner => `!(${inner})`),
      fc
        .tuple(tie('rule'), fc.constantFrom('&&', '||'), tie('rule'))
        .map(([left, operator, right]) => `((${left}) ${operator} (${right}))`),
      fc
        .tuple(tie('rule'), tie('rule'), tie('rule'))
        .map(([condition, then, otherwise]) => `((${condition}) ? (${then}) : (${otherwise}))`),
    ),
  }))
  const source = { ip: '192.0.2.1' }
  let asked = 0
  fc.assert(
    fc.property(rule, text => {
      fc.pre(text.length < 1000)
      const { holds, unasked: missing } = readDeclaredRule(text, inputs)
      if (missing.length > 0) return
      asked += 1
      for (const query of [{}, { a: 1 }, { b: 2 }, { a: 3, b: 1 }]) {
        expect(typeof holds({ claims: {}, path: {}, query: { ...query, r: 1 }, source })).toBe('boolean')
      }
    }),
    { numRuns: 1000 },
  )
  // Otherwise nothing of this would say much.
  expect(asked).toBeGreaterThan(100)
})
