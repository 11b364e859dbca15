import { allow, type Decision, deny } from '../../../contract/decision.ts'
import type { Parameter } from '../../../contract/manifest.ts'
import { ambiguous } from './query.ts'

type RawHeaders = Record<string, string[] | undefined> | null

// Visible ASCII and spaces (RFC 9110 §5.5): a value can never become another line, or another header.
const plain = /^[\t\x20-\x7e]*$/

/** All values sent under a header name, whatever its case (API Gateway keeps the sender's). */
export const headerValues = (raw: RawHeaders, name: string): string[] =>
  Object.entries(raw ?? {}).flatMap(([sent, values]) => (sent.toLowerCase() === name ? (values ?? []) : []))

/** Declared headers, lower-case. A repeated one is ambiguous unless declared as a list, which is joined (RFC 9110 §5.3). */
export function readHeaders(
  raw: RawHeaders,
  declared: readonly Parameter[],
): Decision<Record<string, string>> {
  const read: Record<string, string> = {}
  for (const { name, many } of declared) {
    const values = headerValues(raw, name)
    if (values.length === 0) continue
    if (values.length > 1 && !many) return ambiguous('header', name)
    const value = values.join(', ')
    if (!plain.test(value)) {
      return deny('input.invalid', { fields: [{ in: 'header', name, detail: 'must be printable ASCII' }] })
    }
    read[name] = value
  }
  return allow(read)
}
