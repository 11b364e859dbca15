import { allow, type Decision, deny } from '../../../contract/decision.ts'
import type { UpstreamAnswer } from '../upstreams/upstream.ts'

// What says something of the answer itself, and nothing of who made it. Not `etag`: most are hashes of the whole answer, by which
// hidden and undeclared members could be guessed.
const always = ['content-language', 'last-modified'] as const

// RFC 9110 §5.3: only lists may be sent in several lines. Of two of these, each reader takes another one.
const single = new Set([
  ...['etag', 'last-modified', 'location', 'content-location', 'content-disposition', 'retry-after'],
  'content-type',
])

// RFC 9110 §5.5 without obs-text, whose encoding nobody knows. A function can put anything into a header's value.
const plain = /^[\t\x20-\x7e]*$/

// API Gateway passes 10,240 bytes of headers in all; the rest is ours.
const mostBytes = 8000

/** How many bytes an upstream's cookies may have beside its headers. */
export const roomBeside = (headers: Readonly<Record<string, string>>): number =>
  Object.values(headers).reduce((room, value) => room - value.length, mostBytes)

/** The headers that pass: those every answer may have, and those that are declared. */
export function readAnswerHeaders(
  { headers }: Pick<UpstreamAnswer, 'headers'>,
  declared: readonly string[],
): Decision<Record<string, string>> {
  const read: Record<string, string> = {}
  let bytes = 0
  for (const name of [...always, ...declared]) {
    const values = Object.hasOwn(headers, name) ? (headers[name] ?? []) : []
    if (values.length === 0) continue
    if (values.length > 1 && single.has(name)) return refuse(`header ${name}: sent more than once`)
    const value = values.join(', ')
    if (!plain.test(value)) return refuse(`header ${name}: not plain ASCII`)
    bytes += value.length
    if (bytes > mostBytes) return refuse(`header ${name}: too large`)
    read[name] = value
  }
  return allow(read)
}

/** The media type an upstream states, lower case. Empty where it states none, null where it is not one in UTF-8. */
export function mediaTypeOf({ headers }: Pick<UpstreamAnswer, 'headers'>): string | null {
  const values = headers['content-type'] ?? []
  if (values.length > 1) return null
  const [type = '', ...parameters] = (values[0] ?? '').toLowerCase().split(';')
  const charset = parameters.map(each => each.trim()).find(each => each.startsWith('charset='))
  return charset === undefined || /^charset="?(?:utf-8|us-ascii)"?$/.test(charset) ? type.trim() : null
}

/** Bytes that would have to be unpacked first were not asked for (RFC 9110 §8.4). */
export const isEncoded = ({ headers }: Pick<UpstreamAnswer, 'headers'>): boolean =>
  (headers['content-encoding'] ?? []).some(value => value.trim().toLowerCase() !== 'identity')

const refuse = (note: string) => deny('upstream.invalid_response', { note })
