import type { Parameter } from '../../../contract/gate-manifest.ts'
import type { Findings } from './findings.ts'
import { listItems } from './list-items.ts'
import { isOrdinary } from './ordinary-headers.ts'
import type { Pairs } from './pairs.ts'

/** All values sent, by name in lower case. */
export type SentHeaders = ReadonlyMap<string, readonly string[]>

// Visible ASCII and spaces (RFC 9110 §5.5): a value can never become another line, or another header.
const plain = /^[\t\x20-\x7e]*$/

// What common servers take in one line. API Gateway lets 10 KB of all headers through; a direct invocation anything.
const longest = 8192

/** What API Gateway hands over, whatever the case of the names (it keeps the sender's). */
export function sentHeaders(raw: Record<string, string[] | undefined> | null | undefined): SentHeaders {
  const sent = new Map<string, readonly string[]>()
  for (const [name, values] of Object.entries(raw ?? {})) {
    if (!Array.isArray(values)) continue
    const lower = name.toLowerCase()
    const earlier = sent.get(lower)
    sent.set(lower, earlier ? [...earlier, ...values] : values)
  }
  return sent
}

/**
 * Declared headers, lower-case. One sent twice is ambiguous unless declared as a list; a list is the same whether it came
 * in one line or in several (RFC 9110 §5.3), so it is taken apart and each item is validated.
 */
export function readHeaders(sent: SentHeaders, declared: readonly Parameter[], findings: Findings): Pairs {
  const read: Array<readonly [string, string]> = []
  const connection = connectionOptions(sent)
  for (const { name, many } of declared) {
    const lines = connection.has(name) ? undefined : sent.get(name)
    if (!lines) continue
    if (lines.length > 1 && !many) {
      findings.ambiguous('header', name)
    } else if (lines.some(line => line.length > longest)) {
      findings.invalid('header', name, `must NOT have more than ${longest} characters`)
    } else if (!lines.every(line => plain.test(line))) {
      findings.invalid('header', name, 'must be printable ASCII')
    } else {
      const values: ReadonlyArray<string | undefined> = many
        ? lines.flatMap(line => listItems(line) ?? [undefined])
        : lines
      if (values.includes(undefined)) findings.invalid('header', name, 'has a quoted text that does not end')
      else for (const value of values) if (value !== undefined) read.push([name, value])
    }
  }
  for (const name of sent.keys()) {
    if (isOrdinary(name)) continue
    const passes = declared.some(parameter => parameter.name === name) && !connection.has(name)
    if (!passes) findings.undeclared('header', name)
  }
  return read
}

const none: ReadonlySet<string> = new Set()

/**
 * Headers that the sender calls its connection's own: they end here, declared or not (RFC 9110 §7.6.1). API Gateway drops
 * `Connection` before anyone can read it; whoever else invokes a gate need not.
 */
function connectionOptions(sent: SentHeaders): ReadonlySet<string> {
  const lines = sent.get('connection')
  if (!lines) return none
  return new Set(lines.flatMap(line => String(line).split(',')).map(option => option.trim().toLowerCase()))
}
