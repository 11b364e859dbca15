import type { IssuerManifest } from '../../contract/authorizer-manifest.ts'

/** What the access tokens of an issuer look like. */
export interface TokenProfile
  extends Pick<IssuerManifest, 'tokenType' | 'requiredClaims' | 'scopes' | 'roles' | 'clientClaim'> {
  /** The claim that says whom a token is for. */
  readonly audienceClaim: IssuerManifest['audience']['claim']
  readonly fixedClaims: Readonly<Record<string, string>>
}

/** RFC 9068 §2; `client_id` and `jti` are in every token, asked for or not. */
export const defaultProfile: TokenProfile = {
  tokenType: 'at+jwt',
  audienceClaim: 'aud',
  requiredClaims: [],
  fixedClaims: {},
  scopes: { claim: 'scope', form: 'text' },
  roles: ['roles'],
  clientClaim: 'client_id',
}

/**
 * The claims of a token as its issuer writes them, from those of RFC 9068 that oidc-provider makes. What was asked for by
 * name wins over what is fixed, so that also tokens which must be refused can be made.
 */
export function shapeClaims(
  made: Readonly<Record<string, unknown>>,
  profile: TokenProfile,
): Record<string, unknown> {
  const { aud, scope, client_id: client, ...others } = made
  const { audienceClaim, fixedClaims, scopes, clientClaim } = profile
  return {
    ...fixedClaims,
    ...(ownClaims(profile).includes('client_id') && { client_id: client }),
    [clientClaim]: client,
    ...(scopes && typeof scope === 'string' && { [scopes.claim]: written(scope, scopes.form) }),
    ...others,
    ...(audienceClaim === 'aud' ? { aud } : { [audienceClaim]: aud, aud: fixedClaims.aud ?? noAudience }),
  }
}

// oidc-provider insists on an `aud` until it writes the token; this one is gone by then.
const noAudience = { toJSON: () => undefined }

const written = (scope: string, form: 'text' | 'list') => (form === 'list' ? scope.split(' ') : scope)

/** The claims that are in every token without being asked for. */
export function ownClaims({
  audienceClaim,
  requiredClaims,
  fixedClaims,
  clientClaim,
}: TokenProfile): string[] {
  const own = ['iss', 'sub', 'exp', 'iat', 'jti', audienceClaim, clientClaim, ...Object.keys(fixedClaims)]
  return [...new Set([...own, ...requiredClaims.filter(claim => claim === 'client_id')])]
}

/**
 * Claims with roles where the issuer keeps them; what stands beside them stays. Undefined when there is something in their
 * place already.
 *
 * @param path the names that lead to the roles, from the outermost claim inwards
 */
export function withRoles(
  claims: Readonly<Record<string, unknown>>,
  [name, ...inner]: readonly string[],
  roles: readonly string[],
): Record<string, unknown> | undefined {
  if (name === undefined) return undefined
  const held = Object.hasOwn(claims, name) ? claims[name] : undefined
  if (inner.length === 0) return held === undefined ? { ...claims, [name]: roles } : undefined
  if (held !== undefined && !isObject(held)) return undefined
  const placed = withRoles(held ?? {}, inner, roles)
  return placed && { ...claims, [name]: placed }
}

/** A JSON object. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
