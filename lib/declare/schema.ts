import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { lostInConversion } from './zod-checks.ts'

/** A JSON Schema (draft 2020-12) as a plain object. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/**
 * What people write their schemas in: any library that implements Standard JSON Schema (zod 4, arktype, valibot through
 * its adapter), or JSON Schema itself.
 */
export type Schema = StandardJSONSchemaV1 | JsonSchema | OptionalSchema

/** A schema for something that need not be there. Libraries have their own `.optional()`, which says the same. */
export interface OptionalSchema<
  Of extends StandardJSONSchemaV1 | JsonSchema = StandardJSONSchemaV1 | JsonSchema,
> {
  readonly optional: Of
}
export const optional = <const Of extends StandardJSONSchemaV1 | JsonSchema>(
  schema: Of,
): OptionalSchema<Of> => ({ optional: schema })

export interface ReadSchema {
  readonly schema: JsonSchema
  readonly required: boolean
}

/** The JSON Schema of what is sent, and whether it must be. `at` names the place for errors. */
export function readSchema(at: string, given: Schema): ReadSchema {
  if (isLibrarySchema(given)) return { schema: convert(at, given), required: !acceptsNothing(at, given) }
  if (isSchema(given)) {
    // Alone: beside keywords it would be a keyword that JSON Schema does not have.
    const isOptional = 'optional' in given && Object.keys(given).length === 1
    if (isOptional) return { ...readSchema(at, given.optional as Schema), required: false }
    return { schema: given, required: true }
  }
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: 'a Standard JSON Schema (zod 4, arktype, …) or a JSON Schema object',
    fix: 'for example z.uuid(), or { type: "string", format: "uuid" }',
  })
}

/** Whether it has keywords. `true` and `false`, which are schemas too, have none. */
export const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether it is a schema of a library, by the standard's own mark. */
export const isLibrarySchema = (value: unknown): value is StandardJSONSchemaV1 =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value

function convert(at: string, given: StandardJSONSchemaV1): JsonSchema {
  const { jsonSchema, vendor } = given['~standard']
  const complain = (reason: string): never => {
    throw new DeclarationError({
      at,
      given: `a schema of ${vendor} that cannot be written as JSON Schema: ${reason}`,
      allowed: 'types, formats, bounds, patterns, enums, objects, arrays, unions',
      fix: 'leave transforms and custom checks to the service behind the route',
    })
  }
  const lost = vendor === 'zod' ? lostInConversion(given) : undefined
  if (lost !== undefined) return complain(`${lost} would be lost`)
  if (!jsonSchema) return complain('the library does not implement Standard JSON Schema')
  try {
    return jsonSchema.input({ target: 'draft-2020-12' })
  } catch (error) {
    return complain((error as Error).message)
  }
}

/** Whether leaving the value out is fine with a library's schema. */
function acceptsNothing(at: string, given: StandardJSONSchemaV1): boolean {
  const { validate } = given['~standard'] as Partial<StandardSchemaV1['~standard']>
  if (!validate) return false
  const result = validate(undefined)
  if (!(result instanceof Promise)) return !result.issues
  throw new DeclarationError({
    at,
    given: 'an asynchronous schema',
    allowed: 'schemas that can be written as JSON Schema',
    fix: 'leave checks that need to wait for something to the service behind the route',
  })
}
