import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { schemasText, schemaText } from '../../lib/compile/schema-text.ts'
import { readSchema } from '../../lib/declare/schema.ts'

const said = (schema: z.ZodType, longest = 300) => schemaText(readSchema('here', schema).schema, longest)

describe('a schema in words', () => {
  it('says members, which of them may be missing, and every keyword', () => {
    const Deal = z.object({
      title: z.string().min(1).max(80),
      amount: z.number().min(0).optional(),
      currency: z.enum(['EUR', 'US dollar']),
      tags: z.array(z.string().max(20)).max(5),
      owner: z.object({ name: z.string() }).nullable(),
    })
    expect(said(Deal)).toBe(
      '{amount?: number minimum 0, currency: string enum [EUR, "US dollar"], ' +
        'owner: anyOf ({name: string}, null), tags: [string maxLength 20] maxItems 5, title: string maxLength 80 minLength 1}',
    )
  })

  it('says nothing of the bounds that every integer has, and all of narrower ones', () => {
    expect(said(z.int())).toBe('integer')
    expect(said(z.int().max(9))).toBe('integer maximum 9')
  })

  it('is whole at exactly the longest length, and names and a digest one character beyond', () => {
    const schema = z.object({ first: z.string(), second: z.string().max(12) })
    const whole = '{first: string, second: string maxLength 12}'
    expect(said(schema, whole.length)).toBe(whole)
    expect(said(schema, whole.length - 1)).toMatch(/^first, second #[0-9a-f]{12}$/)
    expect(said(z.array(schema), 12)).toMatch(/^first, … #[0-9a-f]{12}$/)
    expect(said(z.string().max(12), 6)).toMatch(/^#[0-9a-f]{12}$/)
  })

  it('says the same of the same schemas in any order', () => {
    const [a, b] = [
      { name: 'a', required: true, schema: { type: 'string', maxLength: 1 } },
      { name: 'b', required: false, schema: { maxLength: 2, type: 'string' } },
    ]
    expect(schemasText([a, b], 300)).toBe(schemasText([b, a], 300))
    expect(schemasText([a, b], 300)).toBe('{a: string maxLength 1, b?: string maxLength 2}')
  })

  it('differs wherever schemas differ, whatever their names and values look like', () => {
    const awkward = fc.constantFrom('a', 'a?', 'b: string', 'required', '[a]', 'true', '1', '', 'a, b', '{a}')
    const value = fc.oneof(awkward, fc.constantFrom(1, true, null), fc.array(awkward, { maxLength: 2 }))
    const { schema } = fc.letrec(tie => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        fc.record(
          {
            type: fc.constantFrom('string', 'null', 'array', 'object'),
            enum: fc.array(value, { maxLength: 2 }),
          },
          { requiredKeys: [] },
        ),
        fc.record({ type: fc.constant('string'), const: value, pattern: awkward }, { requiredKeys: [] }),
        fc.record(
          { type: fc.constant('array'), items: tie('schema'), maxItems: fc.nat(2) },
          { requiredKeys: ['items'] },
        ),
        fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
        fc.record(
          {
            type: fc.constant('object'),
            properties: fc.dictionary(awkward, tie('schema'), { maxKeys: 2 }),
            required: fc.uniqueArray(awkward, { minLength: 1, maxLength: 2 }).map(names => names.sort()),
            additionalProperties: fc.boolean(),
          },
          { requiredKeys: [] },
        ),
      ),
    }))
    fc.assert(
      fc.property(fc.array(schema, { minLength: 40, maxLength: 40 }), schemas => {
        const meaning = new Map<string, string>()
        for (const each of schemas) {
          const text = schemaText(each as Record<string, unknown>, 10_000)
          const canonical = JSON.stringify(each, (_, member) =>
            Object(member) === member && !Array.isArray(member)
              ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
              : member,
          )
          expect(meaning.get(text) ?? canonical).toBe(canonical)
          meaning.set(text, canonical)
        }
      }),
      { numRuns: 50 },
    )
  })
})
