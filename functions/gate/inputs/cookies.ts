import type { Parameter } from '../../../contract/gate-manifest.ts'
import type { Findings } from './findings.ts'
import type { SentHeaders } from './headers.ts'
import { grouped, type Pairs } from './pairs.ts'

// cookie-octet of RFC 6265 §4.1.1.
const cookieValue = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

/** Declared cookies one by one; the rest of the Cookie header is left behind. */
export function readCookies(sent: SentHeaders, declared: readonly Parameter[], findings: Findings): Pairs {
  const lines = sent.get('cookie')
  if (!lines) return []
  const values = grouped(lines.flatMap(line => String(line).split(';')).map(pairOf))
  const read: Array<readonly [string, string]> = []
  for (const { name } of declared) {
    const [value, ...more] = values.get(name) ?? []
    values.delete(name)
    if (value === undefined) continue
    if (more.length > 0) findings.ambiguous('cookie', name)
    else if (!cookieValue.test(value)) findings.invalid('cookie', name, 'is not a cookie value')
    else read.push([name, value])
  }
  for (const name of values.keys()) if (name !== '') findings.undeclared('cookie', name)
  return read
}

// Only these two (RFC 6265 §5.2). Taking away what else Unicode calls a space would make a `__Host-` cookie of one that is none.
const trimmed = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '')

/** A pair without `=` has no name that it could be declared by (RFC 6265 §5.2). */
function pairOf(pair: string): readonly [name: string, value: string] {
  const at = pair.indexOf('=')
  return at < 0 ? ['', ''] : [trimmed(pair.slice(0, at)), trimmed(pair.slice(at + 1))]
}
