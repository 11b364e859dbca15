import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compiles, ValidatorOf, validatorsModule } from '../../lib/compile/validators.ts'
import type { JsonSchema } from '../../lib/declare/schema.ts'

const object = (properties: Record<string, unknown>): JsonSchema => ({ type: 'object', properties })

describe('whether a schema compiles', () => {
  it('is found out wherever the fault is, each time anew', () => {
    const faulty: JsonSchema = { type: 'string', maxLenght: 1 }
    for (const schema of [
      faulty,
      object({ a: object({ b: faulty }) }),
      { type: 'array', items: { type: 'array', items: faulty } },
      { anyOf: [{ type: 'null' }, object({ a: faulty })] },
      { ...object({ a: { $ref: '#/$defs/A' } }), $defs: { A: object({ b: faulty }) } },
    ]) {
      expect(compiles(schema), JSON.stringify(schema)).toMatch(/unknown keyword: "maxLenght"/)
      expect(compiles(schema), JSON.stringify(schema)).toMatch(/unknown keyword: "maxLenght"/)
    }
    expect(compiles(object({ a: { $ref: '#/$defs/A' } }))).toMatch(/can't resolve reference/)
    expect(compiles(object({ a: { type: 'strnig' } }))).toMatch(/schema is invalid/)
    expect(compiles(object({ a: { type: 'string' } }))).toBeNull()
  })

  it('hangs on the schema alone, not on others of the same name before it', () => {
    const named = (type: string): JsonSchema => ({
      $id: 'https://example.com/deal',
      ...object({ a: { type } }),
    })
    expect([compiles(named('string')), compiles(named('integer')), compiles(named('string'))]).toEqual([
      null,
      null,
      null,
    ])
  })

  it('is what the compiler says of the whole', () => {
    const { schema } = fc.letrec<{ schema: JsonSchema }>(tie => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<JsonSchema>(
          { type: 'string', format: 'uuid' },
          { type: 'string', format: 'uid' },
          { type: 'string', pattern: '[' },
          { type: 'integer', minimum: 1, multipleOf: 2 },
          { $ref: '#/$defs/A' },
          { $ref: '#/$defs/B' },
        ),
        fc
          .record({ items: tie('schema'), uniqueItems: fc.boolean() })
          .map((rest): JsonSchema => ({ type: 'array', ...rest })),
        fc
          .dictionary(fc.constantFrom('a', 'b'), tie('schema'), { maxKeys: 2 })
          .map((properties): JsonSchema => ({ ...object(properties), required: Object.keys(properties) })),
        fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((anyOf): JsonSchema => ({ anyOf })),
      ),
    }))
    fc.assert(
      fc.property(schema, given => {
        const whole = { ...given, $defs: { A: { type: 'string' } } }
        const isCompiled = () => {
          try {
            return validatorsModule({ one: new ValidatorOf(whole) }).length > 0
          } catch {
            return false
          }
        }
        expect(compiles(whole) === null).toBe(isCompiled())
      }),
      { numRuns: 100 },
    )
  })
})
