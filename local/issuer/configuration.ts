import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import type { Adapter, Configuration, KoaContextWithOIDC, errors as ProviderErrors } from 'oidc-provider'
import {
  developerClaims,
  developerClientId,
  developerGrant,
  developerNamesClient,
} from './developer-grant.ts'
import type { SigningAlgorithm } from './keys.ts'
import { shapeClaims, type TokenProfile } from './token-profile.ts'

/** Client of the client_credentials grant. */
export const serviceClientId = 'sallyport-service'
/** Public client of the authorization-code flow with PKCE. */
export const appClientId = 'sallyport-app'
/** RFC 8252 §7.3: any port of the loopback address is accepted. */
export const appRedirectUri = 'http://127.0.0.1/callback'

const tokenTtlSeconds = 300
const sessionTtlSeconds = 12 * 60 * 60

export interface ConfigurationOptions {
  audiences: readonly string[]
  algorithms: readonly [SigningAlgorithm, ...SigningAlgorithm[]]
  profile: TokenProfile
  serviceClientSecret: string
  cookieKey: string
  /** Issuers on one host have sessions of their own. */
  cookiePath: string
  storage: (model: string) => Adapter
  errors: typeof ProviderErrors
  now(): number
}

/** What every access token of one audience is made of: a JWT, signed with the first declared algorithm. */
export function resourceServer(audience: string, scope: string, alg: SigningAlgorithm) {
  return {
    audience,
    scope,
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg } },
  }
}

/** The provider's configuration for one set of keys; the first key of an algorithm signs, all are published. */
export function providerConfiguration(options: ConfigurationOptions, keys: readonly JWK[]): Configuration {
  const { audiences, algorithms, profile, errors, now } = options
  const [alg] = algorithms
  return {
    // The provider fills in members and so changes what it is given.
    jwks: { keys: keys.map(key => ({ ...key })) } as Configuration['jwks'],
    adapter: options.storage,
    cookies: { keys: [options.cookieKey], long: { path: options.cookiePath } },
    clients: [
      {
        client_id: developerClientId,
        token_endpoint_auth_method: 'none',
        grant_types: [developerGrant],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: serviceClientId,
        client_secret: options.serviceClientSecret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: appClientId,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [appRedirectUri],
        response_types: ['code'],
      },
    ],
    clientDefaults: { id_token_signed_response_alg: alg },
    enabledJWA: { idTokenSigningAlgValues: [...algorithms] },
    pkce: { required: () => true },
    ttl: {
      AccessToken: tokenTtlSeconds,
      ClientCredentials: tokenTtlSeconds,
      IdToken: tokenTtlSeconds,
      AuthorizationCode: 60,
      Interaction: 60 * 60,
      Grant: sessionTtlSeconds,
      Session: sessionTtlSeconds,
      RefreshToken: sessionTtlSeconds,
    },
    // Every name is an account: the login page of a local provider is not a test of anybody.
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    formats: {
      customizers: {
        // The provider reads the system clock and always makes tokens of RFC 9068; ours follow our clock and what is declared.
        jwt(ctx, token, parts) {
          const issuedAt = Math.floor(now() / 1000)
          const client = developerNamesClient(ctx)
          parts.header = { ...parts.header, typ: profile.tokenType ?? undefined }
          parts.payload = {
            // Not as `extraTokenClaims`: there, a claim named `constructor` makes the others no plain object.
            ...shapeClaims(
              {
                ...developerClaims(ctx),
                ...parts.payload,
                ...(client !== undefined && { client_id: client }),
              },
              profile,
            ),
            iat: issuedAt,
            exp: issuedAt + token.expiration,
          }
        },
      },
    },
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // One audience needs no naming; with several, the client says which (RFC 8707 §2).
        defaultResource: (_ctx, _client, oneOf) =>
          oneOf ?? (audiences.length === 1 ? resourceOf(audiences[0] as string) : []),
        useGrantedResource: () => true,
        getResourceServerInfo(ctx, resource) {
          const audience = audiences.find(each => resourceOf(each) === resource)
          if (audience === undefined) {
            throw new errors.InvalidTarget(
              `resource is not a declared audience; declared: ${audiences.map(resourceOf).join(', ')}`,
            )
          }
          return resourceServer(audience, requestedScope(ctx), alg)
        },
      },
    },
  }
}

// RFC 8707 §2: a resource is an absolute URI, while an audience may be a client's id.
const resourceOf = (audience: string): string =>
  URL.canParse(audience) ? audience : `urn:sallyport:audience:${encodeURIComponent(audience)}`

// OpenID Connect Core §3.1.2.1 and §11: about the id token and the refresh token, not about an API.
const openidScopes = ['openid', 'offline_access']

/** Any scope can be asked for, since which ones mean something is the gateway's business: this is all that was asked for of an API. */
function requestedScope({ oidc }: KoaContextWithOIDC): string {
  const { AuthorizationCode, RefreshToken } = oidc.entities
  const requested = oidc.params?.scope ?? AuthorizationCode?.scope ?? RefreshToken?.scope
  if (typeof requested !== 'string') return ''
  return requested
    .split(' ')
    .filter(scope => !openidScopes.includes(scope))
    .join(' ')
}

/** A secret that lives for one run. */
export function freshSecret(): string {
  return randomBytes(32).toString('base64url')
}
