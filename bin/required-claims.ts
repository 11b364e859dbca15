// RFC 9068 §2.2: the local issuer puts these into every token.
const always = ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id']

/** Options of `sallyport token` that are still needed for the claims an issuer's tokens must have, each as option and value. */
export const missingOptions = (
  required: readonly string[],
  given: { readonly scope: string; readonly claims: readonly string[] },
): Array<{ option: string; value: string }> =>
  required
    .filter(claim => !always.includes(claim) && !given.claims.includes(claim))
    .flatMap(claim => {
      if (claim !== 'scope') return [{ option: `--claim ${claim}=`, value: 'example' }]
      return given.scope ? [] : [{ option: '--scope ', value: 'example' }]
    })
