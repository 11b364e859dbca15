import type { Parameter } from '../../contract/gate-manifest.ts'
import { httpToken } from '../../contract/headers.ts'
import { DeclarationError } from '../declare/declaration-error.ts'
import type { InputPlace } from '../declare/input.ts'
import { isReservedHeader } from '../declare/reserved-headers.ts'
import { type JsonSchema, readSchema, type Schema } from '../declare/schema.ts'
import { boundIntegers } from './safe-integers.ts'

export interface CompiledParameter extends Parameter {
  readonly schema: JsonSchema
}

/** What a gate is told of a parameter. */
export const parameterManifest = ({ name, wire, many, required }: CompiledParameter): Parameter => ({
  name,
  wire,
  many,
  required,
})

/** Reads the schema of one path, query, header or cookie parameter, or of one field of a form. */
export function compileParameter(
  at: string,
  place: InputPlace | 'form',
  key: string,
  given: Schema,
): CompiledParameter {
  const name = place === 'headers' ? key.toLowerCase() : key
  checkName(at, place, name)
  const read = readSchema(at, given)
  const schema = boundIntegers(read.schema)
  const reference = ['$ref', '$defs', '$id'].find(
    keyword => schema[keyword] !== undefined || Object(schema.items)[keyword] !== undefined,
  )
  if (reference) {
    throw new DeclarationError({
      at,
      given: reference,
      allowed: 'a schema that says all it says in one place',
      fix: 'write the schema out; references are for bodies',
    })
  }
  const many = schema.type === 'array'
  if (many && (place === 'path' || place === 'cookies')) {
    throw new DeclarationError({
      at,
      given: 'an array',
      allowed: 'one value',
      fix: 'only query parameters, headers and fields of a form can be sent more than once',
    })
  }
  const wire = checkWireType(at, many ? schema.items : schema)
  return { name, wire, many, schema, required: place === 'path' || read.required }
}

type Wire = Parameter['wire']
const wires: readonly unknown[] = ['string', 'integer', 'number', 'boolean'] satisfies Wire[]

/** What text on the wire can be read as. */
function checkWireType(at: string, schema: unknown): Wire {
  const wire = wireType(schema)
  if (wire) return wire
  const { type, anyOf, oneOf } = Object(schema) as JsonSchema
  const isNullable = Array.isArray(type) && type.includes('null')
  throw new DeclarationError({
    at,
    given:
      type === undefined && (anyOf ?? oneOf) !== undefined
        ? 'alternatives that are not all of one simple type'
        : `a schema of type ${JSON.stringify(type ?? null)}`,
    allowed: 'string, integer, number, boolean, or an array of one of these',
    fix: isNullable
      ? 'make it optional instead: text is never null'
      : 'give a parameter one simple type; structured data belongs in the body',
  })
}

function wireType(schema: unknown): Wire | undefined {
  const { type, enum: values, const: value, anyOf, oneOf } = Object(schema) as JsonSchema
  if (wires.includes(type)) return type as Wire
  if (type !== undefined) return undefined
  const listed = (values ?? (value === undefined ? [] : [value])) as unknown[]
  if (listed.length > 0 && listed.every(item => typeof item === 'string')) return 'string'
  const branches = anyOf ?? oneOf
  if (!Array.isArray(branches)) return undefined
  // One reading for all branches: of two, the text could be either.
  const [first, ...others] = new Set(branches.map(wireType))
  return others.length === 0 ? first : undefined
}

const queryName = /^[A-Za-z0-9_.~$[\]-]+$/

function checkName(at: string, place: InputPlace | 'form', name: string): void {
  if (place === 'headers' && isReservedHeader(name)) {
    throw new DeclarationError({
      at,
      given: `the reserved header "${name}"`,
      allowed: 'end-to-end request headers that describe the request itself',
      fix:
        name === 'authorization'
          ? "remove it; where the upstream must have the token, write forwardAuthorization: { reason: '…' } on the route"
          : 'remove it; cookies are declared in input.cookies, the body in input.body',
    })
  }
  const inQuery = place === 'query' || place === 'form'
  if (name !== '__proto__' && (inQuery ? queryName : httpToken).test(name)) return
  throw new DeclarationError({
    at,
    given: `the name ${JSON.stringify(name)}`,
    allowed: inQuery ? 'letters, digits and _ . ~ $ [ ] -' : 'a token of RFC 9110 §5.6.2',
    fix: 'rename it',
  })
}
