import fc from 'fast-check'
import type { JsonSchema } from '../../../lib/declare/schema.ts'

// Few names, so that declared and sent ones meet; those that have fooled merges and copies among them. Not `prototype`, which
// is refused at synth within `constructor`.
const name = fc.constantFrom('a', 'b', 'c', 'constructor', 'toString', 'a/b', '')

const simple: fc.Arbitrary<JsonSchema> = fc.constantFrom(
  { type: 'string' },
  { type: 'string', maxLength: 3 },
  { type: 'integer', minimum: 0 },
  { type: 'number' },
  { type: 'boolean' },
  { type: 'null' },
  { enum: ['x', 1, null] },
  { type: ['string', 'integer'] },
)

/** Schemas as bodies are declared by, of all that a projection knows: members, maps, items, alternatives, parts, references. */
const { anySchema, objectSchema } = fc.letrec<{ anySchema: JsonSchema; objectSchema: JsonSchema }>(tie => ({
  anySchema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    simple,
    tie('objectSchema'),
    tie('anySchema').map(items => ({ type: 'array', items })),
    tie('anySchema').map(values => ({ type: 'object', additionalProperties: values })),
    tie('objectSchema').map(schema => ({ anyOf: [schema, { type: 'null' }] })),
    fc
      .tuple(tie('objectSchema'), tie('objectSchema'))
      .map(([one, other]) => ({ type: 'object', allOf: [one, other] })),
    fc.constant({ $ref: '#/$defs/Shared' }),
  ),
  objectSchema: fc
    .tuple(fc.dictionary(name, tie('anySchema'), { maxKeys: 4, noNullPrototype: true }), fc.nat())
    .map(([properties, pick]) => ({
      type: 'object',
      properties,
      required: Object.keys(properties).filter((_, i) => (pick >> i) % 2 === 1),
    })),
}))

export const bodySchema = fc
  .tuple(anySchema, objectSchema)
  .filter(([, shared]) => !JSON.stringify(shared).includes('$ref'))
  .map(([schema, shared]): JsonSchema => ({ ...schema, $defs: { Shared: shared } }))

const noise = fc.jsonValue({ maxDepth: 2 })
const extra = fc.dictionary(fc.constantFrom('admin', 'z', 'constructor', 'prototype', 'a/b'), noise, {
  maxKeys: 2,
  noNullPrototype: true,
})

/** Values that a schema admits, with members here and there that it does not declare. */
export function valueFor(schema: JsonSchema, root: JsonSchema): fc.Arbitrary<unknown> {
  const { type, enum: values, properties, items, additionalProperties, anyOf, allOf, $ref, required } = schema
  if ($ref !== undefined) return valueFor((root.$defs as { Shared: JsonSchema }).Shared, root)
  if (Array.isArray(values)) return fc.constantFrom(...values)
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map(option => valueFor(option, root)))
  if (Array.isArray(allOf)) {
    return fc.tuple(...allOf.map(part => valueFor(part, root))).map(parts => Object.assign({}, ...parts))
  }
  if (Array.isArray(type)) return fc.constantFrom('ab', 7)
  switch (type) {
    case 'object':
      if (typeof additionalProperties === 'object') {
        return fc.dictionary(name, valueFor(additionalProperties as JsonSchema, root), {
          maxKeys: 2,
          noNullPrototype: true,
        })
      }
      return membersOf(properties as Record<string, JsonSchema>, (required ?? []) as string[], root)
    case 'array':
      return fc.array(valueFor(items as JsonSchema, root), { maxLength: 3 })
    case 'string':
      return fc.string({ maxLength: 3, unit: 'grapheme-ascii' })
    case 'integer':
      return fc.nat()
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0)
    case 'boolean':
      return fc.boolean()
    default:
      return fc.constant(null)
  }
}

function membersOf(properties: Record<string, JsonSchema>, required: string[], root: JsonSchema) {
  const declared = Object.fromEntries(
    Object.entries(properties).map(([key, member]) => [key, valueFor(member, root)]),
  )
  return fc
    .tuple(extra, fc.record(declared, { requiredKeys: required, noNullPrototype: true }))
    .map(([more, members]) => ({
      ...Object.fromEntries(Object.entries(more).filter(([key]) => !Object.hasOwn(properties, key))),
      ...members,
    }))
}

/**
 * The same schema, with nothing allowed that it does not declare, at any depth: what an answer must hold to. Of a schema in
 * parts only the whole knows all members, so it is `unevaluatedProperties` that closes it; and within parts nothing is closed,
 * since another part may declare more of the same member.
 */
export function closed(schema: JsonSchema, isPart = false): JsonSchema {
  const { properties, items, additionalProperties, anyOf, allOf, $ref, $defs } = schema
  const composed = [anyOf, allOf, $ref].some(keyword => keyword !== undefined)
  const closing = composed ? { unevaluatedProperties: false } : { additionalProperties: false }
  const all = (named: object, part = false) =>
    Object.fromEntries(Object.entries(named).map(([key, member]) => [key, closed(member, part)]))
  return {
    ...schema,
    ...(!isPart &&
      typeof additionalProperties !== 'object' &&
      (composed || schema.type === 'object') &&
      closing),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: closed(additionalProperties as JsonSchema),
    }),
    ...(properties !== undefined && { properties: all(Object(properties)) }),
    ...(items !== undefined && { items: closed(items as JsonSchema) }),
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map(option => closed(option, true)) }),
    ...($defs !== undefined && { $defs: all(Object($defs), true) }),
  }
}
