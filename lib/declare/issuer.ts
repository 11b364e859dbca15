import { Token } from 'aws-cdk-lib'
import { type Algorithm, algorithms } from '../../contract/manifest.ts'
import { DeclarationError, onlyKnownKeys } from './declaration-error.ts'

export interface OidcIssuerOptions {
  /**
   * The `aud` that tokens for this API carry (RFC 7519 §4.1.3). With several, a token must hold one of them.
   * Security: a token made for another API must not open this one.
   */
  readonly audience: string | readonly string[]
  /**
   * Signature algorithms this issuer uses. Only asymmetric ones can be declared.
   * Security: what a token's header says is never believed (RFC 8725 §3.1).
   */
  readonly algorithms: readonly Algorithm[]
  /**
   * Where the issuer's keys are, if not where its discovery document says.
   * @default - `jwks_uri` of `<issuer>/.well-known/openid-configuration`
   */
  readonly jwksUri?: string
  /**
   * The `typ` of its access tokens. ID tokens carry another one, and open nothing.
   * @default 'at+jwt' (RFC 9068 §2.1)
   */
  readonly tokenType?: string
  /**
   * The claim that lists a caller's roles.
   * @default 'roles' (RFC 9068 §2.2.3.1)
   */
  readonly rolesClaim?: string
}

/** Who may vouch for callers. */
export class Issuer {
  /**
   * An OpenID provider, or any authorization server that publishes a key set and issues JWT access tokens.
   *
   * @param issuer its `iss`, byte for byte as tokens carry it (an `https` URL)
   */
  static oidc(issuer: string, options: OidcIssuerOptions): Issuer {
    return new Issuer(issuer, options)
  }

  readonly issuer: string
  readonly audiences: readonly string[]
  readonly algorithms: readonly Algorithm[]
  readonly jwksUri: string | undefined
  readonly tokenType: string
  readonly rolesClaim: string

  private constructor(issuer: string, options: OidcIssuerOptions) {
    const at = `Issuer.oidc(${Token.isUnresolved(issuer) ? 'a deploy-time value' : `'${issuer}'`})`
    onlyKnownKeys(at, options, ['audience', 'algorithms', 'jwksUri', 'tokenType', 'rolesClaim'])
    checkHttps(at, 'issuer', issuer)
    if (options.jwksUri !== undefined) checkHttps(at, 'jwksUri', options.jwksUri)
    this.issuer = issuer
    this.audiences = typeof options.audience === 'string' ? [options.audience] : [...(options.audience ?? [])]
    if (this.audiences.length === 0 || this.audiences.some(audience => !audience)) {
      throw new DeclarationError({
        at,
        given: 'no audience',
        allowed: 'one or more non-empty strings',
        fix: 'state the `aud` of tokens that are meant for this API',
      })
    }
    this.algorithms = checkAlgorithms(at, options.algorithms)
    this.jwksUri = options.jwksUri
    this.tokenType = options.tokenType ?? 'at+jwt'
    this.rolesClaim = options.rolesClaim ?? 'roles'
  }
}

function checkAlgorithms(at: string, given: readonly Algorithm[] | undefined): readonly Algorithm[] {
  const wrong = given?.find(algorithm => !algorithms.includes(algorithm))
  if (given && given.length > 0 && wrong === undefined) return [...given]
  throw new DeclarationError({
    at,
    given: wrong === undefined ? 'no algorithms' : `algorithm "${wrong}"`,
    allowed: algorithms.join(', '),
    fix: 'name what the issuer signs with; symmetric algorithms and "none" cannot be declared',
  })
}

/** A URL that is known at synth must be plain https; one that is known only at deploy is checked when a function loads. */
export function checkHttps(at: string, what: string, given: string): void {
  if (Token.isUnresolved(given)) return
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url?.protocol === 'https:' && !url.username && !url.password && !url.search && !url.hash) return
  throw new DeclarationError({
    at,
    given: `${what} ${JSON.stringify(given)}`,
    allowed: 'an https URL without user, query or fragment',
    fix: 'name the production URL; on your machine `sallyport dev` puts a local server in its place',
  })
}
