import type { Projection } from '../../contract/gate-manifest.ts'
import { DeclarationError } from '../declare/declaration-error.ts'
import type { JsonSchema } from '../declare/schema.ts'
import { type Refusal, refusals } from './projection-refusals.ts'

/**
 * Keywords whose meaning is carried through to the projection or the validator. Any other is refused: a keyword that is
 * silently skipped is a check its author believes in.
 */
const structural = ['properties', 'items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf', '$ref', '$defs']
const assertions = [
  ...['type', 'enum', 'const', 'required', 'format', 'pattern', 'minLength', 'maxLength'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties', 'propertyNames'],
]
const annotations = [
  ...['$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'example', 'deprecated'],
  ...['readOnly', 'writeOnly', 'contentEncoding', 'contentMediaType'],
]
const known = new Set([...structural, ...assertions, ...annotations])

/** Which members a schema declares. Throws a {@link DeclarationError} where that cannot be said for certain. */
export function compileProjection(at: string, root: JsonSchema): Projection {
  const refuse = (place: string, refusal: Refusal): never => {
    throw new DeclarationError({ at: `${at}${place}`, ...refusal })
  }

  const resolve = (place: string, ref: unknown, open: readonly string[]): [JsonSchema, readonly string[]] => {
    // The root, from within: what libraries write for a type that refers to itself.
    if (ref === '#') return refuse(place, refusals.recursion)
    const name = /^#\/\$defs\/([^/]+)$/.exec(String(ref))?.[1]
    const found =
      name === undefined ? undefined : (root.$defs as Record<string, JsonSchema> | undefined)?.[name]
    if (!found) return refuse(place, refusals.reference(ref))
    if (open.includes(String(ref))) refuse(place, refusals.recursion)
    return [found, [...open, String(ref)]]
  }

  const compile = (
    place: string,
    schema: unknown,
    open: readonly string[],
    inherited: readonly string[] = [],
  ): Projection => {
    if (typeof schema !== 'object' || schema === null) return refuse(place, refusals.anything)
    const given = schema as JsonSchema
    const unknown = Object.keys(given).find(keyword => !known.has(keyword))
    if (unknown) refuse(place, refusals.keyword(unknown))
    // What it names would be looked for here by one reader and at the root by another.
    const nested = given === root ? undefined : ['$id', '$defs'].find(keyword => given[keyword] !== undefined)
    if (nested) refuse(place, refusals.nested(nested))
    const [target, path = open] = given.$ref === undefined ? [] : resolve(place, given.$ref, open)
    const stated = given.type ?? target?.type
    const types = stated === undefined ? inherited : [stated].flat().map(String)
    const parts: Projection[] = [ownPart(place, given, types, open)]
    if (target) parts.push(compile(place, target, path))
    const branches = (keyword: string, of: readonly string[] = []) =>
      ((given[keyword] as unknown[]) ?? []).map((branch, i) =>
        compile(`${place}/${keyword}/${i}`, branch, open, of),
      )
    // All of them hold at once, so what the whole is, each of them is.
    parts.push(...branches('allOf', types))
    for (const keyword of ['anyOf', 'oneOf']) {
      const options = branches(keyword)
      // Which branch holds decides which members are declared; only one of them may have any.
      const shapes = [options.filter(o => o.members || o.others), options.filter(o => o.items)]
      if (shapes.some(shape => shape.length > 1)) {
        refuse(`${place}/${keyword}`, refusals.kinds)
      }
      parts.push(...options)
    }
    if (parts.every(isEmpty) && types.length === 0 && !saysWhatItIs(given)) {
      refuse(place, refusals.anything)
    }
    return merge(parts)
  }

  const ownPart = (
    place: string,
    schema: JsonSchema,
    types: readonly string[],
    open: readonly string[],
  ): Projection => {
    const { properties, additionalProperties, items, uniqueItems } = schema
    const mayBe = (type: string) => types.includes(type)
    // Without its type a schema lets every other kind of value through, and whole.
    if ((properties !== undefined || additionalProperties !== undefined) && !mayBe('object')) {
      refuse(place, refusals.untyped('object'))
    }
    if (items !== undefined && !mayBe('array')) refuse(place, refusals.untyped('array'))
    // Every pair of items would be compared, to any depth.
    if (uniqueItems === true && !isSimple(items)) refuse(place, refusals.uniqueItems)
    const members = Object.entries(Object(properties)).map(
      ([name, member]) => [name, compile(`${place}/${name}`, member, open)] as const,
    )
    if (members.some(([name]) => name === '__proto__')) refuse(place, refusals.prototype('__proto__'))
    const maker = members.find(([name]) => name === 'constructor')?.[1]
    if (maker?.members && Object.hasOwn(maker.members, 'prototype')) {
      refuse(place, refusals.prototype('constructor.prototype'))
    }
    const isMap = typeof additionalProperties === 'object' && additionalProperties !== null
    // Libraries write {} for true, which would be refused as a value of any kind: true, but no help.
    if (additionalProperties === true || (isMap && Object.keys(additionalProperties).length === 0)) {
      refuse(place, refusals.undeclaredMembers)
    }
    if (mayBe('array') && items === undefined) refuse(place, refusals.undeclaredItems)
    return {
      ...((members.length > 0 || mayBe('object')) && { members: Object.fromEntries(members) }),
      ...(isMap && { others: compile(`${place}/*`, additionalProperties, open) }),
      ...(items !== undefined && { items: compile(`${place}/items`, items, open) }),
    }
  }

  return compile('', root, [])
}

/** Whether items are all of one type that holds no others. */
export const isSimple = (items: unknown): boolean =>
  ['string', 'number', 'integer', 'boolean'].includes(String((Object(items) as JsonSchema).type))

const isEmpty = (part: Projection) => !part.members && !part.others && !part.items

const saysWhatItIs = (schema: JsonSchema) =>
  ['type', 'enum', 'const', '$ref', 'anyOf', 'oneOf', 'allOf'].some(keyword => schema[keyword] !== undefined)

/** What any of the parts declares is declared. */
function merge(parts: readonly Projection[]): Projection {
  const members: Record<string, Projection> = {}
  for (const part of parts) {
    for (const [name, member] of Object.entries(part.members ?? {})) {
      members[name] = Object.hasOwn(members, name) ? merge([members[name] as Projection, member]) : member
    }
  }
  const others = parts.flatMap(part => (part.others ? [part.others] : []))
  const items = parts.flatMap(part => (part.items ? [part.items] : []))
  return {
    ...(parts.some(part => part.members) && { members }),
    ...(others.length > 0 && { others: merge(others) }),
    ...(items.length > 0 && { items: merge(items) }),
  }
}
