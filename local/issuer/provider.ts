import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JWK } from 'jose'
import {
  appClientId,
  appRedirectUri,
  freshSecret,
  providerConfiguration,
  resourceServer,
  serviceClientId,
} from './configuration.ts'
import { developerClientId, developerGrant, registerDeveloperGrant } from './developer-grant.ts'
import { generateKeys, publicPart, readAlgorithms } from './keys.ts'
import { withoutKnownNotices } from './notices.ts'
import { createStorage } from './storage.ts'

export interface IssuerOptions {
  /** The production name, an https origin such as `https://login.example.com`. */
  issuer: string
  /** Audiences it makes tokens for, at least one. */
  audiences: readonly string[]
  /** Signing algorithms; the first one signs access tokens. */
  algorithms: readonly string[]
  /** Milliseconds since the epoch; for `iat` and `exp` of access tokens. @default Date.now */
  now?: () => number
}

/** The content of a token; see `registerDeveloperGrant` for what is allowed. */
export interface MintRequest {
  subject: string
  /** Space-separated. @default none */
  scope?: string
  /** Further claims. @default none */
  claims?: Readonly<Record<string, unknown>>
  /** 1 to 86400. @default 300 */
  expiresInSeconds?: number
  /** One of the declared audiences. @default the only one */
  audience?: string
}

export interface LocalIssuer {
  issuer: string
  /** http://127.0.0.1:PORT, where the TLS front forwards the issuer's host to. */
  origin: string
  /** Clients that real flows can be tried with. */
  clients: {
    service: { clientId: string; clientSecret: string }
    /** Public, PKCE; the redirect URI matches with any port. */
    app: { clientId: string; redirectUri: string }
  }
  /** A token of this content, from the token endpoint. Rejects with the endpoint's error and description. */
  mint(request: MintRequest): Promise<string>
  /** New keys sign from now on; the ones before stay published until the next rotation. */
  rotateKeys(): Promise<void>
  publicJwks(): { keys: JWK[] }
  close(): Promise<void>
}

/**
 * Runs a certified OpenID provider on a free port of 127.0.0.1 under its production issuer name: discovery, JWKS, token and authorization
 * endpoints speak of `https://login.example.com` although they are reached here. Keys and clients' secrets are made fresh for every run.
 * Throws a `TypeError` for an issuer, audience or algorithm it cannot serve.
 */
export async function startIssuer(options: IssuerOptions): Promise<LocalIssuer> {
  const issuerUrl = readIssuer(options.issuer)
  if (options.audiences.length === 0)
    throw new TypeError('local issuer: no audience given; it makes tokens for declared ones only')
  const algorithms = readAlgorithms(options.algorithms)
  const now = options.now ?? Date.now

  // Loaded here, because loading alone prints a notice on some versions of Node.
  const { Provider, errors } = await withoutKnownNotices(() => import('oidc-provider'))
  const settings = {
    audiences: options.audiences,
    algorithms,
    serviceClientSecret: freshSecret(),
    cookieKey: freshSecret(),
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
      errors,
      resourceServerFor: (audience, scope) => resourceServer(audience, scope, algorithms[0]),
    })
    return provider.callback()
  }

  let current = await generateKeys(algorithms)
  let published = current
  let handle = await createProvider(published)

  const server = createServer((request, response) => {
    if (!isForUs(request, [issuerUrl.host, host])) {
      response.writeHead(421, { 'Content-Type': 'text/plain' })
      return response.end(
        `This is the local issuer ${options.issuer}; the Host header names another server.\n`,
      )
    }
    // It answers as its production name, and TLS ended at the front.
    request.headers.host = issuerUrl.host
    request.headers['x-forwarded-proto'] = 'https'
    delete request.headers['x-forwarded-host']
    return handle(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const origin = `http://${host}`

  return {
    issuer: options.issuer,
    origin,
    clients: {
      service: { clientId: serviceClientId, clientSecret: settings.serviceClientSecret },
      app: { clientId: appClientId, redirectUri: appRedirectUri },
    },
    mint: request => mintAt(origin, request),
    async rotateKeys() {
      const fresh = await generateKeys(algorithms)
      const next = [...fresh, ...current]
      handle = await createProvider(next)
      published = next
      current = fresh
    },
    publicJwks: () => ({ keys: published.map(publicPart) }),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function readIssuer(issuer: string): URL {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  if (url?.protocol !== 'https:' || issuer !== url.origin) {
    throw new TypeError(
      `local issuer: '${issuer}' is not supported; an issuer is an https origin without path or final slash, such as https://login.example.com`,
    )
  }
  return url
}

/** A page in the developer's browser must not reach the provider under a name of its own (DNS rebinding). */
function isForUs(request: IncomingMessage, hosts: readonly string[]): boolean {
  return hosts.includes(request.headers.host ?? '')
}

/** A token of the issuer at this origin. Rejects with the token endpoint’s error and description. */
export async function mintAt(origin: string, request: MintRequest): Promise<string> {
  const form = new URLSearchParams({
    grant_type: developerGrant,
    client_id: developerClientId,
    subject: request.subject,
  })
  if (request.scope !== undefined) form.set('scope', request.scope)
  if (request.claims !== undefined) form.set('claims', JSON.stringify(request.claims))
  if (request.expiresInSeconds !== undefined) form.set('expires_in', String(request.expiresInSeconds))
  if (request.audience !== undefined) form.set('audience', request.audience)
  const response = await fetch(`${origin}/token`, { method: 'POST', body: form })
  const answer = (await response.json()) as Record<string, string>
  if (!response.ok || !answer.access_token) throw new Error(`${answer.error}: ${answer.error_description}`)
  return answer.access_token
}
