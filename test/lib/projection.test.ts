import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { compileProjection } from '../../lib/compile/projection.ts'
import { type Refusal, refusals } from '../../lib/compile/projection-refusals.ts'
import { readSchema } from '../../lib/declare/schema.ts'
import { complaintOf } from './support.ts'

const text = { type: 'string' }
const compile = (schema: object) => compileProjection('here', schema as Record<string, unknown>)
const ofZod = (schema: z.ZodType) => compile(readSchema('here', schema).schema)

describe('what a body’s schema declares', () => {
  it('is its members, and those of its members', () => {
    expect(ofZod(z.object({ a: z.string(), b: z.object({ c: z.int() }) }))).toEqual({
      members: { a: {}, b: { members: { c: {} } } },
    })
  })

  it('is nothing, for an object without members', () => {
    expect(compile({ type: 'object' })).toEqual({ members: {} })
  })

  it('is what its items declare, for an array', () => {
    expect(ofZod(z.array(z.object({ a: z.string() })))).toEqual({ items: { members: { a: {} } } })
  })

  it('is any name with a declared value, for a map', () => {
    expect(ofZod(z.record(z.string(), z.object({ a: z.int() })))).toMatchObject({
      others: { members: { a: {} } },
    })
  })

  it('stays the same where it may also be null', () => {
    expect(ofZod(z.object({ a: z.object({ b: z.string() }).nullable() }))).toEqual({
      members: { a: { members: { b: {} } } },
    })
    expect(compile({ type: ['object', 'null'], properties: { a: text } })).toEqual({ members: { a: {} } })
  })

  it('is that of what it refers to, with what it says itself', () => {
    const schema = {
      type: 'object',
      properties: {
        from: { $ref: '#/$defs/Place' },
        to: { $ref: '#/$defs/Place', properties: { note: text } },
      },
      $defs: { Place: { type: 'object', properties: { city: text } } },
    }
    expect(compile(schema)).toEqual({
      members: { from: { members: { city: {} } }, to: { members: { city: {}, note: {} } } },
    })
  })

  it('is everything that any part of allOf declares', () => {
    const schema = {
      allOf: [
        { type: 'object', properties: { a: { type: 'object', properties: { x: text } } } },
        { type: 'object', properties: { a: { type: 'object', properties: { y: text } }, b: text } },
      ],
    }
    expect(compile(schema)).toEqual({ members: { a: { members: { x: {}, y: {} } }, b: {} } })
  })

  it('may be one of several simple types', () => {
    expect(ofZod(z.object({ a: z.union([z.string(), z.int()]) }))).toEqual({ members: { a: {} } })
  })

  it('may have a member by the name of something every object inherits', () => {
    const { members } = compile({ type: 'object', properties: { constructor: text, toString: text } })
    expect(Object.keys(members ?? {})).toEqual(['constructor', 'toString'])
  })
})

