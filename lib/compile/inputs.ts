import { DeclarationError } from '../declare/declaration-error.ts'
import { checkInput, type DeclaredInput, type InputPlace } from '../declare/input.ts'
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

/** Each schema as it will be compiled: parts repeat from route to route, whole inputs do not. */
function checkSchemas(at: string, input: CompiledInput): void {
  const { body, ...places } = inputValidators(input)
  const named = { ...places, ...(input.body?.kind === 'form' && { body }) }
  for (const [place, fields] of Object.entries(named)) {
    for (const [name, field] of Object.entries(Object(fields) as Record<string, ValidatorTree>)) {
      checkTree(`${at} input.${place}.${name}`, field)
    }
  }
  checkTree(`${at} input.body`, body)
}

function checkTree(at: string, tree: ValidatorTree): void {
  if (tree instanceof ValidatorOf) {
    const reason = compiles(tree.schema)
    if (reason !== null) refuseSchema(at, reason)
  } else if (tree !== null && !Array.isArray(tree)) {
    for (const part of Object.values(tree)) checkTree(at, part)
  }
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

/** A validator for each part of a request, as the second door's `RouteValidators`: each fails on its own (docs/adr/0008). */
export function inputValidators({
  path,
  query,
  headers,
  cookies,
  body,
}: CompiledInput): Record<InputPlace | 'body', ValidatorTree> {
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
