import type { Projection } from '../../contract/manifest.ts'
import { DeclarationError } from '../declare/declaration-error.ts'
import { checkInput, type DeclaredInput, type InputPlace, inputPlaces } from '../declare/input.ts'
import { type JsonSchema, type ReadSchema, readSchema, type Schema } from '../declare/schema.ts'
import { type CompiledParameter, compileParameter } from './parameters.ts'
import { compileProjection } from './projection.ts'
import { boundIntegers } from './safe-integers.ts'
import { compiles, refuseSchema } from './validators.ts'

export interface CompiledBody extends ReadSchema {
  readonly projection: Projection
}

export interface CompiledInput {
  readonly path: readonly CompiledParameter[]
  readonly query: readonly CompiledParameter[]
  readonly headers: readonly CompiledParameter[]
  readonly cookies: readonly CompiledParameter[]
  readonly body: CompiledBody | null
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
  }
  checkSchemas(at, compiled)
  return compiled
}

function compileBody(at: string, given: Schema): CompiledBody {
  const read = readSchema(at, given)
  const schema = boundIntegers(read.schema)
  return { schema, required: read.required, projection: compileProjection(at, schema) }
}

/** All schemas at once, as they will be compiled; one by one only to find out which is at fault. */
function checkSchemas(at: string, input: CompiledInput): void {
  const whole = compiles(inputSchema(input))
  if (whole === null) return
  for (const place of inputPlaces) {
    for (const { name, schema } of input[place]) {
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

/** One schema over the whole of a declared request, so that one validation judges every place and names the field. */
export function inputSchema(input: CompiledInput): JsonSchema {
  const place = (parameters: readonly CompiledParameter[]) => ({
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, embedded(schema)])),
    required: parameters.filter(parameter => parameter.required).map(parameter => parameter.name),
  })
  const body = input.body?.schema
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(inputPlaces.map(name => [name, place(input[name])])),
      ...(body && { body: embedded(body) }),
    },
    required: [...inputPlaces, ...(input.body?.required ? ['body'] : [])],
    // A body's references are written from its own root, which this now is.
    ...(body?.$defs !== undefined && { $defs: body.$defs }),
  }
}

/** A schema as a part of another: what only a whole document has is left out. */
const embedded = ({ $schema: _s, $id: _i, $defs: _d, ...schema }: JsonSchema): JsonSchema => schema
