import { type IssuerManifest, resolveDeployed } from '../../contract/manifest.ts'
import { mediaType } from './jws.ts'
import { createKeys, type KeyServices, type Keys } from './keys.ts'

/** One declared issuer with everything that may be believed from it. */
export interface Issuer {
  readonly name: string
  readonly audiences: readonly string[]
  readonly algorithms: readonly string[]
  /** Lower case, without `application/`. */
  readonly tokenType: string
  /** Claims that must be there beside those every token needs, as text. */
  readonly requiredClaims: readonly string[]
  readonly leewaySeconds: number
  /** Longest time from `iat` to `exp`. */
  readonly maxLifetimeSeconds: number
  /** Longest time since `iat`; null: as long as it lives. */
  readonly maxAgeSeconds: number | null
  readonly rolesClaim: string
  readonly keys: Keys
}

export interface Issuers {
  /** The declared issuer of exactly this name. */
  named(name: string | undefined): Issuer | undefined
}

export interface IssuerServices extends KeyServices {
  readonly environment: Record<string, string | undefined>
}

/** Each issuer with a key cache of its own: what one publishes can never be used for another. */
export function createIssuers(declared: readonly IssuerManifest[], services: IssuerServices): Issuers {
  const value = (deployed: Parameters<typeof resolveDeployed>[0]) =>
    resolveDeployed(deployed, services.environment)
  const issuers = declared.map((issuer): Issuer => {
    const name = value(issuer.issuer)
    return {
      name,
      audiences: issuer.audiences.map(value),
      algorithms: issuer.algorithms,
      tokenType: mediaType(issuer.tokenType),
      requiredClaims: issuer.requiredClaims,
      leewaySeconds: issuer.leewaySeconds,
      maxLifetimeSeconds: issuer.maxLifetimeSeconds,
      maxAgeSeconds: issuer.maxAgeSeconds,
      rolesClaim: issuer.rolesClaim,
      keys: createKeys(
        {
          issuer: name,
          jwksUri: issuer.jwksUri === null ? null : value(issuer.jwksUri),
          algorithms: issuer.algorithms,
        },
        services,
      ),
    }
  })
  const byName = new Map(issuers.map(issuer => [issuer.name, issuer]))
  if (byName.size !== issuers.length) throw new Error('two issuers of the same name')
  return { named: name => (name === undefined ? undefined : byName.get(name)) }
}
