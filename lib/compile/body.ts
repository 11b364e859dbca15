import type { Size } from 'aws-cdk-lib'
import type { BodyManifest, Projection } from '../../contract/gate-manifest.ts'
import { Body } from '../declare/body.ts'
import { checkSize } from '../declare/checks.ts'
import { DeclarationError } from '../declare/declaration-error.ts'
import { type JsonSchema, readSchema, type Schema } from '../declare/schema.ts'
import { type CompiledParameter, compileParameter, parameterManifest } from './parameters.ts'
import { compileProjection } from './projection.ts'
import { boundIntegers } from './safe-integers.ts'

interface OfTypes {
  readonly types: readonly string[]
  readonly required: boolean
}
export type CompiledBody = OfTypes &
  (
    | { readonly kind: 'json'; readonly schema: JsonSchema; readonly projection: Projection }
    | { readonly kind: 'form'; readonly fields: readonly CompiledParameter[] }
    | { readonly kind: 'text'; readonly schema: JsonSchema }
    | { readonly kind: 'bytes' }
  )

/** Reads `input.body`: a {@link Body}, or the schema of one that is JSON. */
export function compileBody(at: string, given: Body | Schema): CompiledBody {
  const { declared } = given instanceof Body ? given : Body.json(given)
  switch (declared.kind) {
    case 'json': {
      const read = readSchema(at, declared.schema)
      const schema = boundIntegers(read.schema)
      return {
        kind: 'json',
        types: declared.types,
        required: read.required,
        schema,
        projection: compileProjection(at, schema),
      }
    }
    case 'form':
      return {
        kind: 'form',
        types: ['application/x-www-form-urlencoded'],
        required: !declared.optional,
        fields: Object.entries(declared.fields).map(([name, schema]) =>
          compileParameter(`${at}.${name}`, 'form', name, schema),
        ),
      }
    case 'text':
      return {
        kind: 'text',
        types: ['text/plain'],
        required: !declared.optional,
        schema: {
          type: 'string',
          ...(declared.maxLength !== undefined && { maxLength: declared.maxLength }),
          ...(declared.pattern !== undefined && { pattern: declared.pattern }),
        },
      }
    case 'bytes':
      return { kind: 'bytes', types: declared.types, required: !declared.optional }
  }
}

/** What a gate is told of a body. */
export function bodyManifest(body: CompiledBody, maxBytes: number): BodyManifest {
  const { types, required } = body
  const same = { types, required, maxBytes }
  switch (body.kind) {
    case 'json':
      return { kind: 'json', ...same, projection: body.projection }
    case 'form':
      return { kind: 'form', ...same, fields: body.fields.map(parameterManifest) }
    case 'text':
    case 'bytes':
      return { kind: body.kind, ...same }
  }
}

/** A body as one JSON Schema, for those who read it; null: it is bytes. */
export function bodySchema(body: CompiledBody): JsonSchema | null {
  switch (body.kind) {
    case 'json':
    case 'text':
      return body.schema
    case 'form':
      return {
        type: 'object',
        properties: Object.fromEntries(body.fields.map(({ name, schema }) => [name, schema])),
        required: body.fields.filter(({ required }) => required).map(({ name }) => name),
      }
    case 'bytes':
      return null
  }
}

// Base64 makes four bytes of three, and an invocation carries 6 MB.
const mostOpaqueBytes = 4 * 1024 * 1024

/** The size of a route's largest body, in bytes. */
export function checkBodySize(at: string, given: Size, body: CompiledBody | null): number {
  const bytes = checkSize(`${at} maxBody`, given)
  if (body?.kind !== 'bytes' || bytes <= mostOpaqueBytes) return bytes
  throw new DeclarationError({
    at: `${at} maxBody`,
    given: `${bytes} bytes`,
    allowed: 'up to 4 MiB where the body is bytes: they travel as base64',
    fix: 'for more, hand out a link to a store, such as a presigned URL',
  })
}
