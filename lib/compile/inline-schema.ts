import type { JsonSchema } from '../declare/schema.ts'

/**
 * A schema as a part of the document, which names the dialect once for all. What it refers to is put in its place: `#`
 * would be the document's root there. It ends, since a schema that contains itself is refused.
 */
export function inlineSchema({ $schema: _s, $defs, ...schema }: JsonSchema): JsonSchema {
  const definitions = Object($defs) as Record<string, JsonSchema>
  const expand = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(expand)
    if (typeof value !== 'object' || value === null) return value
    const { $ref, ...rest } = value as JsonSchema
    const own = Object.fromEntries(
      Object.entries(typeof $ref === 'string' ? rest : value).map(([k, v]) => [k, expand(v)]),
    )
    if (typeof $ref !== 'string') return own
    const target = expand(definitions[$ref.replace('#/$defs/', '')])
    return Object.keys(own).length > 0 ? { allOf: [target, own] } : target
  }
  return expand(schema) as JsonSchema
}
