import type { Parameter } from '../../contract/manifest.ts'
import { DeclarationError, onlyKnownKeys } from '../declare/declaration-error.ts'
import { type JsonSchema, type ReadSchema, readSchema, type Schema } from '../declare/schema.ts'

/** What a route declares of a request, by place. */
export interface DeclaredInput {
  readonly path?: Readonly<Record<string, Schema>>
  readonly query?: Readonly<Record<string, Schema>>
  /** Names in any case; they are matched without regard to it. */
  readonly headers?: Readonly<Record<string, Schema>>
  readonly cookies?: Readonly<Record<string, Schema>>
  /** A JSON body. */
  readonly body?: Schema
}

export interface CompiledParameter extends Parameter {
  readonly schema: JsonSchema
  readonly required: boolean
}

export interface CompiledInput {
  readonly path: readonly CompiledParameter[]
  readonly query: readonly CompiledParameter[]
  readonly headers: readonly CompiledParameter[]
  readonly cookies: readonly CompiledParameter[]
  readonly body: ReadSchema | null
}

export const inputPlaces = ['path', 'query', 'headers', 'cookies'] as const
type Place = (typeof inputPlaces)[number]

/** Reads a route's `input`. Throws a {@link import('../declare/declaration-error.ts').DeclarationError} naming the field. */
export function compileInput(
  at: string,
  input: DeclaredInput,
  pathParameters: readonly string[],
): CompiledInput {
  onlyKnownKeys(`${at} input`, input, [...inputPlaces, 'body'])
  const place = (name: Place) =>
    Object.entries(input[name] ?? {}).map(([key, schema]) => compileParameter(at, name, key, schema))
  checkPathParameters(at, Object.keys(input.path ?? {}), pathParameters)
  checkHeaderCase(at, Object.keys(input.headers ?? {}))
  return {
    path: place('path'),
    query: place('query'),
    headers: place('headers'),
    cookies: place('cookies'),
    body: input.body === undefined ? null : readSchema(`${at} input.body`, input.body),
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

function compileParameter(at: string, place: Place, key: string, given: Schema): CompiledParameter {
  const where = `${at} input.${place}.${key}`
  const name = place === 'headers' ? key.toLowerCase() : key
  checkName(where, place, name)
  const { schema, required } = readSchema(where, given)
  const many = schema.type === 'array'
  if (many && (place === 'path' || place === 'cookies')) {
    throw new DeclarationError({
      at: where,
      given: 'an array',
      allowed: 'one value',
      fix: 'only query parameters and headers can be sent more than once',
    })
  }
  const wire = wireType(where, many ? schema.items : schema)
  return { name, wire, many, schema, required: place === 'path' || required }
}

/** What text on the wire can be read as. */
function wireType(at: string, schema: unknown): Parameter['wire'] {
  const {
    type,
    enum: values,
    const: value,
  } = Object(schema) as { type?: unknown; enum?: unknown[]; const?: unknown }
  if (type === 'string' || type === 'integer' || type === 'number' || type === 'boolean') return type
  const listed = values ?? (value === undefined ? [] : [value])
  if (type === undefined && listed.length > 0 && listed.every(item => typeof item === 'string'))
    return 'string'
  throw new DeclarationError({
    at,
    given: `a schema of type ${JSON.stringify(type ?? null)}`,
    allowed: 'string, integer, number, boolean, or an array of one of these',
    fix: 'give a parameter one simple type; structured data belongs in the body',
  })
}

const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i // RFC 9110 §5.6.2
const queryName = /^[A-Za-z0-9_.~$[\]-]+$/

/**
 * Headers that belong to the connection, to the gateway, or to whoever is in between: forwarding one would let a caller
 * speak in the gateway's name (RFC 9110 §7.6.1, RFC 7239).
 */
const reservedHeader =
  /^(?:authorization|cookie|set-cookie|host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|via|forwarded|content-(?:type|length|encoding)|accept-encoding|x-forwarded-.*|x-real-ip|x-amz.*|x-http-method.*|x-method-override|x-original-.*|x-rewrite-.*|sallyport-.*|x-sallyport-.*)$/

function checkName(at: string, place: Place, name: string): void {
  if (place === 'headers' && reservedHeader.test(name)) {
    throw new DeclarationError({
      at,
      given: `the reserved header "${name}"`,
      allowed: 'end-to-end request headers that describe the request itself',
      fix: 'remove it; cookies are declared in input.cookies, the body in input.body',
    })
  }
  if ((place === 'query' ? queryName : token).test(name)) return
  throw new DeclarationError({
    at,
    given: `the name ${JSON.stringify(name)}`,
    allowed: place === 'query' ? 'letters, digits and _ . ~ $ [ ] -' : 'a token of RFC 9110 §5.6.2',
    fix: 'rename it',
  })
}

/** One schema over the whole of a declared request, so that one validation names every field that is wrong. */
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
