import { isSchema, type JsonSchema } from '../declare/schema.ts'

const one = ['items', 'additionalProperties']
const several = ['anyOf', 'oneOf', 'allOf']
const named = ['properties', '$defs']

/**
 * Bounds every integer of a schema to those that a double holds exactly (RFC 8259 §6, ±(2^53 − 1)): beyond, reading and
 * writing JSON would hand the upstream another number than the caller sent. Bounds of its own that are tighter stay.
 */
export function boundIntegers(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(schema).map(([keyword, value]) => [keyword, boundWithin(keyword, value)])
  return { ...Object.fromEntries(entries), ...(mayBeInteger(schema.type) && bounds(schema)) }
}

/** Only where a keyword holds schemas that a value must match: in `not` a bound would let more through. */
function boundWithin(keyword: string, value: unknown): unknown {
  if (one.includes(keyword)) return bound(value)
  if (several.includes(keyword) && Array.isArray(value)) return value.map(bound)
  if (named.includes(keyword) && isSchema(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, bound(member)]))
  }
  return value
}

const bound = (value: unknown) => (isSchema(value) ? boundIntegers(value) : value)

/** With `number` beside it a value may have a fraction, or be too large to have one; JSON promises no precision there. */
const mayBeInteger = (type: unknown) =>
  Array.isArray(type) ? type.includes('integer') && !type.includes('number') : type === 'integer'

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): JsonSchema {
  const safe = Number.MAX_SAFE_INTEGER
  // What is no number is left for the check of the schema itself to refuse.
  const bounded = (given: unknown, isTight: (bound: number) => boolean) =>
    given !== undefined && (typeof given !== 'number' || isTight(given))
  const below = (given: unknown) => bounded(given, bound => bound >= -safe)
  const above = (given: unknown) => bounded(given, bound => bound <= safe)
  return {
    ...(!below(minimum) && !below(exclusiveMinimum) && { minimum: -safe }),
    ...(!above(maximum) && !above(exclusiveMaximum) && { maximum: safe }),
  }
}
