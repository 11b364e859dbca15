import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alarmsIn, type CompositeRule, holds, parseRule } from '../../../local/cloudwatch/composite-rule.ts'
import type { StateValue } from '../../../local/cloudwatch/status.ts'

const states = { Cpu: 'ALARM', 'Disk full': 'OK', New: 'INSUFFICIENT_DATA' } as const

const stateOf = (alarm: string): StateValue => states[alarm as keyof typeof states]

test.each([
  ['ALARM(Cpu)', true],
  ['ALARM("Cpu")', true],
  ['OK("Disk full")', true],
  ['ALARM("Disk full")', false],
  ['INSUFFICIENT_DATA(New)', true],
  ['NOT OK(Cpu)', true],
  ['TRUE', true],
  ['FALSE', false],
  ['ALARM(Cpu) AND OK(New)', false],
  ['(ALARM(Cpu) OR ALARM("Disk full")) AND NOT ALARM(New)', true],
  // AND first: TRUE OR (FALSE AND FALSE).
  ['TRUE OR FALSE AND FALSE', true],
  ['NOT TRUE OR TRUE', true],
  ['AT_LEAST(1, ALARM, (Cpu, "Disk full", New))', true],
  ['AT_LEAST(2, ALARM, (Cpu, "Disk full", New))', false],
  ['AT_LEAST(2, NOT ALARM, (Cpu, "Disk full", New))', true],
  ['AT_LEAST(33%, ALARM, (Cpu, "Disk full", New))', true],
  ['AT_LEAST(34%, ALARM, (Cpu, "Disk full", New))', false],
])('%s is %s', (text, expected) => {
  expect(holds(parseRule(text), stateOf)).toBe(expected)
})

test.each([
  '',
  'ALARM',
  'ALARM()',
  'ALARM(Cpu',
  'ALARM(Cpu))',
  'alarm(Cpu)',
  'ALARM(Cpu) ALARM(New)',
  'ALARM(Cpu) AND',
  'AND ALARM(Cpu)',
  'ALARM("open)',
  'AT_LEAST(x, ALARM, (Cpu))',
  'AT_LEAST(1, ALARM, ())',
  '('.repeat(1000),
])('refuses %o', text => {
  expect(() => parseRule(text)).toThrow('AlarmRule')
})

const name = fc.constantFrom('Cpu', 'Disk full', 'New')
const state = fc.constantFrom<StateValue>('OK', 'ALARM', 'INSUFFICIENT_DATA')
const { rule } = fc.letrec<{ rule: CompositeRule }>(tie => ({
  rule: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ kind: fc.constant('constant' as const), value: fc.boolean() }),
    fc.record({ kind: fc.constant('state' as const), state, alarm: name }),
    fc.record({ kind: fc.constant('not' as const), of: tie('rule') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('rule'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}))

function written(of: CompositeRule): string {
  switch (of.kind) {
    case 'constant':
      return of.value ? 'TRUE' : 'FALSE'
    case 'state':
      return `${of.state}("${of.alarm}")`
    case 'not':
      return `NOT (${written(of.of)})`
    case 'and':
    case 'or':
      return of.parts.map(part => `(${written(part)})`).join(of.kind === 'and' ? ' AND ' : '  OR ')
    case 'at-least':
      return `AT_LEAST(${of.least}, ${of.state}, (${of.alarms.map(alarm => `"${alarm}"`).join(',')}))`
  }
}

test('a rule that is written down and read again is the same rule', () => {
  fc.assert(
    fc.property(rule, original => {
      const read = parseRule(written(original))
      expect(read).toEqual(original)
      expect(alarmsIn(read)).toEqual(alarmsIn(original))
    }),
  )
})
