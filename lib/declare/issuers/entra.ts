import { Token } from 'aws-cdk-lib'
import { checkOptions, describeValue } from '../checks.ts'
import { DeclarationError } from '../declaration-error.ts'
import {
  type ClaimPath,
  checkOneOf,
  type IssuerDeclaration,
  type IssuerTimes,
  named,
  readAudiences,
  readClaimPath,
  readTimes,
  timeOptions,
} from './declaration.ts'

const authorities = [
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
] as const

export interface EntraIssuerOptions extends IssuerTimes {
  /** The API's application (client) id: the `aud` of its v2.0 tokens, however clients name it when they ask for one. */
  readonly audience: string | readonly string[]
  /**
   * The cloud's sign-in host.
   * @default 'login.microsoftonline.com'
   * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
   */
  readonly authority?: (typeof authorities)[number]
  /** The claim that lists a caller's roles. @default 'roles', the app roles of users and applications */
  readonly rolesClaim?: ClaimPath
}

/** Access tokens in version 2.0. ID tokens, which can be for the same application, have no `azp`. */
export function declareEntra(tenantId: string, options: EntraIssuerOptions): IssuerDeclaration {
  const at = named('entra', tenantId)
  checkOptions(
    at,
    options,
    ['audience', 'authority', 'rolesClaim', ...timeOptions],
    "Issuer.entra('<directory id>', { audience: '<application id>' })",
  )
  const { authority: given = authorities[0], rolesClaim = 'roles' } = options
  checkId(`${at} tenant`, tenantId, {
    allowed: 'the id of one directory (tenant), a GUID in lower case',
    // Their tokens name the caller's own tenant, so accepting them would be accepting every tenant there is.
    fix: 'copy the Directory (tenant) ID; common, organizations and domain names stand in no token',
  })
  const values = readAudiences(
    at,
    options.audience,
    "copy the Application (client) ID of the API's app registration",
  )
  for (const value of values) {
    checkId(`${at} audience`, value, {
      allowed: "the API's application (client) id, a GUID in lower case",
      fix: 'copy the Application (client) ID; api://… is what clients ask for, and v1.0 tokens carry',
    })
  }
  const authority = checkOneOf(`${at} authority`, given, authorities)
  return {
    // It holds the tenant's id, so the claim `tid` has nothing to add. Version 1.0 has another issuer.
    issuer: `https://${authority}/${tenantId}/v2.0`,
    keys: { kind: 'discovery' },
    audience: { claim: 'aud', values },
    algorithms: ['RS256'],
    tokenType: 'JWT',
    requiredClaims: ['azp'],
    fixedClaims: { ver: '2.0' },
    scopes: { claim: 'scp', form: 'text' },
    roles: readClaimPath(`${at} rolesClaim`, rolesClaim),
    clientClaim: 'azp',
    ...readTimes(at, options),
  }
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function checkId(
  at: string,
  given: unknown,
  words: { readonly allowed: string; readonly fix: string },
): void {
  if (typeof given === 'string' && (Token.isUnresolved(given) || guid.test(given))) return
  throw new DeclarationError({ at, given: describeValue(given), ...words })
}
