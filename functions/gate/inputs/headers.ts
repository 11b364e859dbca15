import { allow, type Decision, deny } from '../../../contract/decision.ts'
import type { Parameter } from '../../../contract/manifest.ts'
import { ambiguous, type Pairs } from './pairs.ts'

type RawHeaders = Record<string, string[] | undefined> | null

// Visible ASCII and spaces (RFC 9110 §5.5): a value can never become another line, or another header.
const plain = /^[\t\x20-\x7e]*$/

/** All values sent under a header name, whatever its case (API Gateway keeps the sender's). */
export const headerValues = (raw: RawHeaders, name: string): string[] =>
  Object.entries(raw ?? {}).flatMap(([sent, values]) => (sent.toLowerCase() === name ? (values ?? []) : []))

/**
 * Declared headers, lower-case. One sent twice is ambiguous unless declared as a list; a list is the same whether it came
 * in one line or in several (RFC 9110 §5.3), so it is taken apart at its commas and each item is validated.
 */
export function readHeaders(raw: RawHeaders, declared: readonly Parameter[]): Decision<Pairs> {
  const read: Array<readonly [string, string]> = []
  for (const { name, many } of declared) {
    const lines = headerValues(raw, name)
    if (lines.length > 1 && !many) return ambiguous('header', name)
    if (!lines.every(line => plain.test(line))) {
      return deny('input.invalid', { fields: [{ in: 'header', name, detail: 'must be printable ASCII' }] })
    }
    const values = many ? lines.flatMap(line => line.split(',')).map(item => item.trim()) : lines
    for (const value of values) read.push([name, value])
  }
  return allow(read)
}
