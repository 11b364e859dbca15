import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Projection } from '../../../contract/gate-manifest.ts'
import { project } from '../../../functions/gate/inputs/projection.ts'

// Few names, so that declared and sent ones meet; those that have fooled merges and copies among them.
const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'prototype', 'toString', '')

const { projection } = fc.letrec<{ projection: Projection }>(tie => ({
  projection: fc.oneof(
    { maxDepth: 3 },
    fc.constant({}),
    fc.dictionary(name, tie('projection'), { maxKeys: 4 }).map(members => ({ members })),
    tie('projection').map(items => ({ items })),
    tie('projection').map(others => ({ members: {}, others })),
    fc.record({
      members: fc.dictionary(name, tie('projection'), { maxKeys: 2 }),
      others: tie('projection'),
      items: tie('projection'),
    }),
  ),
}))

/** As it comes from `JSON.parse`, where `__proto__` is a member like any other. */
const { sent } = fc.letrec<{ sent: unknown }>(tie => ({
  sent: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, 0, 'text'),
    fc.array(tie('sent'), { maxLength: 4 }),
    fc
      .array(fc.tuple(name, tie('sent')), { maxLength: 5 })
      .map(pairs =>
        JSON.parse(`{${pairs.map(([key, v]) => `${JSON.stringify(key)}:${JSON.stringify(v)}`)}}`),
      ),
  ),
}))

/** Where a value holds what is not declared. A value of a type the projection has no word for is the validator's. */
function undeclaredIn(value: unknown, declared: Projection, at = ''): string[] {
  if (Array.isArray(value)) {
    const { items } = declared
    return items ? value.flatMap((item, i) => undeclaredIn(item, items, `${at}/${i}`)) : []
  }
  if (typeof value !== 'object' || value === null || (!declared.members && !declared.others)) return []
  return Object.entries(value).flatMap(([key, member]) => {
    const known = Object.hasOwn(declared.members ?? {}, key) ? declared.members?.[key] : declared.others
    return known && key !== '__proto__' ? undeclaredIn(member, known, `${at}/${key}`) : [`${at}/${key}`]
  })
}

describe('a projected value', () => {
  test('holds declared members only, at every depth', () => {
    fc.assert(
      fc.property(sent, projection, (value, declared) => {
        expect(undeclaredIn(project(value, declared), declared)).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  test('does not change when it is projected again', () => {
    fc.assert(
      fc.property(sent, projection, (value, declared) => {
        const once = project(value, declared)
        expect(JSON.stringify(project(once, declared))).toBe(JSON.stringify(once))
      }),
    )
  })

  test('leaves what was sent, and every prototype, as they were', () => {
    const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))
    fc.assert(
      fc.property(sent, projection, (value, declared) => {
        const text = JSON.stringify(value)
        const result = project(value, declared)
        expect(JSON.stringify(value)).toBe(text)
        if (declared.members && typeof result === 'object' && result !== null && !Array.isArray(result)) {
          expect(Object.getPrototypeOf(result)).toBe(Object.prototype)
        }
      }),
    )
    expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(before)
  })

  test('keeps every declared member that was sent', () => {
    const declared: Projection = { members: { lines: { items: { members: { text: {} } } }, note: {} } }
    expect(project({ lines: [{ text: 'a', price: 1 }, 7], note: null, admin: true }, declared)).toEqual({
      lines: [{ text: 'a' }, 7],
      note: null,
    })
  })

  test('never has __proto__, not even as a member of a map', () => {
    const polluted = JSON.parse('{"__proto__":{"admin":true},"a":{"__proto__":{"admin":true}}}')
    const result = project(polluted, { others: { members: { x: {} }, others: {} } })
    expect(JSON.stringify(result)).toBe('{"a":{}}')
    expect((result as { admin?: unknown }).admin).toBeUndefined()
  })
})
