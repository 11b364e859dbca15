import { DeclarationError } from '../declare/declaration-error.ts'
import { checkInput, type DeclaredInput, type InputPlace, inputPlaces } from '../declare/input.ts'
import type { JsonSchema } from '../declare/schema.ts'
import { type CompiledBody, compileBody } from './body.ts'
import { type CompiledParameter, compileParameter } from './parameters.ts'
import { compiles, embedded, refuseSchema, ValidatorOf, type ValidatorTree } from './validators.ts'

export interface CompiledInput {
  readonly path: readonly CompiledParameter[]
  readonly query: readonly CompiledParameter[]
  readonly headers: readonly CompiledParameter[]
  readonly cookies: readonly CompiledParameter[]
  readonly body: CompiledBody | null
  readonly undeclared: 'strip' | 'reject'
}

/** Reads a route's `input`. Throws a {@link DeclarationError} naming the field. */
export function compileInput(
  at: string,
  input: DeclaredInput,
  pathParameters: readonly string[],
): CompiledInput {
  checkInput(`${at} input`, input)
  checkPathParameters(at, Object.keys(input.path ?? {}), pathParameters)
  checkHeaderCase(at, Object.keys(input.headers ?? {}))
  const place = (name: InputPlace) =>
    Object.entries(input[name] ?? {}).map(([key, schema]) =>
      compileParameter(`${at} input.${name}.${key}`, name, key, schema),
    )
  const compiled: CompiledInput = {
    path: place('path'),
    query: place('query'),
    headers: place('headers'),
    cookies: place('cookies'),
    body: input.body === undefined ? null : compileBody(`${at} input.body`, input.body),
    undeclared: input.undeclared ?? 'strip',
  }
  checkSchemas(at, compiled)
  return compiled
}

/** All schemas at once, as they will be compiled; one by one only to find out which is at fault. */
function checkSchemas(at: string, input: CompiledInput): void {
  const whole = compiles(inputSchema(input))
  if (whole === null) return
  const fields = input.body?.kind === 'form' ? input.body.fields : []
  for (const [place, parameters] of [
    ...inputPlaces.map(place => [place, input[place]] as const),
    ['body', fields] as const,
  ]) {
    for (const { name, schema } of parameters) {
      const reason = compiles(embedded(schema))
      if (reason !== null) refuseSchema(`${at} input.${place}.${name}`, reason)
    }
  }
  refuseSchema(`${at} input${input.body ? '.body' : ''}`, whole)
}

function checkPathParameters(at: string, declared: readonly string[], inTemplate: readonly string[]): void {
  const extra = declared.find(name => !inTemplate.includes(name))
  const missing = inTemplate.find(name => !declared.includes(name))
  if (extra === undefined && missing === undefined) return
  throw new DeclarationError({
    at: `${at} input.path`,
    given: extra === undefined ? `no schema for {${missing}}` : `"${extra}", which the path does not have`,
    allowed: inTemplate.join(', ') || 'nothing: the path has no parameters',
    fix:
      extra !== undefined && missing !== undefined
        ? `rename "${extra}" to "${missing}"`
        : missing !== undefined
          ? `declare it, for example ${missing}: z.uuid()`
          : `remove "${extra}", or put {${extra}} into the path`,
  })
}

function checkHeaderCase(at: string, names: readonly string[]): void {
  const lower = names.map(name => name.toLowerCase())
  const twice = names.find((name, i) => lower.indexOf(name.toLowerCase()) !== i)
  if (twice === undefined) return
  throw new DeclarationError({
    at: `${at} input.headers`,
    given: `"${twice}" a second time, in another case`,
    allowed: 'each header once: names are the same in any case (RFC 9110 §5.1)',
    fix: 'remove one of the two',
  })
}

/** All schemas of a route as one, only to see whether they compile. */
function inputSchema(input: CompiledInput): JsonSchema {
  const { body } = input
  const place = (parameters: readonly CompiledParameter[]) => ({
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, embedded(schema)])),
  })
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(inputPlaces.map(name => [name, place(input[name])])),
      ...(body?.kind === 'form' && { body: place(body.fields) }),
      ...((body?.kind === 'json' || body?.kind === 'text') && { body: embedded(body.schema) }),
    },
    // A body's references are written from its own root, which this now is.
    ...(body?.kind === 'json' && body.schema.$defs !== undefined && { $defs: body.schema.$defs }),
  }
}

/** A validator for each part of a request, as the second door's `RouteValidators`: each fails on its own (docs/adr/0008). */
export function inputValidators({ path, query, headers, cookies, body }: CompiledInput): ValidatorTree {
  const place = (parameters: readonly CompiledParameter[]) =>
    Object.fromEntries(parameters.map(({ name, schema }) => [name, new ValidatorOf(embedded(schema))]))
  return {
    path: place(path),
    query: place(query),
    headers: place(headers),
    cookies: place(cookies),
    body: body && bodyValidators(body, place),
  }
}

function bodyValidators(
  body: CompiledBody,
  place: (parameters: readonly CompiledParameter[]) => ValidatorTree,
): ValidatorTree {
  switch (body.kind) {
    case 'json':
      return jsonValidators(body.schema)
    case 'form':
      return place(body.fields)
    case 'text':
      return new ValidatorOf(body.schema)
    case 'bytes':
      return null
  }
}

/** What a schema is that only refers to another: libraries write that for a type with a name. */
function resolved(schema: JsonSchema, definitions: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const { $ref, ...more } = embedded(schema)
  const target = definitions[String($ref).replace('#/$defs/', '')]
  return target && Object.keys(more).length === 0 ? resolved(target, definitions) : schema
}

/**
 * A JSON body in parts: its members, which ones there must be, and what else its schema says of the whole. What is left of
 * `properties` are names, for `additionalProperties` to know.
 */
function jsonValidators({ $defs, ...given }: JsonSchema): ValidatorTree {
  const root = resolved(given, Object($defs))
  const withDefinitions = (schema: JsonSchema) =>
    new ValidatorOf({ ...embedded(schema), ...($defs !== undefined && { $defs }) })
  const { properties, required, ...rest } = root
  const members = Object.entries(Object(properties) as Record<string, JsonSchema>)
  // Of anything but an object, members say nothing; the type does, and it is the whole's.
  if (members.length === 0 || rest.type !== 'object') {
    return { whole: withDefinitions(root), required: [], members: {} }
  }
  return {
    whole: withDefinitions({
      ...rest,
      properties: Object.fromEntries(members.map(([name]) => [name, true])),
    }),
    required: Array.isArray(required) ? required : [],
    members: Object.fromEntries(members.map(([name, schema]) => [name, withDefinitions(schema)])),
  }
}