describe('a schema whose declared members cannot be told', () => {
  const cases: ReadonlyArray<{ when: string; schema: object; at: string } & Refusal> = [
    {
      when: 'anything may be added',
      schema: { type: 'object', properties: { a: text }, additionalProperties: true },
      at: 'here',
      ...refusals.undeclaredMembers,
    },
    {
      when: 'an array does not say of what',
      schema: { type: 'object', properties: { a: { type: 'array' } } },
      at: 'here/a',
      ...refusals.undeclaredItems,
    },
    {
      when: 'a member says nothing at all',
      schema: { type: 'object', properties: { a: {} } },
      at: 'here/a',
      ...refusals.anything,
    },
    {
      when: 'a member may be anything',
      schema: { type: 'object', properties: { a: true } },
      at: 'here/a',
      ...refusals.anything,
    },
    {
      when: 'it is one of several kinds of objects',
      schema: {
        anyOf: [
          { type: 'object', properties: { a: text } },
          { type: 'object', properties: { b: text } },
        ],
      },
      at: 'here/anyOf',
      ...refusals.kinds,
    },
    {
      when: 'it is one of several kinds of arrays',
      schema: {
        oneOf: [
          { type: 'array', items: text },
          { type: 'array', items: { type: 'integer' } },
        ],
      },
      at: 'here/oneOf',
      ...refusals.kinds,
    },
    {
      when: 'it contains itself',
      schema: {
        type: 'object',
        properties: { next: { $ref: '#/$defs/Node' } },
        $defs: { Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } } },
      },
      at: 'here/next/next',
      ...refusals.recursion,
    },
    {
      when: 'it refers to its own root',
      schema: { type: 'object', properties: { next: { $ref: '#' } } },
      at: 'here/next',
      ...refusals.recursion,
    },
    ...['#/$defs/Missing', 'https://a.example.com/schema'].map($ref => ({
      when: `it refers to ${$ref}`,
      schema: { type: 'object', properties: { a: { $ref } }, $defs: {} },
      at: 'here/a',
      ...refusals.reference($ref),
    })),
  ]
  for (const { when, schema, ...complaint } of cases) {
    it(`is refused when ${when}`, () => {
      expect(complaintOf(() => compile(schema))).toEqual(complaint)
    })
  }

  it('is refused for a recursive type of a library', () => {
    const Node = z.object({
      name: z.string(),
      get children() {
        return z.array(Node)
      },
    })
    expect(complaintOf(() => ofZod(Node))).toMatchObject(refusals.recursion)
    expect(complaintOf(() => ofZod(z.array(Node)))).toMatchObject(refusals.recursion)
  })

  it('is refused for a library’s "any" and "unknown"', () => {
    for (const schema of [z.any(), z.unknown()]) {
      expect(complaintOf(() => ofZod(z.object({ a: schema })))).toMatchObject(refusals.anything)
    }
  })

  it.each([
    ['a loose object', z.looseObject({ a: z.string() }), /z\.object instead of z\.looseObject/],
    ['a tuple', z.tuple([z.string(), z.int()]), /z\.array instead of z\.tuple/],
    [
      'a discriminated union',
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), a: z.int() }),
        z.object({ kind: z.literal('b') }),
      ]),
      /one object with the members of all kinds/,
    ],
    ['any', z.any(), /instead of z\.any\(\)/],
  ])('tells a user of zod what to write instead of %s', (_, schema, fix) => {
    expect(complaintOf(() => ofZod(schema)).fix).toMatch(fix)
  })
})

describe('a schema through which something undeclared could slip', () => {
  const inside = (schema: object) => () => compile({ type: 'object', properties: { a: schema } })

  it.each<[string, object, Refusal]>([
    ['members without a type', { properties: { a: text } }, refusals.untyped('object')],
    [
      'members of another type',
      { type: 'array', items: text, properties: { a: text } },
      refusals.untyped('object'),
    ],
    ['a map without a type', { additionalProperties: text }, refusals.untyped('object')],
    ['items without a type', { items: text }, refusals.untyped('array')],
    ['a branch without a type', { anyOf: [{ properties: { a: text } }, text] }, refusals.untyped('object')],
    [
      'a member that is no member',
      { type: 'object', properties: JSON.parse('{"__proto__":{"type":"string"}}') },
      refusals.prototype('__proto__'),
    ],
    [
      'a way to a prototype',
      { type: 'object', properties: { constructor: { type: 'object', properties: { prototype: text } } } },
      refusals.prototype('constructor.prototype'),
    ],
    ['definitions of its own', { type: 'string', $defs: { A: text } }, refusals.nested('$defs')],
    ['an id of its own', { type: 'string', $id: 'https://a.example.com' }, refusals.nested('$id')],
    [
      'unique objects',
      { type: 'array', uniqueItems: true, items: { type: 'object', properties: {} } },
      refusals.uniqueItems,
    ],
  ])('is refused: %s', (_, schema, refusal) => {
    expect(complaintOf(inside(schema))).toMatchObject(refusal)
  })

  it('is fine where the type is said by what it refers to, or by the whole of allOf', () => {
    expect(
      compile({
        type: 'object',
        properties: { a: { $ref: '#/$defs/A', properties: { more: text } } },
        allOf: [{ properties: { b: text } }],
        $defs: { A: { type: 'object', properties: { c: text } } },
      }),
    ).toEqual({ members: { a: { members: { more: {}, c: {} } }, b: {} } })
  })
})
