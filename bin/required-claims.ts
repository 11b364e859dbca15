import type { PlayedIssuer } from '../local/issuer/issuers.ts'

/** Options of `sallyport token` that are still needed for the claims an issuer's tokens must have, each as option and value. */
export const missingOptions = (
  { requiredClaims, ownClaims, scopesClaim }: PlayedIssuer,
  given: { readonly scope: string; readonly claims: readonly string[] },
): Array<{ option: string; value: string }> =>
  requiredClaims
    .filter(claim => !ownClaims.includes(claim) && !given.claims.includes(claim))
    .flatMap(claim => {
      if (claim !== scopesClaim) return [{ option: `--claim ${claim}=`, value: 'example' }]
      return given.scope ? [] : [{ option: '--scope ', value: 'example' }]
    })
