import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Access, type JsonSchema, type Schema } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ValidatorOf, validatorsModule } from '../../lib/compile/validators.ts'
import { type Judge, ok, synthesized } from './support.ts'

const nothing = { path: {}, query: {}, headers: {}, cookies: {} }
type Validate = (candidate: unknown) => boolean
const holds =
  (judge: Judge | undefined): Validate =>
  candidate =>
    judge?.(candidate).length === 0

async function bodyValidator(body: Schema): Promise<Validate> {
  const { validators } = synthesized(api =>
    api.addRoute('POST /a', { upstream: ok, access: Access.public(), input: { body } }),
  )
  const validate = holds((await validators('Stubs'))['POST /a'])
  return candidate => validate({ ...nothing, ...(candidate !== undefined && { body: candidate }) })
}

describe('compiled validators', () => {
  it('are one per route of the gate, by its key', async () => {
    const { validators } = synthesized(api => {
      api.addRoute('GET /b', { upstream: ok, access: Access.public() })
      api.addRoute('GET /a', { upstream: ok, access: Access.public() })
    })
    expect(Object.keys(await validators('Stubs'))).toEqual(['GET /a', 'GET /b'])
  })

  it('load what they need from beside them, and evaluate no text', () => {
    const { gate } = synthesized(api =>
      api.addRoute('POST /a', {
        upstream: ok,
        access: Access.public(),
        input: { body: z.object({ at: z.iso.datetime(), tags: z.array(z.string().max(3)) }) },
      }),
    )
    const code = readFileSync(join(gate('Stubs').folder, 'validators.mjs'), 'utf8')
    expect([...code.matchAll(/from "([^"]+)"/g)].map(match => match[1])).toEqual(['./validation-runtime.mjs'])
    expect(code).not.toMatch(/\beval\b|new Function|import\(/)
  })

  // A name of twenty thousand letters, escaped anew for each of forty thousand items below it, held a gate for 13 seconds.
  it('never escape a name that a caller chose', () => {
    const labels = new ValidatorOf(
      z.toJSONSchema(z.record(z.string(), z.array(z.string().max(5).nullable()))) as JsonSchema,
    )
    const code = validatorsModule({ validators: { labels } })
    expect(code).toContain('instancePath')
    expect(code).not.toContain('.replace(')
  })

  it('require what is declared as required, and accept what is optional being left out', async () => {
    const { validators } = synthesized(api =>
      api.addRoute('GET /deals/{dealId}', {
        upstream: ok,
        access: Access.public(),
        input: {
          path: { dealId: z.uuid() },
          query: { limit: z.int().min(1).max(100).optional() },
          headers: { 'X-Tenant': z.string() },
        },
      }),
    )
    const validate = holds((await validators('Stubs'))['GET /deals/{dealId}'])
    const path = { dealId: 'f47ac10b-58cc-4372-a567-0e02b2c3d479' }
    const headers = { 'x-tenant': 'a' }
    expect(validate({ ...nothing, path, headers })).toBe(true)
    expect(validate({ ...nothing, path, headers, query: { limit: 100 } })).toBe(true)
    expect(validate({ ...nothing, path, headers, query: { limit: 101 } })).toBe(false)
    expect(validate({ ...nothing, path })).toBe(false)
    expect(validate({ ...nothing, path: { dealId: 'x' }, headers })).toBe(false)
  })

  it('stop at the first failure, so that a text too long never meets a pattern that takes its time over it', async () => {
    const { validators } = synthesized(api =>
      api.addRoute('POST /a', {
        upstream: ok,
        access: Access.public(),
        input: {
          body: z.object({
            a: z
              .string()
              .max(20)
              .regex(/^(\w+\s?)*$/),
          }),
        },
      }),
    )
    const validate = (await validators('Stubs'))['POST /a']
    // With the pattern, this one would take longer than any test may.
    expect(validate?.({ ...nothing, body: { a: `${'a'.repeat(60)}!` } })).toEqual([
      { in: 'body', name: '/a', detail: 'must NOT have more than 20 characters' },
    ])
  })

  it('require a body, unless it is optional', async () => {
    const body = z.object({ a: z.string() })
    expect((await bodyValidator(body))(undefined)).toBe(false)
    expect((await bodyValidator(body.optional()))(undefined)).toBe(true)
    expect((await bodyValidator(body.optional()))({})).toBe(false)
  })

  it.each<[string, JsonSchema, unknown, unknown]>([
    ['maxLength in code points', { type: 'string', maxLength: 2 }, '😀😀', '😀😀😀'],
    ['pattern', { type: 'string', pattern: '^[A-Z]{3}$' }, 'EUR', 'eur'],
    ['format uuid', { type: 'string', format: 'uuid' }, 'f47ac10b-58cc-4372-a567-0e02b2c3d479', 'f47ac10b'],
    ['format date-time', { type: 'string', format: 'date-time' }, '2026-11-22T00:00:00Z', '2026-11-22'],
    ['format email', { type: 'string', format: 'email' }, 'a@example.com', 'a@'],
    ['format uri', { type: 'string', format: 'uri' }, 'https://example.com', 'example'],
    ['multipleOf', { type: 'number', multipleOf: 0.5 }, 1.5, 1.4],
    ['multipleOf a fraction', { type: 'number', multipleOf: 0.01 }, 4.35, 4.351],
    ['multipleOf of large whole numbers', { type: 'integer', multipleOf: 1e10 }, 1e10, 10000000001],
    ['multipleOf of what is nearly nothing', { type: 'number', multipleOf: 0.01 }, 0, 1e-12],
    ['multipleOf of what is nearly whole', { type: 'number', multipleOf: 1 }, 5, 5.0000000005],
    ['multipleOf of what overflows', { type: 'number', multipleOf: 0.1 }, 1e10, 1e308],
    ['exclusiveMinimum', { type: 'number', exclusiveMinimum: 0 }, 0.1, 0],
    ['uniqueItems', { type: 'array', items: { type: 'integer' }, uniqueItems: true }, [1, 2], [1, 1]],
    // As members of an object, some names are there already, and one is never kept.
    [
      'uniqueItems of names that objects have',
      { type: 'array', items: { type: 'string' }, uniqueItems: true },
      ['__proto__', 'constructor', 'toString', ''],
      ['a', '__proto__', '__proto__'],
    ],
    [
      'uniqueItems of zeros',
      { type: 'array', items: { type: 'number' }, uniqueItems: true },
      [0, 1],
      [0, -0],
    ],
    ['const of an array', { const: [1, 2] }, [1, 2], [2, 1]],
    ['enum', { enum: ['a', 1, null] }, null, 'b'],
    [
      'propertyNames',
      {
        type: 'object',
        properties: {},
        additionalProperties: { type: 'string' },
        propertyNames: { pattern: '^x-' },
      },
      { 'x-a': '' },
      { a: '' },
    ],
    ['$ref', { $ref: '#/$defs/A', $defs: { A: { type: 'string' } } }, 'a', 1],
    ['nullable anyOf', { anyOf: [{ type: 'string' }, { type: 'null' }] }, null, 1],
  ])('enforce %s', async (_, schema, right, wrong) => {
    const inner = schema.$defs ? { ...schema, $defs: undefined } : schema
    const validate = await bodyValidator({
      type: 'object',
      properties: { value: inner },
      ...(schema.$defs !== undefined && { $defs: schema.$defs }),
    })
    expect(validate({ value: right })).toBe(true)
    expect(validate({ value: wrong })).toBe(false)
  })

  it('refuse members beyond the declared ones where the schema says so', async () => {
    const validate = await bodyValidator(z.strictObject({ a: z.string() }))
    expect(validate({ a: '' })).toBe(true)
    expect(validate({ a: '', b: '' })).toBe(false)
  })
})
