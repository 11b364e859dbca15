import type { Algorithm } from '../../../contract/authorizer-manifest.ts'
import { checkOptions, checkText, describeValue } from '../checks.ts'
import { DeclarationError } from '../declaration-error.ts'
import {
  type ClaimPath,
  checkIssuerPath,
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

export interface KeycloakIssuerOptions extends IssuerTimes {
  /**
   * The `aud` of tokens for this API. Keycloak adds one only where it is told to: give clients a scope with an audience mapper,
   * or users a role of the API's client.
   * @see https://www.keycloak.org/docs/latest/server_admin/#audience-support
   */
  readonly audience: string | readonly string[]
  /**
   * The `typ` header of access tokens: a setting of each client, "Use "at+jwt" as access token header type".
   * @default 'JWT', which is Keycloak's own default
   */
  readonly tokenType?: 'JWT' | 'at+jwt'
  /** The realm's (or the client's) signature algorithm of access tokens. @default ['RS256'] */
  readonly algorithms?: readonly Algorithm[]
  /** The client whose roles count: `resource_access.<client>.roles`. @default - the realm's roles: `realm_access.roles` */
  readonly rolesOfClient?: string
  /** The claim that lists a caller's roles, where a mapper puts them into another. @default - see `rolesOfClient` */
  readonly rolesClaim?: ClaimPath
}

const whereAudienceIs =
  'name what an audience mapper of a client scope adds to `aud`; Keycloak puts no API there by itself'

/** The claim `typ` tells access tokens (`Bearer`) from whatever else a realm signs: `ID`, `Refresh`, `Logout`, `DPoP`. */
export function declareKeycloak(realmUrl: string, options: KeycloakIssuerOptions): IssuerDeclaration {
  const at = named('keycloak', realmUrl)
  checkOptions(
    at,
    options,
    [...['audience', 'tokenType', 'algorithms', 'rolesOfClient', 'rolesClaim'], ...timeOptions],
    "Issuer.keycloak('https://sso.example.com/realms/main', { audience: 'deals' })",
  )
  const { algorithms = ['RS256'], tokenType = 'JWT' } = options
  checkIssuerPath(at, realmUrl, /\/realms\/[^/]+$/, {
    allowed: 'the URL of a realm: https://<host>/realms/<realm>',
    fix: "write for example 'https://sso.example.com/realms/main', without a slash at its end",
  })
  return {
    issuer: realmUrl,
    keys: { kind: 'discovery' },
    audience: { claim: 'aud', values: readAudiences(at, options.audience, whereAudienceIs) },
    algorithms: readAlgorithms(at, algorithms),
    tokenType: checkOneOf(`${at} tokenType`, tokenType, ['JWT', 'at+jwt']),
    requiredClaims: ['azp', 'jti'],
    fixedClaims: { typ: 'Bearer' },
    scopes: { claim: 'scope', form: 'text' },
    roles: readRoles(at, options),
    clientClaim: 'azp',
    ...readTimes(at, options),
  }
}

function readRoles(at: string, { rolesOfClient, rolesClaim }: KeycloakIssuerOptions): readonly string[] {
  if (rolesClaim !== undefined && rolesOfClient !== undefined) {
    throw new DeclarationError({
      at,
      given: `rolesOfClient ${describeValue(rolesOfClient)} and rolesClaim`,
      allowed: 'one of the two',
      fix: 'remove rolesOfClient where a mapper puts roles into a claim of its own',
    })
  }
  if (rolesClaim !== undefined) return readClaimPath(`${at} rolesClaim`, rolesClaim)
  if (rolesOfClient === undefined) return ['realm_access', 'roles']
  const client = checkText(`${at} rolesOfClient`, rolesOfClient, {
    fix: "write the client's id, or leave it out for the realm's roles",
  })
  return ['resource_access', client, 'roles']
}
