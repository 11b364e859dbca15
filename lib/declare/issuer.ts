import { Duration, Token } from 'aws-cdk-lib'
import { type Algorithm, algorithms } from '../../contract/manifest.ts'
import { checkDuration, checkHttps, checkOptions, checkText, checkTexts, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

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
   * Claims that its tokens must carry beside `iss`, `sub`, `aud`, `exp` and `iat`, as text.
   * @default ['client_id', 'jti'] (RFC 9068 §2.2)
   */
  readonly requiredClaims?: readonly string[]
  /**
   * How far its clock and ours may differ. At most a minute.
   * Security: an expired token lives that much longer.
   * @default Duration.seconds(0)
   */
  readonly leeway?: Duration
  /** The longest a token may live, from `iat` to `exp`. @default Duration.hours(24) */
  readonly maxLifetime?: Duration
  /** How old a token may be, whatever its `exp` says. @default - as long as it lives */
  readonly maxAge?: Duration
  /**
   * The claim that lists a caller's roles.
   * @default 'roles' (RFC 9068 §2.2.3.1)
   */
  readonly rolesClaim?: string
}

const optionNames = [
  ...['audience', 'algorithms', 'jwksUri', 'tokenType', 'requiredClaims'],
  ...['leeway', 'maxLifetime', 'maxAge', 'rolesClaim'],
]
const year = 365 * 24 * 3600

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
  readonly requiredClaims: readonly string[]
  readonly leeway: Duration
  readonly maxLifetime: Duration
  readonly maxAge: Duration | undefined
  readonly rolesClaim: string

  private constructor(issuer: string, options: OidcIssuerOptions) {
    const at = `Issuer.oidc(${Token.isUnresolved(issuer) ? 'a deploy-time value' : `'${issuer}'`})`
    checkOptions(at, options, optionNames)
    checkHttps(at, 'issuer', issuer)
    if (options.jwksUri !== undefined) checkHttps(at, 'jwksUri', options.jwksUri)
    this.issuer = issuer
    const { audience } = options
    this.audiences = checkTexts(`${at} audience`, typeof audience === 'string' ? [audience] : audience, {
      deployTime: true,
      fix: 'state the `aud` of tokens that are meant for this API',
    })
    this.algorithms = checkAlgorithms(at, options.algorithms)
    this.jwksUri = options.jwksUri
    this.tokenType = checkText(`${at} tokenType`, options.tokenType ?? 'at+jwt', {
      fix: "write the `typ` of its access tokens, or leave it out for 'at+jwt'",
    })
    this.requiredClaims = checkTexts(`${at} requiredClaims`, options.requiredClaims ?? ['client_id', 'jti'], {
      atLeast: 0,
      fix: "write requiredClaims: ['jti'], or [] to require none of them",
    })
    this.leeway = checkDuration(`${at} leeway`, options.leeway ?? Duration.seconds(0), between(0, 60))
    this.maxLifetime = checkDuration(
      `${at} maxLifetime`,
      options.maxLifetime ?? Duration.hours(24),
      between(1, year),
    )
    this.maxAge =
      options.maxAge === undefined
        ? undefined
        : checkDuration(`${at} maxAge`, options.maxAge, between(1, year))
    this.rolesClaim = checkText(`${at} rolesClaim`, options.rolesClaim ?? 'roles', {
      fix: "write the claim's name, or leave it out for 'roles'",
    })
  }
}

const between = (least: number, most: number) =>
  ({ unit: 'seconds', least, most, fix: 'state a Duration within these bounds' }) as const

function checkAlgorithms(at: string, given: unknown): readonly Algorithm[] {
  const isList = Array.isArray(given)
  const wrong: unknown = isList ? given.find(algorithm => !algorithms.includes(algorithm)) : undefined
  if (isList && given.length > 0 && wrong === undefined) return [...given]
  throw new DeclarationError({
    at: `${at} algorithms`,
    given: describeValue(isList && given.length > 0 ? wrong : given),
    allowed: `a list of ${algorithms.join(', ')}`,
    fix: 'name what the issuer signs with; symmetric algorithms and "none" cannot be declared',
  })
}
