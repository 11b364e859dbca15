import { optional, type Schema } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { compileInput } from '../../lib/compile/inputs.ts'
import { readSchema } from '../../lib/declare/schema.ts'
import { anyToken, complaintOf, newApi, ok } from './support.ts'

const read = (schema: Schema) => readSchema('here', schema)
const addRoute = (body: Schema) =>
  newApi().addRoute('POST /deals', { upstream: ok, access: anyToken, input: { body } })

/** A library that implements as much of Standard Schema as a test says. */
const library = (standard: object): Schema =>
  ({ '~standard': { version: 1, vendor: 'acme', ...standard } }) as unknown as Schema

describe('a schema', () => {
  it('of zod becomes JSON Schema draft 2020-12 of what is sent', () => {
    const { schema, required } = read(z.object({ at: z.iso.datetime(), n: z.int().min(1).default(5) }))
    expect(required).toBe(true)
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { at: { type: 'string', format: 'date-time' }, n: { type: 'integer', minimum: 1 } },
      required: ['at'],
    })
  })

  it('of zod may be left out when it is optional or has a default', () => {
    expect(read(z.string().optional()).required).toBe(false)
    expect(read(z.string().default('a')).required).toBe(false)
    expect(read(z.string()).required).toBe(true)
    expect(read(z.string().nullable()).required).toBe(true)
  })

  it('of another library is asked for by the standard, not by name', () => {
    const schema = library({
      jsonSchema: { input: () => ({ type: 'string' }) },
      validate: () => ({ issues: [{}] }),
    })
    expect(read(schema)).toEqual({ schema: { type: 'string' }, required: true })
  })

  it('may be JSON Schema itself, required unless it is put into optional()', () => {
    const schema = { type: 'string', maxLength: 8 }
    expect(read(schema)).toEqual({ schema, required: true })
    expect(read(optional(schema))).toEqual({ schema, required: false })
  })

  it('of a library may be put into optional() too', () => {
    expect(read(optional(z.int().min(1)))).toMatchObject({ schema: { type: 'integer' }, required: false })
    expect(read(optional(z.string().optional())).required).toBe(false)
  })

  it('is always required in the path, whatever it says itself', () => {
    const { path } = compileInput('here', { path: { id: optional({ type: 'string' }) } }, ['id'])
    expect(path).toMatchObject([{ name: 'id', required: true }])
  })

  it('of a parameter says how its text is read, and whether it may be repeated', () => {
    const { query } = compileInput(
      'here',
      {
        query: {
          status: z.enum(['open', 'won']),
          limit: z.int(),
          ratio: z.number(),
          all: z.boolean(),
          kind: { const: 'a' },
          tags: z.array(z.string()),
          ids: z.array(z.int()),
        },
      },
      [],
    )
    expect(query.map(({ name, wire, many }) => [name, wire, many])).toEqual([
      ['status', 'string', false],
      ['limit', 'integer', false],
      ['ratio', 'number', false],
      ['all', 'boolean', false],
      ['kind', 'string', false],
      ['tags', 'string', true],
      ['ids', 'integer', true],
    ])
  })

  it.each([
    ['literals', z.union([z.literal('a'), z.literal('b')]), 'string'],
    ['enums and strings', z.union([z.enum(['a', 'b']), z.string().regex(/^x/)]), 'string'],
    ['constants without a type', { oneOf: [{ const: 'a' }, { enum: ['b', 'c'] }] }, 'string'],
    ['numbers', z.union([z.literal(1), z.number().min(5)]), 'number'],
  ])('of a parameter may be alternatives of one type: %s', (_, schema, wire) => {
    expect(compileInput('here', { query: { a: schema } }, []).query).toMatchObject([{ wire, many: false }])
    const list = { type: 'array', items: readSchema('here', schema).schema }
    expect(compileInput('here', { query: { a: list } }, []).query).toMatchObject([{ wire, many: true }])
  })

  it('of a header is known by its name in lower case', () => {
    const { headers } = compileInput('here', { headers: { 'Accept-Language': z.string() } }, [])
    expect(headers.map(({ name }) => name)).toEqual(['accept-language'])
  })
})

describe('a schema that cannot be enforced', () => {
  const at = 'route "POST /deals" of S/Api input.body'
  const convertible = {
    at,
    allowed: 'types, formats, bounds, patterns, enums, objects, arrays, unions',
    fix: 'leave transforms and custom checks to the service behind the route',
  }

  it('is refused with the route’s name when it transforms what comes out of it into the unknown', () => {
    expect(complaintOf(() => addRoute(z.date()))).toEqual({
      ...convertible,
      given: expect.stringMatching(/^a schema of zod that cannot be written as JSON Schema: Date cannot be/),
    })
  })

  it('is refused when its input is the outcome of a transform', () => {
    const schema = z.preprocess(
      value => Number(value),
      z.transform(value => value),
    )
    expect(complaintOf(() => addRoute(schema))).toMatchObject(convertible)
  })

  it('is refused when its library does not write JSON Schema', () => {
    expect(complaintOf(() => addRoute(library({ validate: () => ({ value: 1 }) })))).toEqual({
      ...convertible,
      given:
        'a schema of acme that cannot be written as JSON Schema: the library does not implement Standard JSON Schema',
    })
  })

  it('is refused when it needs to wait for something', () => {
    const schema = library({
      jsonSchema: { input: () => ({ type: 'string' }) },
      validate: async () => ({ value: 1 }),
    })
    expect(complaintOf(() => addRoute(schema))).toEqual({
      at,
      given: 'an asynchronous schema',
      allowed: 'schemas that can be written as JSON Schema',
      fix: 'leave checks that need to wait for something to the service behind the route',
    })
  })

  it.each([null, 'string', 7, true])('is refused when it is no schema at all: %j', given => {
    expect(complaintOf(() => addRoute(given as unknown as Schema))).toEqual({
      at,
      given: JSON.stringify(given),
      allowed: 'a Standard JSON Schema (zod 4, arktype, …) or a JSON Schema object',
      fix: 'for example z.uuid(), or { type: "string", format: "uuid" }',
    })
  })

  it.each([
    ['an unknown format', { type: 'string', format: 'postcode' }, /unknown format "postcode"/],
    [
      'a pattern that is no regular expression',
      { type: 'string', pattern: '(' },
      /Invalid regular expression/,
    ],
    ['a keyword of the wrong type', { type: 'string', maxLength: 'long' }, /maxLength/],
    ['an unknown type', { type: 'text' }, /type/],
  ])('is refused when it does not compile: %s', (_, schema, reason) => {
    const body = { type: 'object', properties: { a: schema } }
    const complaint = complaintOf(() => addRoute(body))
    expect(complaint).toEqual({
      at,
      given: expect.stringMatching(/^a schema that does not compile: /),
      allowed:
        'valid JSON Schema draft 2020-12 with the formats of RFC 3339, RFC 3986, RFC 9562 and the like',
      fix: 'correct the schema',
    })
    expect(complaint.given).toMatch(reason)
  })

  it.each([
    'patternProperties',
    'if',
    'not',
    'contains',
    'dependentRequired',
    'unevaluatedProperties',
    '$dynamicRef',
  ])('is refused for a keyword whose meaning would be lost: %s', keyword => {
    expect(
      complaintOf(() => addRoute({ type: 'object', properties: { a: { type: 'string', [keyword]: {} } } })),
    ).toEqual({
      at: `${at}/a`,
      given: `keyword "${keyword}"`,
      allowed: 'types, members, items, alternatives, enums, bounds, patterns and formats',
      fix: expect.stringMatching(/./),
    })
  })
})
