import { isUtf8 } from 'node:buffer'
import { allow, type Decision, deny } from '../../contract/decision.ts'
import { isKeyId } from '../../contract/jwk.ts'
import { parseStrictJson } from '../runtime/strict-json.ts'

/** The parts of a compact JWS (RFC 7515 §7.1) that are read before its signature is: nothing in them is believed yet. */
export interface UnverifiedJws {
  readonly header: JwsHeader
  readonly payload: Readonly<Record<string, unknown>>
}

export interface JwsHeader {
  readonly alg: string
  readonly kid: string
  /** Media type without `application/`, lower case (RFC 7515 §4.1.9); null: there is none. */
  readonly typ: string | null
}

const maxDepth = 8
const isPrototype = (name: string) => name === '__proto__' || name === 'constructor' || name === 'prototype'

/**
 * Header parameters that would change what is verified, bring a key of the sender's, or make us fetch one. None of them
 * has a place in an access token, so a token that has one is not for us (RFC 8725 §3.10, RFC 7515 §4.1.11).
 */
const refusedParameters = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'zip', 'enc']

/**
 * Reads a token strictly, so that no two readers can take it for different things: canonical base64url, UTF-8, JSON
 * objects with no member twice. Denials: `token.malformed`, `token.key_unknown` (no usable `kid`).
 */
export function readJws(token: string): Decision<UnverifiedJws> {
  const [first = '', second = '', signature = '', ...more] = token.split('.')
  const header = objectOf(first)
  const payload = objectOf(second)
  if (!header || !payload || more.length > 0 || !bytesOf(signature)) return deny('token.malformed')
  const refused = refusedParameters.find(name => Object.hasOwn(header, name))
  if (refused) return deny('token.malformed', { note: `header parameter ${refused}` })
  const { alg, kid, typ = null } = header
  if (typeof alg !== 'string') return deny('token.malformed', { note: 'no alg' })
  if (!isKeyId(kid)) return deny('token.key_unknown', { note: 'no usable kid' })
  if (typ !== null && typeof typ !== 'string') return deny('token.malformed', { note: 'typ is no text' })
  return allow({ header: { alg, kid, typ: typ === null ? null : mediaType(typ) }, payload })
}

/** RFC 7515 §4.1.9: `application/` may be left out where no other slash occurs; case does not matter. */
export const mediaType = (typ: string): string => typ.toLowerCase().replace(/^application\/(?=[^/]*$)/, '')

/** Base64url as it must be written: no padding, no other letters, no stray bits at the end (RFC 4648 §3.5). */
function bytesOf(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return part !== '' && bytes.toString('base64url') === part ? bytes : undefined
}

function objectOf(part: string): Record<string, unknown> | undefined {
  const bytes = bytesOf(part)
  if (!bytes || !isUtf8(bytes)) return undefined
  // A byte order mark is kept, for the JSON reader to refuse.
  const value = parseStrictJson(bytes.toString('utf8'), maxDepth, isPrototype)?.value
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : undefined
}
