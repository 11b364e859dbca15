import { checkOptions } from '../checks.ts'
import {
  checkHost,
  type IssuerDeclaration,
  type IssuerTimes,
  readAudiences,
  readTimes,
  timeOptions,
} from './declaration.ts'

export interface GoogleIssuerOptions extends IssuerTimes {
  /** The OAuth client's id that people sign in to; or the audience that service accounts ask for. */
  readonly audience: string | readonly string[]
  /**
   * The Google Workspace domain that callers must belong to (`hd`). Service accounts belong to none.
   * Null: everyone with a Google account, and every service account of anybody's.
   * Security: an audience names who a token is for, and keeps nobody out: anyone can have Google sign a token with it.
   * With null, say in each route whom you mean: `claims: { sub: { oneOf: ['…'] } }`.
   */
  readonly hostedDomain: string | null
}

const issuer = 'https://accounts.google.com'

/** ID tokens: Google's access tokens are not JWTs, and for Google's own APIs. */
export function declareGoogle(options: GoogleIssuerOptions): IssuerDeclaration {
  const at = 'Issuer.google'
  checkOptions(
    at,
    options,
    ['audience', 'hostedDomain', ...timeOptions],
    "Issuer.google({ audience: '<client id>', hostedDomain: 'example.com' })",
  )
  const { hostedDomain } = options
  const otherwise = ', or null for anyone with an account'
  if (hostedDomain !== null) checkHost(at, 'hostedDomain', hostedDomain, 'example.com', otherwise)
  return {
    issuer,
    keys: { kind: 'uri', uri: 'https://www.googleapis.com/oauth2/v3/certs' },
    audience: { claim: 'aud', values: readAudiences(at, options.audience) },
    algorithms: ['RS256'],
    tokenType: 'JWT',
    requiredClaims: [],
    fixedClaims: hostedDomain === null ? {} : { hd: hostedDomain },
    scopes: null,
    roles: null,
    clientClaim: 'azp',
    ...readTimes(at, options),
  }
}
