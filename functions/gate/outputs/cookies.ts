import { allow, type Decision, deny } from '../../../contract/decision.ts'

// RFC 6265 §4.1.1.
const cookieValue =
  /^(?:[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*|"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")$/
const pathValue = /^\/[\x20-\x3a\x3c-\x7e]*$/
const expires = /^[A-Za-z]{3}, \d{2}[ -][A-Za-z]{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/

const plain = /^[\t\x20-\x7e]{0,4096}$/

/** An attribute as it goes on: undefined where it stays behind, null where it is malformed. */
type Attribute = (value: string | undefined) => string | undefined | null

const attributes: Readonly<Record<string, Attribute>> = {
  path: value => (value !== undefined && pathValue.test(value) ? `Path=${value}` : null),
  'max-age': value => (value !== undefined && /^-?\d{1,10}$/.test(value) ? `Max-Age=${value}` : null),
  expires: value => (value !== undefined && expires.test(value) ? `Expires=${value}` : null),
  samesite: value => {
    const known = ['Strict', 'Lax', 'None'].find(each => each.toLowerCase() === value?.toLowerCase())
    return known ? `SameSite=${known}` : null
  },
  httponly: () => 'HttpOnly',
  partitioned: () => 'Partitioned',
  // An upstream names its own host, or one above it, where other sites live: without it a cookie is the API's alone.
  domain: () => undefined,
  // Always there: the API is served over TLS only.
  secure: () => undefined,
}

/** What an upstream may set, and how many of its cookies stay behind. */
export interface PassedCookies {
  readonly set: readonly string[]
  readonly dropped: number
}

/**
 * The declared cookies of an answer, all within a number of bytes, written anew from what was understood of them. A declared one that is malformed, or set
 * twice, is a denial (`upstream.invalid_response`): browsers read such things in different ways (RFC 6265 §5.2).
 */
export function readAnswerCookies(
  sent: readonly string[],
  declared: readonly string[],
  mostBytes: number,
): Decision<PassedCookies> {
  let room = mostBytes
  const set = new Map<string, string>()
  for (const text of sent) {
    const [pair = '', ...parts] = text.split(';')
    const equals = pair.indexOf('=')
    const name = pair.slice(0, Math.max(equals, 0))
    if (!declared.includes(name)) continue
    const cookie = plain.test(text) ? written(name, pair.slice(equals + 1), parts) : null
    if (cookie === null) return deny('upstream.invalid_response', { note: `cookie ${name}: malformed` })
    if (set.has(name))
      return deny('upstream.invalid_response', { note: `cookie ${name}: set more than once` })
    room -= cookie.length
    if (room < 0) return deny('upstream.invalid_response', { note: `cookie ${name}: too large` })
    set.set(name, cookie)
  }
  return allow({ set: [...set.values()], dropped: sent.length - set.size })
}

function written(name: string, value: string, parts: readonly string[]): string | null {
  if (!cookieValue.test(value)) return null
  const kept: string[] = []
  const seen = new Set<string>()
  for (const part of parts) {
    const equals = part.indexOf('=')
    const key = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase()
    // What browsers do not know yet has no meaning that could be kept.
    const read = Object.hasOwn(attributes, key) ? attributes[key] : undefined
    if (!read) continue
    if (seen.has(key)) return null
    seen.add(key)
    const attribute = read(equals < 0 ? undefined : part.slice(equals + 1).trim())
    if (attribute === null) return null
    if (attribute !== undefined) kept.push(attribute)
  }
  return [`${name}=${value}`, ...kept, 'Secure'].join('; ')
}
