import { describe, expect, it, test } from 'vitest'
import { z } from 'zod'
import { readSchema } from '../../lib/declare/schema.ts'
import { complaintOf } from './support.ts'

describe('what zod would leave out of JSON Schema is refused, wherever it stands', () => {
  test.each<[string, z.ZodType, string]>([
    ['a refinement', z.string().refine(() => true), 'a refinement'],
    ['a refinement of an object', z.object({ a: z.string() }).refine(() => true), 'a refinement'],
    [
      'a refinement further down',
      z.object({ a: z.array(z.object({ b: z.string().superRefine(() => {}) })) }),
      'a refinement',
    ],
    ['a check of one’s own', z.string().check(() => {}), 'a refinement'],
    [
      'an optional refinement',
      z
        .string()
        .refine(() => true)
        .optional(),
      'a refinement',
    ],
    ['a change before a check', z.string().trim().min(1), 'a change of the value'],
    ['a transform', z.string().transform(Number), 'a transform or pipe'],
    ['a pipe', z.string().transform(Number).pipe(z.number().min(4)), 'a transform or pipe'],
    ['text read as yes or no', z.stringbool(), 'a transform or pipe'],
    ['a flag of a pattern', z.string().regex(/^a$/i), 'the flags of'],
    ['the protocol of a URL', z.url({ protocol: /^https$/ }), 'the protocol or host of a URL'],
  ])('%s', (_, schema, lost) => {
    expect(complaintOf(() => readSchema('here', schema))).toMatchObject({
      at: 'here',
      given: expect.stringContaining(lost),
    })
  })

  it('and everything that JSON Schema can say is not', () => {
    const sound = z.object({
      a: z.string().min(1).max(3).regex(/^a+$/),
      b: z.array(z.int().multipleOf(2)).max(3),
      c: z.uuid().optional(),
      d: z.record(z.string(), z.email()),
      e: z.enum(['a', 'b']).nullable(),
      f: z.union([z.string(), z.number()]),
      g: z.iso.datetime(),
      h: z.literal('a'),
      i: z.intersection(z.object({ x: z.string() }), z.object({ y: z.string() })),
      j: z.string().default('x'),
      k: z.strictObject({ l: z.ipv4() }),
    })
    expect(() => readSchema('here', sound)).not.toThrow()
  })
})
