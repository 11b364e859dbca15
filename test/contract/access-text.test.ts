import { expect, test } from 'vitest'
import { type AskedOfToken, accessParts, accessText } from '../../contract/access-text.ts'
import { nothing } from './asked-of-token.ts'

const textOf = (asked: Partial<AskedOfToken>) => accessText({ ...nothing, ...asked })

test('each thing asked is one part, whatever its text holds', () => {
  const asked = {
    ...nothing,
    scopes: ['a,b', 'c'],
    roles: ['x, y', 'z or w'],
    claims: [{ kind: 'oneOf', claim: 'tenant', values: ['Acme, Inc.', 'Initech'] }] as const,
    rule: 'query.limit in [1, 2, 3]',
  }
  expect(accessParts(asked)).toEqual([
    { what: 'scope', anyOf: ['a,b'] },
    { what: 'scope', anyOf: ['c'] },
    { what: 'role', anyOf: ['x, y', 'z or w'] },
    { what: 'tenant =', anyOf: ['Acme, Inc.', 'Initech'] },
    { what: 'rule', anyOf: ['query.limit in [1, 2, 3]'] },
  ])
})

test('where nothing is asked, any valid token will do', () => {
  expect(accessParts(nothing)).toEqual([])
  expect(accessText(nothing)).toBe('any valid token')
})

test('rules that mean different things read differently', () => {
  const rules = [
    "claims.a == 'a b'",
    "claims.a == 'a  b'",
    "claims.a\n== '''a b'''",
    "claims.a == '''a\nb'''",
  ]
  const indented = "claims.a == '''a\n  b'''"
  expect(new Set([...rules, indented].map(rule => textOf({ rule }))).size).toBe(5)
})

test('a rule of several lines is one line of ASCII, and shows where they end', () => {
  expect(textOf({ rule: "\n  claims.a == 1.0 &&\r\n    claims.b == 'x'\n" })).toBe(
    "rule claims.a == 1.0 && \\n claims.b == 'x'",
  )
})
