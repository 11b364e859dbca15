import type { Parameter } from '../../../contract/gate-manifest.ts'
import { escapePointer } from '../../../contract/json-pointer.ts'
import type { Findings } from './findings.ts'
import type { Pairs } from './pairs.ts'

type Sent = Readonly<Record<string, readonly string[] | undefined>> | null

/**
 * API Gateway hands queries over decoded, with U+FFFD in place of bytes that are no UTF-8: another value than the one that was sent.
 * One that was sent as such (`%EF%BF%BD`) looks the same, and is refused with them.
 */
const isText = (value: string): boolean => !value.includes('\ufffd') && value.isWellFormed()

/**
 * Declared query parameters, in declared order, exact case. A repeated one is ambiguous unless declared as a list. The same
 * for the fields of a form, which are written alike.
 */
export function readQuery(
  raw: Sent,
  declared: readonly Parameter[],
  findings: Findings,
  place: 'query' | 'body' = 'query',
): Pairs {
  const read: Array<readonly [string, string]> = []
  const named = place === 'query' ? (name: string) => name : (name: string) => `/${escapePointer(name)}`
  let found = 0
  for (const { name, many } of declared) {
    const values = raw && Object.hasOwn(raw, name) ? raw[name] : undefined
    if (!values) continue
    found += 1
    if (values.length > 1 && !many) findings.ambiguous(place, named(name))
    else if (place === 'query' && !values.every(isText)) findings.malformed(place, named(name))
    else for (const value of values) read.push([name, value])
  }
  // Mostly there is nothing else, and then nothing is looked through.
  const sent = raw ? Object.keys(raw) : []
  if (sent.length > found) {
    for (const name of sent) {
      if (!declared.some(parameter => parameter.name === name)) findings.undeclared(place, named(name))
    }
  }
  return read
}
