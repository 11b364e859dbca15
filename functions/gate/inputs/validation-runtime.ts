import lengthModule from 'ajv/dist/runtime/ucs2length.js'

export { fullFormats } from 'ajv-formats/dist/formats.js'

/*
 * What validators compiled by Ajv call at run time. A bundle of its own, beside them.
 */

const surrogate = /[\ud800-\udbff]/

/** How many characters a text has. To look for pairs of surrogates is less than to count, and most texts have none. */
export const ucs2length = (text: string): number =>
  surrogate.test(text) ? lengthModule.default(text) : text.length

/**
 * Equality of JSON values, for `const` and `enum`. In place of Ajv's own, which calls the `valueOf` and
 * `toString` of what it compares: in a body those are members like any other, and no functions.
 */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]))
    )
  }
  const [ours, theirs] = [Object.entries(a), Object.entries(b)]
  return (
    ours.length === theirs.length &&
    ours.every(
      ([name, value]) => Object.hasOwn(b, name) && equal(value, (b as Record<string, unknown>)[name]),
    )
  )
}
