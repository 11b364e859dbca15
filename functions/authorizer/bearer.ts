import { allow, type Decision, deny } from '../../contract/decision.ts'

const maxTokenLength = 8192

// RFC 6750 §2.1 with the scheme in any case (RFC 9110 §11.1); a compact JWS (RFC 7515 §7.1): three base64url parts.
const bearer = /^bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i

/** The token of the one Authorization header. Tokens anywhere else (query, body, cookies) are never looked at. */
export function readBearerToken(headers: Record<string, string[] | undefined> | null): Decision<string> {
  const values = Object.entries(headers ?? {}).flatMap(([name, sent]) =>
    name.toLowerCase() === 'authorization' ? (sent ?? []) : [],
  )
  const [value, ...more] = values
  if (!value) return deny('token.missing')
  if (typeof value !== 'string') return deny('token.malformed', { note: 'no text' })
  // Two headers: which one would the next reader take?
  if (more.length > 0) return deny('token.malformed', { note: 'several Authorization headers' })
  if (value.length > maxTokenLength) return deny('token.malformed', { note: 'too long' })
  const token = bearer.exec(value)?.[1]
  return token ? allow(token) : deny('token.malformed', { note: 'not a bearer token' })
}
