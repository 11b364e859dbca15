import type { JWK } from 'jose'
import { developerClientId, developerGrant } from './developer-grant.ts'
import { createHosts, type Hosts } from './hosts.ts'
import {
  createOpenIdProvider,
  type IssuerClients,
  type IssuerOptions,
  type OpenIdProvider,
} from './openid-provider.ts'
import { sitesOf } from './sites.ts'

/** The content of a token; see `registerDeveloperGrant` for what is allowed. */
export interface MintRequest {
  subject: string
  /** Space-separated. @default none */
  scope?: string
  /** Go where the issuer keeps roles. @default none */
  roles?: readonly string[]
  /** Further claims. @default none */
  claims?: Readonly<Record<string, unknown>>
  /** 1 to 86400. @default 300 */
  expiresInSeconds?: number
  /** One of the declared audiences. @default the only one */
  audience?: string
  /** Whom it names as its client. @default sallyport-cli */
  client?: string
}

/** An issuer that is served on this machine. */
export interface BuiltInIssuer {
  issuer: string
  /** http://127.0.0.1:PORT, where the TLS front forwards the issuer's host to. */
  origin: string
  /** The issuer's URL there, without final slash: `http://127.0.0.1:PORT/realms/main`. */
  url: string
  clients: IssuerClients
  /** A token of this content, from the token endpoint. Rejects with the endpoint's error and description. */
  mint(request: MintRequest): Promise<string>
  /** New keys sign from now on; the ones before stay published until the next rotation. */
  rotateKeys(): Promise<void>
  publicJwks(): { keys: JWK[] }
  /**
   * From now on its hosts drop every connection, for whoever else is served there as well, and no token can be made.
   * Keys stay what they are, and may be rotated.
   */
  pause(): void
  /** Its hosts answer again, where they did before. */
  resume(): void
}

export interface LocalIssuer extends BuiltInIssuer {
  close(): Promise<void>
}

/**
 * Runs a certified OpenID provider on a free port of 127.0.0.1 under its production issuer name: discovery, JWKS, token and authorization
 * endpoints speak of `https://login.example.com` although they are reached here. Keys and clients' secrets are made fresh for every run.
 * One issuer alone; several, which may share hosts: `createIssuers`.
 * Throws a `TypeError` for an issuer, audience or algorithm it cannot serve.
 */
export async function startIssuer(options: IssuerOptions): Promise<LocalIssuer> {
  const provider = await createOpenIdProvider(options)
  const hosts = createHosts()
  await hosts.serve(sitesOf([provider]))
  return { ...servedBy(provider, hosts), close: hosts.close }
}

/** A provider with the place where it is served. */
export function servedBy(
  { address, jwksUri, clients, rotateKeys, publicJwks }: OpenIdProvider,
  hosts: Hosts,
): BuiltInIssuer {
  const origin = hosts.origins()[address.url.hostname]
  const names = [address.url, jwksUri ?? address.url].map(url => url.hostname)
  if (origin === undefined) throw new TypeError(`local issuer: nothing serves ${address.issuer}`)
  const url = origin + address.basePath
  return {
    issuer: address.issuer,
    origin,
    url,
    clients,
    rotateKeys,
    publicJwks,
    pause: () => hosts.setAnswering(names, false),
    resume: () => hosts.setAnswering(names, true),
    mint: request => mintAt(url, request),
  }
}

/**
 * A token of the issuer that is served at this URL. Rejects with the token endpoint’s error and description.
 *
 * @param url as in {@link BuiltInIssuer.url}
 */
export async function mintAt(url: string, request: MintRequest): Promise<string> {
  const form = new URLSearchParams({
    grant_type: developerGrant,
    client_id: developerClientId,
    subject: request.subject,
  })
  if (request.scope !== undefined) form.set('scope', request.scope)
  if (request.roles !== undefined) form.set('roles', JSON.stringify(request.roles))
  if (request.claims !== undefined) form.set('claims', JSON.stringify(request.claims))
  if (request.expiresInSeconds !== undefined) form.set('expires_in', String(request.expiresInSeconds))
  if (request.audience !== undefined) form.set('audience', request.audience)
  if (request.client !== undefined) form.set('client', request.client)
  const response = await fetch(`${url}/token`, { method: 'POST', body: form })
  const answer = (await response.json()) as Record<string, string>
  if (!response.ok || !answer.access_token) throw new Error(`${answer.error}: ${answer.error_description}`)
  return answer.access_token
}
