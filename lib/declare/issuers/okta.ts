import { checkOptions } from '../checks.ts'
import {
  type ClaimPath,
  checkIssuerPath,
  type IssuerDeclaration,
  type IssuerTimes,
  named,
  readAudiences,
  readClaimPath,
  readTimes,
  timeOptions,
} from './declaration.ts'

export interface OktaIssuerOptions extends IssuerTimes {
  /** The authorization server's audience, `api://default` for the default one. An ID token's is its client's id. */
  readonly audience: string | readonly string[]
  /**
   * The claim that lists a caller's roles: one that you add to the authorization server.
   * @default 'groups'
   */
  readonly rolesClaim?: ClaimPath
}

const whereAudienceIs =
  "copy the server's audience, which the admin console has under Security > API; the default server's is 'api://default'"

/**
 * Access tokens of a custom authorization server have no `typ`; those of the org authorization server have one, and are
 * for Okta's own endpoints. ID tokens have no `cid`.
 */
export function declareOkta(issuer: string, options: OktaIssuerOptions): IssuerDeclaration {
  const at = named('okta', issuer)
  checkOptions(
    at,
    options,
    ['audience', 'rolesClaim', ...timeOptions],
    "Issuer.okta('https://login.example.com/oauth2/default', { audience: 'api://default' })",
  )
  const { rolesClaim = 'groups' } = options
  // What is below /oauth2/v1 are endpoints of the org authorization server.
  checkIssuerPath(at, issuer, /^\/oauth2\/(?!v1$)[\w-]+$/, {
    allowed: 'the issuer of a custom authorization server: https://<domain>/oauth2/<id>',
    fix: "write for example 'https://login.example.com/oauth2/default'; tokens of the org server are for Okta itself",
  })
  return {
    issuer,
    keys: { kind: 'discovery' },
    audience: { claim: 'aud', values: readAudiences(at, options.audience, whereAudienceIs) },
    algorithms: ['RS256'],
    tokenType: null,
    requiredClaims: ['cid', 'jti'],
    fixedClaims: {},
    scopes: { claim: 'scp', form: 'list' },
    roles: readClaimPath(`${at} rolesClaim`, rolesClaim),
    clientClaim: 'cid',
    ...readTimes(at, options),
  }
}
