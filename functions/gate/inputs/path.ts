import { allow, type Decision, deny } from '../../../contract/decision.ts'
import type { PathParameter } from '../../../contract/manifest.ts'

// Control characters and both slashes; a segment that climbs; anything that decodes once more (double encoding).
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unsafe = /[\u0000-\u001f\u007f/\\]|^\.{1,2}$|%[0-9a-f]{2}/i

/**
 * Path parameters, which API Gateway hands over percent-encoded, decoded exactly once. A value that would name another
 * declared path is refused: `/deals/%61dmin` is no way to `/deals/admin`, whose rules are its own.
 */
export function readPath(
  raw: Record<string, string | undefined> | null,
  declared: readonly PathParameter[],
): Decision<Record<string, string>> {
  const read: Record<string, string> = {}
  for (const { name, reserved } of declared) {
    const value = decode(raw?.[name] ?? '')
    if (!value || unsafe.test(value) || reserved.includes(value)) {
      return deny('input.invalid', { fields: [{ in: 'path', name, detail: 'is not a plain path segment' }] })
    }
    read[name] = value
  }
  return allow(read)
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // not valid UTF-8
  }
}
