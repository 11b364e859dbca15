import { describe, expect, it } from 'vitest'
import { boundIntegers } from '../../lib/compile/safe-integers.ts'
import { anyToken, login, ok, synthesized } from './support.ts'

const safe = Number.MAX_SAFE_INTEGER
const bounds = { minimum: -safe, maximum: safe }
const integer = { type: 'integer' }
const bounded = { ...integer, ...bounds }

describe('an integer of a schema', () => {
  it('is bounded to what JSON can carry unchanged, however deep it lies', () => {
    const around = (schema: object) => ({
      type: 'object',
      properties: { minimum: schema, list: { type: 'array', items: schema }, any: { anyOf: [schema] } },
      additionalProperties: { allOf: [{ oneOf: [schema, { type: 'null' }] }] },
      $defs: { Id: schema },
    })
    expect(boundIntegers(around(integer))).toEqual(around(bounded))
  })

  it.each([
    [{ minimum: 0 }, { minimum: 0, maximum: safe }],
    [{ maximum: 9 }, { minimum: -safe, maximum: 9 }],
    [
      { exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { exclusiveMinimum: 0, exclusiveMaximum: 9 },
    ],
    [{ minimum: -1e300, maximum: 2 ** 53 }, bounds],
    [
      { minimum: safe, maximum: safe },
      { minimum: safe, maximum: safe },
    ],
  ])('keeps bounds of its own that are tighter: %j', (own, expected) => {
    expect(boundIntegers({ ...integer, ...own })).toEqual({ ...integer, ...expected })
  })

  it('may also be null', () => {
    expect(boundIntegers({ type: ['integer', 'null'] })).toEqual({ type: ['integer', 'null'], ...bounds })
  })

  it('is not looked for where there is data, or what a value must not match', () => {
    const schema = {
      type: 'object',
      not: { properties: { a: integer } },
      const: { type: 'integer' },
      enum: [integer],
      default: { items: integer },
    }
    expect(boundIntegers(schema)).toEqual(schema)
  })

  it('is none where fractions are allowed', () => {
    for (const type of ['number', ['integer', 'number'], 'string']) {
      expect(boundIntegers({ type })).toEqual({ type })
    }
  })
})

describe('a route', () => {
  it('refuses integers that would reach the upstream changed, in any place, and names them', async () => {
    const { validators, gates } = synthesized(
      api =>
        api.addRoute('POST /a', {
          upstream: ok,
          access: anyToken,
          input: {
            query: { page: integer, ids: { type: 'array', items: integer } },
            body: {
              type: 'object',
              properties: { lines: { type: 'array', items: { $ref: '#/$defs/Line' } } },
              $defs: { Line: { type: 'object', properties: { cents: integer } } },
            },
          },
        }),
      { issuers: [login] },
    )
    const validate = (await validators(gates[0]?.manifest.gate ?? ''))['POST /a']
    const request = (page: number, id: number, cents: number) => ({
      path: {},
      query: { page, ids: [id] },
      headers: {},
      cookies: {},
      body: { lines: [{ cents }] },
    })
    expect(validate?.(request(safe, -safe, safe))).toEqual([])
    // As JSON.parse reads 9007199254740993.
    const unsafe = 2 ** 53
    const places = [
      ['page', request(unsafe, 1, 1)],
      ['ids', request(1, -unsafe, 1)],
      ['/lines/0/cents', request(1, 1, unsafe)],
    ] as const
    for (const [name, sent] of places) expect(validate?.(sent)).toMatchObject([{ name }])
  })
})
