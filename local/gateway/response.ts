import { fitsHeader, type HttpAnswer } from './http-answer.ts'

/** A function's answer as HTTP, or why it is none. */
export type ProxyResponse = { kind: 'answer'; answer: HttpAnswer } | { kind: 'malformed'; problem: string }

const ALLOWED = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']

/**
 * Renamed to `x-amzn-Remapped-…` on their way out (platform-facts §5.5). The last two are the gateway's own, and
 * of which nothing is recorded; they are renamed too, so that a function cannot replace the ids.
 */
const REMAPPED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'server',
  'www-authenticate',
  'x-amzn-requestid',
  'x-amz-apigw-id',
])
const DROPPED: ReadonlySet<string> = new Set(['transfer-encoding'])

/**
 * Reads what a function returned to a proxy integration (platform-facts §5.5). Anything but the documented shape is
 * malformed, which API Gateway answers with 502. Where nothing is recorded (a null header value, a status outside 200–599,
 * a body that is no string) it is malformed too.
 *
 * @param acceptsBinary whether base64 is decoded: where the client first accepts a type that is declared to be binary
 */
export function readProxyResponse(payload: unknown, acceptsBinary: boolean): ProxyResponse {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return malformed('the result is not an object')
  }
  const result = payload as Record<string, unknown>
  const extra = Object.keys(result).find(key => !ALLOWED.includes(key))
  if (extra !== undefined) return malformed(`the result has the extra key '${extra}'`)
  const status = readStatus(result.statusCode)
  if (status === null) return malformed('statusCode is not a number from 200 to 599')
  const { body, isBase64Encoded } = result
  if (body !== undefined && body !== null && typeof body !== 'string')
    return malformed('body is not a string')
  if (isBase64Encoded !== undefined && typeof isBase64Encoded !== 'boolean') {
    return malformed('isBase64Encoded is not a boolean')
  }
  const headers = readHeaders(result.headers, result.multiValueHeaders)
  if (typeof headers === 'string') return malformed(headers)
  const bytes = Buffer.from(body ?? '', isBase64Encoded && acceptsBinary ? 'base64' : 'utf8')
  return { kind: 'answer', answer: { status, headers: outgoing(headers), body: bytes } }
}

function malformed(problem: string): ProxyResponse {
  return { kind: 'malformed', problem }
}

function readStatus(value: unknown): number | null {
  if (value === undefined) return 200
  const number = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number)) return null
  return number >= 200 && number <= 599 ? number : null
}

type Headers = Map<string, { name: string; values: string[] }>

/** Merges both members: the multi-valued ones first, and their spelling of the name (platform-facts §5.5). */
function readHeaders(single: unknown, multi: unknown): Headers | string {
  const merged: Headers = new Map()
  const add = (name: string, values: readonly unknown[]): boolean => {
    const texts = values.map(value => (typeof value === 'boolean' ? String(value) : value))
    if (!texts.every(text => typeof text === 'string') || !texts.every(text => fitsHeader(name, text))) {
      return false
    }
    const known = merged.get(name.toLowerCase())
    if (known) known.values.push(...texts)
    else merged.set(name.toLowerCase(), { name, values: [...texts] })
    return true
  }
  for (const [name, values] of members(multi)) {
    if (!Array.isArray(values) || !add(name, values))
      return `multiValueHeaders.${name} is not a list of strings`
  }
  for (const [name, value] of members(single)) {
    if (!add(name, [value])) return `headers.${name} is not a string that a header can hold`
  }
  return isMembers(single) && isMembers(multi) ? merged : 'headers or multiValueHeaders is not an object'
}

function isMembers(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value))
}

function members(value: unknown): [string, unknown][] {
  return isMembers(value) ? Object.entries(value ?? {}) : []
}

function outgoing(headers: Headers): HttpAnswer['headers'] {
  const kept = [...headers].filter(([key, { values }]) => !DROPPED.has(key) && values.length > 0)
  const named = kept.map(
    ([key, { name, values }]) => [REMAPPED.has(key) ? `x-amzn-Remapped-${name}` : name, values] as const,
  )
  const typed = kept.some(([key]) => key === 'content-type')
  return typed ? named : [...named, ['Content-Type', ['application/json']]]
}
