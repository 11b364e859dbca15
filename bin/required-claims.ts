import type { PlayedIssuer } from '../local/issuer/issuers.ts'

/** Options of `sallyport token` that are still needed for the claims an issuer's tokens must have, each as option and value. */
export const missingOptions = (
  { requiredClaims, ownClaims, scopesClaim, rolesClaim }: PlayedIssuer,
  given: { readonly scope: string; readonly hasRole: boolean; readonly claims: readonly string[] },
): Array<{ option: string; value: string }> =>
  requiredClaims
    .filter(claim => !ownClaims.includes(claim) && !given.claims.includes(claim))
    .flatMap(claim => {
      if (claim === scopesClaim) return given.scope ? [] : [{ option: '--scope ', value: 'example' }]
      if (claim === rolesClaim) return given.hasRole ? [] : [{ option: '--role ', value: 'example' }]
      return [{ option: `--claim ${claim}=`, value: 'example' }]
    })
