import { Token } from 'aws-cdk-lib'
import type { Algorithm } from '../../../contract/authorizer-manifest.ts'
import { checkHttps, checkOptions, checkText, checkTexts, describeValue } from '../checks.ts'
import { DeclarationError } from '../declaration-error.ts'
import {
  type ClaimPath,
  type IssuerDeclaration,
  type IssuerTimes,
  named,
  readAlgorithms,
  readAudiences,
  readClaimPath,
  readTimes,
  timeOptions,
} from './declaration.ts'

/** What can be declared of an issuer's access tokens, wherever its keys come from. */
export interface TokenOptions extends IssuerTimes {
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
   * The claim that lists the granted scopes, as text with spaces.
   * @default 'scope' (RFC 9068 §2.2.3, RFC 8693 §4.2)
   */
  readonly scopesClaim?: string
  /**
   * The claim that lists a caller's roles; for a nested one the names that lead to it: `['realm_access', 'roles']`.
   * @default 'roles' (RFC 9068 §2.2.3.1)
   */
  readonly rolesClaim?: ClaimPath
  /**
   * The claim that names the client.
   * @default 'client_id' (RFC 9068 §2.2)
   */
  readonly clientClaim?: string
}

export interface OidcIssuerOptions extends TokenOptions {
  /**
   * Where the issuer's keys are, if not where its discovery document says.
   * @default - `jwks_uri` of `<issuer>/.well-known/openid-configuration`
   */
  readonly jwksUri?: string
}

export const tokenOptions = [
  ...['audience', 'algorithms', 'tokenType', 'requiredClaims', 'scopesClaim', 'rolesClaim', 'clientClaim'],
  ...timeOptions,
]

/** An issuer of access tokens in the profile of RFC 9068, and what of it is different. */
export function declareOidc(issuer: string, options: OidcIssuerOptions): IssuerDeclaration {
  const at = named('oidc', issuer)
  checkOptions(at, options, [...tokenOptions, 'jwksUri'], exampleOf('oidc', issuer))
  const { jwksUri, ...token } = options
  if (jwksUri !== undefined) checkHttps(at, 'jwksUri', jwksUri)
  const keys =
    jwksUri === undefined ? ({ kind: 'discovery' } as const) : ({ kind: 'uri', uri: jwksUri } as const)
  return { ...readTokenOptions(at, issuer, token), keys }
}

/** A declaration of an issuer that would be accepted. */
export const exampleOf = (preset: 'oidc' | 'keys', issuer: string): string => {
  const keys = preset === 'keys' ? ', keys: [{ … }]' : ''
  const options = `{ audience: 'https://api.example.com', algorithms: ['ES256']${keys} }`
  const isKnown = typeof issuer === 'string' && issuer !== '' && !Token.isUnresolved(issuer)
  return `Issuer.${preset}('${isKnown ? issuer : 'https://login.example.com'}', ${options})`
}

/** The address of a discovery document (OpenID Connect Discovery §4, RFC 8414 §3) is no issuer. */
function refuseDocument(at: string, issuer: string): void {
  const [before = '', ...rest] = Token.isUnresolved(issuer) ? [issuer] : issuer.split('/.well-known/')
  if (rest.length === 0) return
  throw new DeclarationError({
    at,
    given: `issuer ${describeValue(issuer)}`,
    allowed: 'the `issuer` that stands in that document, as tokens carry it in `iss`',
    fix: `write for example '${before}', without /.well-known and what follows it`,
  })
}

export function readTokenOptions(
  at: string,
  issuer: string,
  options: TokenOptions,
): Omit<IssuerDeclaration, 'keys'> {
  checkHttps(at, 'issuer', issuer)
  refuseDocument(at, issuer)
  const { audience, algorithms, tokenType = 'at+jwt', requiredClaims = ['client_id', 'jti'] } = options
  const { scopesClaim = 'scope', rolesClaim = 'roles', clientClaim = 'client_id' } = options
  return {
    issuer,
    audience: { claim: 'aud', values: readAudiences(at, audience) },
    algorithms: readAlgorithms(at, algorithms),
    tokenType: checkText(`${at} tokenType`, tokenType, {
      fix: "write the `typ` of its access tokens, or leave it out for 'at+jwt'",
    }),
    requiredClaims: checkTexts(`${at} requiredClaims`, requiredClaims, {
      atLeast: 0,
      fix: "write requiredClaims: ['jti'], or [] to require none of them",
    }),
    fixedClaims: {},
    scopes: {
      claim: checkText(`${at} scopesClaim`, scopesClaim, {
        fix: "write the claim's name, or leave it out for 'scope'",
      }),
      form: 'text',
    },
    roles: readClaimPath(`${at} rolesClaim`, rolesClaim),
    clientClaim: checkText(`${at} clientClaim`, clientClaim, {
      fix: "write the claim's name, or leave it out for 'client_id'",
    }),
    ...readTimes(at, options),
  }
}
