import { allow, type Decision, deny } from '../../contract/decision.ts'
import { httpToken } from '../../contract/headers.ts'
import type { DeclaredRequest } from '../gate/passage.ts'
import type { UpstreamAnswer } from '../gate/upstreams/upstream.ts'

// As much as other upstreams answer, if nothing less is declared.
const mostBytes = 5 * 1024 * 1024

/**
 * What a handler returned, as an upstream's answer: `{ status, headers?, cookies?, type?, body? }`. Denial:
 * `upstream.invalid_response`, for any other shape, and for more than 5 MiB. Whether it is as declared is for `declareAnswer` to see.
 */
export function readReturned(request: DeclaredRequest, returned: unknown): Decision<UpstreamAnswer> {
  try {
    return read(request, returned)
  } catch {
    // A getter, or a proxy.
    return refuse('its shape')
  }
}

function read(request: DeclaredRequest, returned: unknown): Decision<UpstreamAnswer> {
  if (!isPlain(returned)) return refuse('its shape')
  const { status, headers = {}, cookies = {}, type, body, ...more } = returned as Returned
  if (typeof status !== 'number' || !Number.isInteger(status)) return refuse('its status')
  const set = textsOf(cookies)
  const isTyped = type === undefined || typeof type === 'string'
  if (!set || !isTyped || Object.keys(more).length > 0) return refuse('its shape')
  const fields = headersOf(headers, type)
  if (!fields) return refuse('its headers')
  // What stands in a name would be read as a value, and as attributes.
  if (!set.every(([name]) => httpToken.test(name))) return refuse('its cookies')
  const text = readBody(kindOf(request, status), body)
  if (text === undefined) return refuse('its body')
  if (Buffer.byteLength(text) > mostBytes) return refuse('its size')
  if (set.length > 0)
    fields.set(
      'set-cookie',
      set.map(([name, value]) => `${name}=${value}`),
    )
  return allow({ status, headers: Object.fromEntries(fields), body: text })
}

interface Returned {
  readonly status?: unknown
  readonly headers?: unknown
  readonly cookies?: unknown
  /** Media type, of bytes. */
  readonly type?: unknown
  readonly body?: unknown
}

type Kind = 'json' | 'text' | 'bytes' | 'empty' | 'any'

function kindOf({ route: { output } }: DeclaredRequest, status: number): Kind {
  if (output?.kind !== 'declared') return 'any'
  const name = String(status)
  // Of a status that is not declared nothing goes on, whatever it is.
  return (Object.hasOwn(output.statuses, name) ? output.statuses[name]?.kind : undefined) ?? 'empty'
}

/** Undefined for what cannot be such a body. */
function readBody(kind: Kind, body: unknown): UpstreamAnswer['body'] | undefined {
  switch (kind) {
    case 'bytes':
      return body instanceof Uint8Array ? body : undefined
    case 'text':
      return typeof body === 'string' ? body : undefined
    case 'any':
      return typeof (body ?? '') === 'string' ? ((body ?? '') as string) : undefined
    case 'json':
      return serialized(body)
    case 'empty':
      return body === undefined ? '' : serialized(body)
  }
}

/** Undefined for what JSON has no word for: a function, a cycle, a bigint. */
function serialized(body: unknown): string | undefined {
  try {
    return JSON.stringify(body)
  } catch {
    return undefined
  }
}

/** By lower-case name. Undefined for what they cannot be: of two of one name, which one was meant? */
function headersOf(given: unknown, type: string | undefined): Map<string, string[]> | undefined {
  const texts = textsOf(given)
  if (!texts) return undefined
  const fields = texts.map(([name, value]): [string, string[]] => [name.toLowerCase(), [value]])
  if (type !== undefined) fields.push(['content-type', [type]])
  const read = new Map(fields)
  // Cookies have a word of their own.
  return read.size === fields.length && !read.has('set-cookie') ? read : undefined
}

/** Texts by name, without those that are undefined: types allow that of what may be left out. Undefined for anything else. */
function textsOf(given: unknown): Array<[string, string]> | undefined {
  if (!isPlain(given)) return undefined
  const fields = Object.entries(given).filter(([, value]) => value !== undefined)
  return fields.every(([, value]) => typeof value === 'string') ? fields : undefined
}

/** An object as it is written. What `Headers` or a `Map` holds is none of its members, and would be left out without a word. */
function isPlain(given: unknown): given is object {
  if (typeof given !== 'object' || given === null) return false
  const prototype: unknown = Object.getPrototypeOf(given)
  // That of whichever realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const refuse = (what: string) => deny('upstream.invalid_response', { note: `a function's answer: ${what}` })
