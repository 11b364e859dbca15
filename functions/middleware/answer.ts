import { allow, type Decision, deny } from '../../contract/decision.ts'
import type { DeclaredRequest } from '../gate/passage.ts'
import type { UpstreamAnswer } from '../gate/upstreams/upstream.ts'

/**
 * What a handler returned, as an upstream's answer: `{ status, headers?, cookies?, type?, body? }`. Denial:
 * `upstream.invalid_response`, for any other shape. Whether it is as declared is for `declareAnswer` to see.
 */
export function readReturned(request: DeclaredRequest, returned: unknown): Decision<UpstreamAnswer> {
  const { status, headers = {}, cookies = {}, type, body, ...more } = Object(returned) as Returned
  if (typeof status !== 'number' || !Number.isInteger(status)) return refuse('its status')
  const fields = textsOf(headers)
  const set = textsOf(cookies)
  const isTyped = type === undefined || typeof type === 'string'
  if (!fields || !set || !isTyped || Object.keys(more).length > 0) return refuse('its shape')
  const text = readBody(kindOf(request, status), body)
  if (text === undefined) return refuse('its body')
  const read = new Map(fields.map(([name, value]) => [name.toLowerCase(), [value]]))
  if (type !== undefined) read.set('content-type', [type])
  // Cookies have a word of their own.
  if (read.has('set-cookie')) return refuse('its headers')
  if (set.length > 0)
    read.set(
      'set-cookie',
      set.map(([name, value]) => `${name}=${value}`),
    )
  return allow({ status, headers: Object.fromEntries(read), body: text })
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

/** Texts by name, without those that are undefined: types allow that of what may be left out. Undefined for anything else. */
function textsOf(given: unknown): Array<[string, string]> | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined
  const fields = Object.entries(given).filter(([, value]) => value !== undefined)
  return fields.every(([, value]) => typeof value === 'string') ? fields : undefined
}

const refuse = (what: string) => deny('upstream.invalid_response', { note: `a function's answer: ${what}` })
