import type { PathParameter } from '../../../contract/gate-manifest.ts'
import type { Findings } from './findings.ts'

// Control characters (of ASCII, of Latin-1, and Unicode's line ends) and both slashes; a segment that climbs; anything that
// decodes once more (double encoding).
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029/\\]|^\.{1,2}$|%[0-9a-f]{2}/i

/**
 * Path parameters, which API Gateway hands over percent-encoded, decoded exactly once. A value that would name another
 * declared path is refused: `/deals/%61dmin` is no way to `/deals/admin`, whose rules are its own.
 */
export function readPath(
  raw: Record<string, string | undefined> | null,
  declared: readonly PathParameter[],
  findings: Findings,
): Record<string, string> {
  const read: Record<string, string> = {}
  for (const { name, reserved } of declared) {
    const value = decode(raw && Object.hasOwn(raw, name) ? raw[name] : undefined)
    if (!value || unsafe.test(value) || reserved.includes(value)) {
      findings.invalid('path', name, 'is not a plain path segment')
    } else {
      read[name] = value
    }
  }
  return read
}

function decode(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // not valid UTF-8, which overlong forms are not either (RFC 3629 §3)
  }
}
