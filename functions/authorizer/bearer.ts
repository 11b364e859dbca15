import { allow, type Decision, deny } from '../../contract/decision.ts'
import { bearerToken } from '../runtime/bearer-credentials.ts'

const maxTokenLength = 8192

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
  const token = bearerToken(value)
  return token ? allow(token) : deny('token.malformed', { note: 'not a bearer token' })
}
