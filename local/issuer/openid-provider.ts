import type { RequestListener } from 'node:http'
import type { JWK } from 'jose'
import { type IssuerAddress, readIssuerAddress, readJwksUri } from './address.ts'
import {
  appClientId,
  appRedirectUri,
  freshSecret,
  providerConfiguration,
  resourceServer,
  serviceClientId,
} from './configuration.ts'
import { registerDeveloperGrant } from './developer-grant.ts'
import { generateKeys, publicPart, readAlgorithms } from './keys.ts'
import { withoutKnownNotices } from './notices.ts'
import { createStorage } from './storage.ts'
import { defaultProfile, type TokenProfile } from './token-profile.ts'

/** What is not said of its tokens is as in RFC 9068. */
export interface IssuerOptions extends Partial<TokenProfile> {
  /** The production name, an https URL such as `https://login.example.com` or `https://sso.example.com/realms/main`. */
  issuer: string
  /** Where its keys are published besides its own `/jwks`. @default null */
  jwksUri?: string | null
  /** Audiences it makes tokens for, at least one. */
  audiences: readonly string[]
  /** Signing algorithms; the first one signs access tokens. */
  algorithms: readonly string[]
  /** Milliseconds since the epoch; for `iat` and `exp` of access tokens. @default Date.now */
  now?: () => number
}

/** Clients that real flows can be tried with. */
export interface IssuerClients {
  service: { clientId: string; clientSecret: string }
  /** Public, PKCE; the redirect URI matches with any port. */
  app: { clientId: string; redirectUri: string }
}

/** A provider that no server listens for yet. It holds nothing that would have to be closed. */
export interface OpenIdProvider {
  readonly address: IssuerAddress
  readonly jwksUri: URL | null
  readonly clients: IssuerClients
  /** Answers a request whose path is below the issuer's, as its production name. */
  readonly handle: RequestListener
  /** New keys sign from now on; the ones before stay published until the next rotation. */
  readonly rotateKeys: () => Promise<void>
  readonly publicJwks: () => { keys: JWK[] }
}

/**
 * Makes a certified OpenID provider with fresh keys and client secrets.
 * Throws a `TypeError` for an issuer, key set address, audience or algorithm it cannot serve.
 */
export async function createOpenIdProvider(options: IssuerOptions): Promise<OpenIdProvider> {
  const address = readIssuerAddress(options.issuer)
  const jwksUri = options.jwksUri ? readJwksUri(options.jwksUri) : null
  if (options.audiences.length === 0)
    throw new TypeError('local issuer: no audience given; it makes tokens for declared ones only')
  const algorithms = readAlgorithms(options.algorithms)
  const now = options.now ?? Date.now
  const profile: TokenProfile = { ...defaultProfile, ...options }

  // Loaded here, because loading alone prints a notice on some versions of Node.
  const { Provider, errors } = await withoutKnownNotices(() => import('oidc-provider'))
  const settings = {
    audiences: options.audiences,
    algorithms,
    profile,
    serviceClientSecret: freshSecret(),
    cookieKey: freshSecret(),
    cookiePath: address.basePath || '/',
    storage: createStorage(now),
    errors,
    now,
  }

  // A provider's keys are fixed when it is made, so rotation makes another one on the same storage.
  async function createProvider(keys: readonly JWK[]): Promise<RequestListener> {
    const provider = await withoutKnownNotices(
      () => new Provider(options.issuer, providerConfiguration(settings, keys)),
    )
    provider.proxy = true
    registerDeveloperGrant(provider, {
      audiences: options.audiences,
      profile,
      errors,
      resourceServerFor: (audience, scope) => resourceServer(audience, scope, algorithms[0]),
    })
    return provider.callback()
  }

  let current = await generateKeys(algorithms)
  let published = current
  let answer = await createProvider(published)

  return {
    address,
    jwksUri,
    clients: {
      service: { clientId: serviceClientId, clientSecret: settings.serviceClientSecret },
      app: { clientId: appClientId, redirectUri: appRedirectUri },
    },
    handle(request, response) {
      // It answers as its production name, and TLS ended at the front.
      request.headers.host = address.url.host
      request.headers['x-forwarded-proto'] = 'https'
      delete request.headers['x-forwarded-host']
      // The provider routes by `url` and puts `baseUrl` before every URL it writes, as a router of Express would have it. Not
      // `originalUrl`: there it looks for `url` from the left, and so takes /token/token for an issuer without a path.
      const below = (request.url ?? '').slice(address.basePath.length)
      request.url = below.startsWith('/') ? below : `/${below}`
      Object.assign(request, { baseUrl: address.basePath })
      return answer(request, response)
    },
    async rotateKeys() {
      const fresh = await generateKeys(algorithms)
      const next = [...fresh, ...current]
      answer = await createProvider(next)
      published = next
      current = fresh
    },
    publicJwks: () => ({ keys: published.map(publicPart) }),
  }
}
