import { checkOptions, checkTexts } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/** Every one of a list, or one of `{ anyOf: [...] }`. */
export type DeclaredScopes = readonly string[] | { readonly anyOf: readonly string[] }

/** Scopes as the manifest has them: every one of the first, and one of the second where there are any. */
export function readScopes(given: DeclaredScopes | undefined): {
  readonly scopes: readonly string[]
  readonly anyScope: readonly string[]
} {
  const at = 'Access.token scopes'
  if (given === undefined) return { scopes: [], anyScope: [] }
  if (Array.isArray(given) || typeof given !== 'object')
    return { scopes: checkScopes(at, given), anyScope: [] }
  checkOptions(at, given, ['anyOf'])
  return { scopes: [], anyScope: checkScopes(`${at}.anyOf`, (given as { anyOf?: unknown }).anyOf) }
}

function checkScopes(at: string, given: unknown): readonly string[] {
  const fix = "write scopes: ['deals:read'], or leave scopes out where none is needed"
  return checkQuotable('scope', checkTexts(at, given, { fix }))
}

// scope-token of RFC 6749 §3.3.
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * Refuses what would break out of a challenge, where such words stand in quotes with spaces between them: scopes
 * (RFC 6750 §3) and acr values (RFC 9470 §3).
 */
export function checkQuotable(what: 'scope' | 'acr value', words: readonly string[]): readonly string[] {
  const wrong = words.find(word => !scopeToken.test(word))
  if (wrong === undefined) return words
  throw new DeclarationError({
    at: 'Access.token',
    given: `${what} ${JSON.stringify(wrong)}`,
    allowed: 'one scope-token of RFC 6749 §3.3: printable ASCII without spaces, quotes and backslashes',
    fix: `list several ${what}s as several strings`,
  })
}
