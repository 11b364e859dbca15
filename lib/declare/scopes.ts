import { checkTexts, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/** Every one of a list, or one of `{ anyOf: [...] }`. */
export type DeclaredScopes = readonly string[] | { readonly anyOf: readonly string[] }

/** Scopes as the manifest has them: every one of the first, and one of the second where there are any. */
export function readScopes(
  given: DeclaredScopes | undefined,
  at = 'Access.token scopes',
): {
  readonly scopes: readonly string[]
  readonly anyScope: readonly string[]
} {
  if (given === undefined) return { scopes: [], anyScope: [] }
  if (Array.isArray(given) || typeof given !== 'object')
    return { scopes: checkScopes(at, given, all), anyScope: [] }
  const stranger = given === null ? undefined : Object.keys(given).find(key => key !== 'anyOf')
  if (given === null || stranger !== undefined) {
    throw new DeclarationError({
      at,
      given: stranger === undefined ? describeValue(given) : `unknown option "${stranger}"`,
      allowed: 'a list (all of them), or { anyOf: [...] } (one of them)',
      fix: `write ${all}, or ${any}`,
    })
  }
  return { scopes: [], anyScope: checkScopes(`${at}.anyOf`, (given as { anyOf?: unknown }).anyOf, any) }
}

const all = "scopes: ['deals:read']"
const any = "scopes: { anyOf: ['deals:read', 'deals:admin'] }"

const checkScopes = (at: string, given: unknown, example: string): readonly string[] =>
  checkQuotable(
    at,
    'scope',
    checkTexts(at, given, { fix: `write ${example}, or leave scopes out where none is needed` }),
  )

// scope-token of RFC 6749 §3.3.
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * Refuses what would break out of a challenge, where such words stand in quotes with spaces between them: scopes
 * (RFC 6750 §3) and acr values (RFC 9470 §3).
 */
export function checkQuotable(
  at: string,
  what: 'scope' | 'acr value',
  words: readonly string[],
): readonly string[] {
  const wrong = words.find(word => !scopeToken.test(word))
  if (wrong === undefined) return words
  throw new DeclarationError({
    at,
    given: `${what} ${JSON.stringify(wrong)}`,
    allowed: `${what === 'scope' ? 'one scope-token of RFC 6749 §3.3: ' : ''}printable ASCII without spaces, quotes and backslashes`,
    fix: `list several ${what}s as several strings`,
  })
}
