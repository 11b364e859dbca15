import { setTimeout as pause } from 'node:timers/promises'
import type { IssuerManifest } from '../../contract/authorizer-manifest.ts'
import { type Deployed, resolveDeployed } from '../../contract/deployed.ts'
import { mediaType } from './jws.ts'
import { createKeys, type KeyServices, type Keys } from './keys.ts'
import { createPinnedKeys } from './pinned-keys.ts'

/** One declared issuer with everything that may be believed from it. What is not said here is as its manifest says. */
export interface Issuer
  extends Pick<
    IssuerManifest,
    | 'algorithms'
    | 'requiredClaims'
    | 'scopes'
    | 'roles'
    | 'clientClaim'
    | 'leewaySeconds'
    | 'maxLifetimeSeconds'
    | 'maxAgeSeconds'
  > {
  readonly name: string
  /** Its place in the manifest, by which routes name the issuers they accept. */
  readonly place: number
  readonly audience: { readonly claim: 'aud' | 'client_id'; readonly values: readonly string[] }
  /** Lower case, without `application/`; null: none. */
  readonly tokenType: string | null
  readonly fixedClaims: ReadonlyArray<readonly [claim: string, value: string]>
  readonly keys: Keys
}

export interface Issuers {
  /** The declared issuer of exactly this name. */
  named(name: string): Issuer | undefined
  /** Has everyone's keys ready, as far as that is quick. */
  prepare(): Promise<void>
}

export interface IssuerServices extends KeyServices {
  readonly environment: Record<string, string | undefined>
}

// One issuer's slow key server must not hold up the callers of the others.
const patienceMs = 1500

/** Each issuer with a key cache of its own: what one publishes can never be used for another. */
export function createIssuers(declared: readonly IssuerManifest[], services: IssuerServices): Issuers {
  const issuers = declared.map((issuer, place) => openIssuer(issuer, place, services))
  const byName = new Map(issuers.map(issuer => [issuer.name, issuer]))
  if (byName.size !== issuers.length) throw new Error('two issuers of the same name')
  return {
    named: name => byName.get(name),
    prepare: async () => {
      const all = Promise.all(issuers.map(({ keys }) => keys.prepare()))
      await Promise.race([all, pause(patienceMs, undefined, { ref: false })])
    },
  }
}

function openIssuer(manifest: IssuerManifest, place: number, services: IssuerServices): Issuer {
  const value = (deployed: Deployed) => resolveDeployed(deployed, services.environment)
  const { issuer, keys, audience, tokenType, fixedClaims, ...same } = manifest
  const name = value(issuer)
  return {
    ...same,
    name,
    place,
    audience: { claim: audience.claim, values: audience.values.map(value) },
    tokenType: tokenType === null ? null : mediaType(tokenType),
    fixedClaims: Object.entries(fixedClaims).map(([claim, fixed]) => [claim, value(fixed)] as const),
    keys: openKeys(keys, name, value, manifest.algorithms, services),
  }
}

function openKeys(
  source: IssuerManifest['keys'],
  issuer: string,
  value: (deployed: Deployed) => string,
  algorithms: IssuerManifest['algorithms'],
  services: KeyServices,
): Keys {
  switch (source.kind) {
    case 'discovery':
      return createKeys({ issuer, jwksUri: null, algorithms }, services)
    case 'uri':
      return createKeys({ issuer, jwksUri: value(source.uri), algorithms }, services)
    case 'pinned':
      return createPinnedKeys(source.keys, algorithms)
  }
}
