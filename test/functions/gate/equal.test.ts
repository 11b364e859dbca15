import fc from 'fast-check'
import { expect, test } from 'vitest'
import { equal } from '../../../functions/gate/inputs/validation-runtime.ts'

test('two JSON values are equal exactly when they are written the same, whatever the order of members', () => {
  const sorted = (value: unknown): unknown =>
    Array.isArray(value)
      ? ['list', value.map(sorted)]
      : typeof value === 'object' && value !== null
        ? [
            'object',
            Object.entries(value)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, member]) => [name, sorted(member)]),
          ]
        : value
  const written = (value: unknown) => JSON.stringify(sorted(value))
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(equal(a, JSON.parse(JSON.stringify(a)))).toBe(true)
      expect(equal(a, b)).toBe(written(a) === written(b))
    }),
  )
})

test('members named like methods are members, and called by nobody', () => {
  for (const name of ['valueOf', 'toString', 'constructor', '__proto__']) {
    const value = JSON.parse(`{"${name}":1}`)
    expect(equal(value, {})).toBe(false)
    expect(equal(value, JSON.parse(`{"${name}":1}`))).toBe(true)
  }
})
