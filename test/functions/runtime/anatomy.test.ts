import { expect, test } from 'vitest'
import { anatomyOf } from '../../../functions/runtime/anatomy.ts'

test('an error is known by its kind and place, not by its words', () => {
  const error = new TypeError('a secret\n    at secret (secret.ts:1:1)')
  const anatomy = anatomyOf(error)
  expect(anatomy).toMatchObject({ error: 'TypeError', at: expect.arrayContaining([expect.any(String)]) })
  expect(anatomy.at.length).toBeLessThanOrEqual(10)
  expect(JSON.stringify(anatomy)).not.toContain('secret')
})

test('nor by words that were replaced since, or stand in its name', () => {
  const error = new Error('b\n    at secret (secret.ts:1:1)')
  // Written down with its first words.
  expect(error.stack).toContain('secret')
  error.message = 'other words'
  expect(anatomyOf(error)).toEqual({ error: 'Error', at: [] })
  for (const name of ['a secret', 'a.secret', 'a'.repeat(65), ''])
    expect(anatomyOf(Object.assign(new Error('x'), { name })).error).toBe('Error')
  for (const name of ['TypeError', 'ERR_$1', 'a'.repeat(64)])
    expect(anatomyOf(Object.assign(new Error('x'), { name })).error).toBe(name)
})

const thrower = {
  get: (): never => {
    throw new Error('a secret')
  },
}

test.each<[string, unknown, { error: string; at: string[] }]>([
  ['no error', 'a secret', { error: 'string', at: [] }],
  ['nothing', undefined, { error: 'undefined', at: [] }],
  ['a trace that is no text', Object.assign(new Error('a'), { stack: 7 }), { error: 'Error', at: [] }],
  ['words that are no text', Object.assign(new Error(), { message: {} }), { error: 'Error', at: [] }],
  ['a name that is no text', Object.assign(new Error(), { name: 1n, stack: '' }), { error: 'Error', at: [] }],
  ['a name that throws', Object.defineProperty(new Error(), 'name', thrower), { error: 'object', at: [] }],
  ['a trace that throws', Object.defineProperty(new Error(), 'stack', thrower), { error: 'object', at: [] }],
  [
    'a proxy that throws',
    new Proxy({}, { get: thrower.get, getPrototypeOf: thrower.get }),
    { error: 'object', at: [] },
  ],
])('%s is known all the same', (_, thrown, anatomy) => {
  expect(anatomyOf(thrown)).toEqual(anatomy)
})
