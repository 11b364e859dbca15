import type { Parameter } from '../../../contract/gate-manifest.ts'
import type { Findings } from './findings.ts'
import type { Pairs } from './pairs.ts'
import { readQuery } from './query.ts'

// More than any form has; what has more is no form but a way to make us work.
const mostFields = 1000

// What encoders write (WHATWG URL §5.2), and what some leave as it is: all that a query may hold (RFC 3986 §3.4) but `;`, which
// some readers part fields at.
const encoded = /^(?:[\w*.!~'()@:/?$,=-]|\+|%[0-9a-f]{2})*$/i

/**
 * The declared fields of an `application/x-www-form-urlencoded` body, decoded once. Undefined for what two readers would
 * decode differently (broken escapes, bytes that are not UTF-8, characters that every encoder escapes, a part without a name),
 * and for more than 1000 parts.
 */
export function readForm(
  text: string,
  declared: readonly Parameter[],
  findings: Findings,
): Pairs | undefined {
  const fields: Record<string, string[]> = Object.create(null)
  const parts = text.split('&')
  if (parts.length > mostFields) return undefined
  for (const part of parts) {
    const at = part.indexOf('=')
    const name = decode(at < 0 ? part : part.slice(0, at))
    const value = decode(at < 0 ? '' : part.slice(at + 1))
    if (!name || value === undefined) return undefined
    const earlier = fields[name]
    if (earlier) earlier.push(value)
    else fields[name] = [value]
  }
  return readQuery(fields, declared, findings, 'body')
}

function decode(text: string): string | undefined {
  if (!encoded.test(text)) return undefined
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined // not UTF-8
  }
}
