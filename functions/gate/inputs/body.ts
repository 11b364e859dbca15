import type { APIGatewayProxyEvent } from 'aws-lambda'
import { allow, type Decision, deny } from '../../../contract/decision.ts'
import type { BodyManifest } from '../../../contract/gate-manifest.ts'
import { bodyMaxDepth, type JsonPlace, parseStrictJson } from '../../runtime/strict-json.ts'
import type { Findings } from './findings.ts'
import { readForm } from './form.ts'
import type { SentHeaders } from './headers.ts'
import { isDeclaredAt, pointerTo, project } from './projection.ts'

/** A body as far as it is declared. */
export interface DeclaredBody {
  /** Its media type, as declared. Null: there is none. */
  readonly type: string | null
  /** A JSON value, the fields of a form as {@link Pairs}, text, or bytes; undefined: none was sent, or none is declared. */
  readonly value: unknown
}
const absent: DeclaredBody = { type: null, value: undefined }

// A type, and at most the one parameter that says nothing new: many clients send it (RFC 8259 §11 has none for JSON).
const mediaType = /^([\w!#$&^.+-]+\/[\w!#$&^.+-]+)(?:\s*;\s*charset="?utf-8"?)?$/i

/**
 * What a merge by an unsuspecting upstream would follow to a prototype. Nobody declares them, so nobody sends them in
 * earnest: the body is refused, at whatever depth they are, and whether or not what they stand in is declared.
 */
const isPrototype = (name: string, parent: string | number | undefined): boolean =>
  name === '__proto__' || (name === 'prototype' && parent === 'constructor')

/**
 * The declared parts of a body. One that is not declared does not exist. What goes on is a re-serialisation of what is
 * returned here, never the bytes that were sent, unless bytes are what is declared. Denials: `input.media_type`,
 * `input.too_large`, `input.malformed`.
 */
export function readBody(
  { body, isBase64Encoded }: Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'>,
  headers: SentHeaders,
  declared: BodyManifest | null,
  findings: Findings,
): Decision<DeclaredBody> {
  if (typeof body !== 'string' || body === '') return allow(absent)
  if (!declared) {
    findings.undeclared('body', '')
    return allow(absent)
  }
  const type = declaredType(headers.get('content-type'), declared.types)
  if (type === undefined) return deny('input.media_type')
  // API Gateway sends text as it is, and as base64 what is not UTF-8 or of a type that was declared to be binary.
  const size = isBase64Encoded ? base64Size(body) : Buffer.byteLength(body)
  if (size > declared.maxBytes) return deny('input.too_large')
  if (declared.kind === 'bytes') {
    const bytes = isBase64Encoded ? exactBytes(body) : undefined
    return bytes ? allow({ type, value: bytes }) : deny('input.malformed')
  }
  // Then it is no text.
  if (isBase64Encoded) return deny('input.malformed')
  switch (declared.kind) {
    case 'json': {
      const onInexact = (place: JsonPlace) => {
        // What is left behind anyway may be any number.
        if (!isDeclaredAt(place, declared.projection)) return
        findings.invalid('body', () => pointerTo(place), 'is a number that would not stay the same')
      }
      const parsed = parseStrictJson(body, bodyMaxDepth, isPrototype, onInexact)
      if (!parsed) return deny('input.malformed')
      const onUndeclared = (pointer: () => string) => findings.undeclared('body', pointer)
      return allow({ type, value: project(parsed.value, declared.projection, onUndeclared) })
    }
    case 'form': {
      const value = readForm(body, declared.fields, findings)
      return value ? allow({ type, value }) : deny('input.malformed')
    }
    case 'text':
      return allow({ type, value: body })
  }
}

function declaredType(sent: readonly string[] | undefined, declared: readonly string[]): string | undefined {
  const [value, ...more] = sent ?? []
  if (value === undefined || more.length > 0) return undefined
  const type = mediaType.exec(value.trim())?.[1]?.toLowerCase()
  return type !== undefined && declared.includes(type) ? type : undefined
}

/**
 * What stands in base64, if it is that and nothing else (RFC 4648 §3.5): Node skips what is none. API Gateway writes all bodies so
 * that are declared to be bytes; one that is not was sent past it, or is taken for text where it is not.
 */
function exactBytes(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** Bytes behind base64 as API Gateway writes it, with padding (RFC 4648 §4). */
const base64Size = (text: string): number =>
  Math.floor((text.length * 3) / 4) - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
