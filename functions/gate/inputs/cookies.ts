import { allow, type Decision, deny } from '../../../contract/decision.ts'
import type { Parameter } from '../../../contract/manifest.ts'
import { headerValues } from './headers.ts'
import { ambiguous, type Pairs } from './pairs.ts'

// cookie-octet of RFC 6265 §4.1.1.
const cookieValue = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

/** Declared cookies one by one; the rest of the Cookie header is dropped. */
export function readCookies(
  rawHeaders: Record<string, string[] | undefined> | null,
  declared: readonly Parameter[],
): Decision<Pairs> {
  if (declared.length === 0) return allow([])
  const sent = headerValues(rawHeaders, 'cookie')
    .flatMap(header => header.split(';'))
    .map(pair => {
      const at = pair.indexOf('=')
      return at < 0 ? (['', ''] as const) : ([pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const)
    })
  const read: Array<readonly [string, string]> = []
  for (const { name } of declared) {
    const [first, ...more] = sent.filter(([sentName]) => sentName === name)
    if (!first) continue
    if (more.length > 0) return ambiguous('cookie', name)
    if (!cookieValue.test(first[1])) {
      return deny('input.invalid', { fields: [{ in: 'cookie', name, detail: 'is not a cookie value' }] })
    }
    read.push(first)
  }
  return allow(read)
}
