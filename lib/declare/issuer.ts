import { Token } from 'aws-cdk-lib'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import { type Auth0IssuerOptions, declareAuth0 } from './issuers/auth0.ts'
import { type CognitoIssuerOptions, declareCognito } from './issuers/cognito.ts'
import type { IssuerDeclaration } from './issuers/declaration.ts'
import { declareEntra, type EntraIssuerOptions } from './issuers/entra.ts'
import { declareGoogle, type GoogleIssuerOptions } from './issuers/google.ts'
import { declareKeycloak, type KeycloakIssuerOptions } from './issuers/keycloak.ts'
import { declareKeys, type PinnedIssuerOptions } from './issuers/keys.ts'
import { declareOidc, type OidcIssuerOptions } from './issuers/oidc.ts'
import { declareOkta, type OktaIssuerOptions } from './issuers/okta.ts'

/** Who may vouch for callers. */
export class Issuer {
  /**
   * An OpenID provider, or any authorization server that publishes a key set and issues JWT access tokens.
   *
   * @param issuer its `iss`, byte for byte as tokens carry it (an `https` URL)
   */
  static oidc(issuer: string, options: OidcIssuerOptions): Issuer {
    return new Issuer(declareOidc(issuer, options))
  }

  /**
   * An issuer whose public keys are written down here: nothing is ever fetched, and a new key is a deployment.
   *
   * @param issuer its `iss`, byte for byte as tokens carry it (an `https` URL)
   */
  static keys(issuer: string, options: PinnedIssuerOptions): Issuer {
    return new Issuer(declareKeys(issuer, options))
  }

  /**
   * An Amazon Cognito user pool: access tokens of the listed app clients, of users and of machines. They carry `client_id` and
   * `token_use`, no `typ`, and no `aud` unless the client asked for a resource. Roles are the user's groups.
   *
   * @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
   * @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
   */
  static cognito(userPool: IUserPool, options: CognitoIssuerOptions): Issuer {
    return new Issuer(declareCognito(userPool, options))
  }

  /**
   * An Auth0 tenant: access tokens of an API, in Auth0's own profile or that of RFC 9068. Roles are the permissions granted.
   *
   * @param domain the tenant's domain, or your own in its place: the one that clients use
   * @see https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
   */
  static auth0(domain: string, options: Auth0IssuerOptions): Issuer {
    return new Issuer(declareAuth0(domain, options))
  }

  /**
   * A custom authorization server of Okta. Its access tokens list scopes in `scp`, name their client in `cid`, and have no `typ`.
   *
   * @param issuer its issuer URI, `https://<domain>/oauth2/<id>`
   * @see https://developer.okta.com/docs/reference/api/oidc/#access-token
   * @see https://support.okta.com/help/s/article/the-typ-field-is-missing-from-the-access-token-header
   */
  static okta(issuer: string, options: OktaIssuerOptions): Issuer {
    return new Issuer(declareOkta(issuer, options))
  }

  /**
   * One tenant of Microsoft Entra ID: v2.0 access tokens for your API, of users (`scp`) and of applications (`roles`). Entra
   * issues them once the API's app registration says so: `api.requestedAccessTokenVersion: 2` in its manifest.
   * Security: any application of the tenant can get a token without scopes and roles, so ask for some.
   *
   * @param tenantId the directory (tenant) id, a GUID
   * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
   * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
   */
  static entra(tenantId: string, options: EntraIssuerOptions): Issuer {
    return new Issuer(declareEntra(tenantId, options))
  }

  /**
   * A realm of Keycloak. Its access tokens say `Bearer` in the claim `typ`, name their client in `azp`, and hold roles of the
   * realm and of clients.
   *
   * @param realmUrl the realm's issuer, `https://<host>/realms/<realm>`
   * @see https://www.keycloak.org/docs/latest/server_admin/#audience-support
   */
  static keycloak(realmUrl: string, options: KeycloakIssuerOptions): Issuer {
    return new Issuer(declareKeycloak(realmUrl, options))
  }

  /**
   * Google's ID tokens, of people who signed in and of service accounts: its access tokens are not for others to read. They
   * carry neither scopes nor roles; ask for claims.
   *
   * @see https://developers.google.com/identity/openid-connect/openid-connect
   * @see https://docs.cloud.google.com/docs/authentication/token-types
   * @see https://docs.cloud.google.com/docs/authentication/get-id-token
   */
  static google(options: GoogleIssuerOptions): Issuer {
    return new Issuer(declareGoogle(options))
  }

  readonly declaration: IssuerDeclaration

  private constructor(declaration: IssuerDeclaration) {
    this.declaration = declaration
  }

  /** `iss` of its tokens. */
  get issuer(): string {
    return this.declaration.issuer
  }

  /** As people say it, for tables and errors. */
  get label(): string {
    return Token.isUnresolved(this.issuer) ? 'a deploy-time issuer' : this.issuer
  }
}
