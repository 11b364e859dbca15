import { Token } from 'aws-cdk-lib'
import type { Algorithm } from '../../../contract/authorizer-manifest.ts'
import { checkOptions, describeValue } from '../checks.ts'
import { DeclarationError } from '../declaration-error.ts'
import {
  type ClaimPath,
  checkHost,
  checkOneOf,
  type IssuerDeclaration,
  type IssuerTimes,
  named,
  readAlgorithms,
  readAudiences,
  readClaimPath,
  readTimes,
  timeOptions,
} from './declaration.ts'

export interface Auth0IssuerOptions extends IssuerTimes {
  /** The API's identifier in Auth0: the `aud` of its access tokens. An ID token's is its client's id. */
  readonly audience: string | readonly string[]
  /**
   * The API's access token profile, as its settings say: it decides about `typ` and what names the client.
   * @default 'auth0', which is Auth0's own default
   */
  readonly profile?: 'auth0' | 'rfc9068'
  /** The API's signing algorithm. @default ['RS256'] */
  readonly algorithms?: readonly Algorithm[]
  /**
   * The claim that lists a caller's roles. Auth0 adds permissions to tokens where the API's settings say so (RBAC); role names
   * only as a custom claim.
   * @default 'permissions'
   */
  readonly rolesClaim?: ClaimPath
}

const profiles = {
  auth0: { tokenType: 'JWT', requiredClaims: ['azp'], clientClaim: 'azp' },
  rfc9068: { tokenType: 'at+jwt', requiredClaims: ['client_id', 'jti'], clientClaim: 'client_id' },
} as const

export function declareAuth0(domain: string, options: Auth0IssuerOptions): IssuerDeclaration {
  const at = named('auth0', domain)
  checkOptions(
    at,
    options,
    ['audience', 'profile', 'algorithms', 'rolesClaim', ...timeOptions],
    "Issuer.auth0('tenant.eu.auth0.com', { audience: 'https://api.example.com' })",
  )
  const { profile = 'auth0', algorithms = ['RS256'], rolesClaim = 'permissions' } = options
  checkHost(at, 'domain', domain, 'tenant.eu.auth0.com')
  const issuer = `https://${domain}/`
  const values = readAudiences(
    at,
    options.audience,
    "copy the API's identifier, which the dashboard has under Applications > APIs",
  )
  refuseOwnAudiences(at, issuer, values)
  return {
    issuer,
    keys: { kind: 'discovery' },
    audience: { claim: 'aud', values },
    algorithms: readAlgorithms(at, algorithms),
    ...profiles[checkOneOf(`${at} profile`, profile, ['auth0', 'rfc9068'])],
    fixedClaims: {},
    scopes: { claim: 'scope', form: 'text' },
    roles: readClaimPath(`${at} rolesClaim`, rolesClaim),
    ...readTimes(at, options),
  }
}

/** Every token with the scope `openid` is also for `/userinfo`, whichever API it was made for. */
function refuseOwnAudiences(at: string, issuer: string, audiences: readonly string[]): void {
  const own = audiences.find(audience => !Token.isUnresolved(audience) && audience.startsWith(issuer))
  if (own === undefined) return
  throw new DeclarationError({
    at: `${at} audience`,
    given: describeValue(own),
    allowed: 'the identifier of an API of your own',
    fix: "write the API's identifier: tokens for Auth0's own APIs are made for others as well",
  })
}
