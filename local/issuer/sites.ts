import type { RequestListener } from 'node:http'
import type { JWK } from 'jose'
import { UsageError } from '../usage-error.ts'
import type { Site } from './hosts.ts'
import type { OpenIdProvider } from './openid-provider.ts'

/**
 * What the providers serve, and where: each one below its issuer's URL, and its key set also at its declared `jwksUri`.
 * Throws a {@link UsageError} for two issuers that have one discovery document between them.
 */
export function sitesOf(providers: readonly OpenIdProvider[]): Site[] {
  refuseSameDiscovery(providers)
  const declared = new Map(providers.flatMap(({ jwksUri }) => (jwksUri ? [[jwksUri.href, jwksUri]] : [])))
  return [
    ...providers.map(({ address, handle }): Site => ({ url: address.url, answers: 'below', handle })),
    ...[...declared.values()].map((url): Site => {
      // Issuers may publish in one place: a tenant with two names, or one whose jwksUri is another's own key set.
      const publishers = providers.filter(
        provider => provider.jwksUri?.href === url.href || ownJwksUri(provider) === url.href,
      )
      return { url, answers: 'exactly', handle: publish(() => publishers.flatMap(keysOf)) }
    }),
  ]
}

const keysOf = (provider: OpenIdProvider) => provider.publicJwks().keys
const ownJwksUri = ({ address }: OpenIdProvider) => `${address.url.origin}${address.basePath}/jwks`

/** A key set (RFC 7517 §8.5.2). */
const publish =
  (keys: () => JWK[]): RequestListener =>
  (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end()
      return
    }
    response.writeHead(200, { 'Content-Type': 'application/jwk-set+json; charset=utf-8' })
    response.end(JSON.stringify({ keys: keys() }))
  }

function refuseSameDiscovery(providers: readonly OpenIdProvider[]): void {
  const seen = new Map<string, string>()
  for (const { address } of providers) {
    // Without the port: the front knows a host by its name alone.
    const place = address.url.hostname + address.basePath
    const other = seen.get(place)
    if (other !== undefined) {
      throw new UsageError(
        `issuers ${other} and ${address.issuer} would be served at the same place, ${place}; declare the one whose name tokens carry`,
      )
    }
    seen.set(place, address.issuer)
  }
}
