import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AuthorizerManifest, readAuthorizerManifest } from '../contract/authorizer-manifest.ts'
import { type Deployed, resolveDeployed } from '../contract/deployed.ts'
import { type GateManifest, readGateManifest } from '../contract/gate-manifest.ts'
import { policyFolder } from '../contract/policy-package.ts'
import type { UpstreamManifest } from '../contract/upstream-manifest.ts'
import type { TokenProfile } from './issuer/token-profile.ts'
import type { LocalFunction } from './template/app.ts'

/** An issuer as the app's policy declares it, with deploy-time values filled in. */
export interface DeclaredIssuer extends TokenProfile {
  readonly issuer: string
  /** Its keys are part of the policy: nothing is asked of it, and nobody here can sign for it. */
  readonly pinned: boolean
  /** Null: where its discovery document says. */
  readonly jwksUri: string | null
  readonly audiences: readonly string[]
  readonly algorithms: readonly string[]
}

/** The policies that are deployed with an app's functions. */
export interface Manifests {
  /** Null when every route is public. */
  readonly authorizer: AuthorizerManifest | null
  readonly gates: readonly GateManifest[]
}

/** What the policies beside an app's functions say about its surroundings. */
export interface Policies extends Manifests {
  readonly issuers: readonly DeclaredIssuer[]
  /** Origins of HTTP upstreams: scheme, host, port. */
  readonly upstreamOrigins: readonly string[]
  /** Of these, those that must have a declared public key. */
  readonly pinnedOrigins: readonly string[]
  /** ARNs of secrets with which gates show themselves to upstreams. */
  readonly upstreamSecrets: readonly string[]
  /** ARNs (or names) of functions that are upstreams. */
  readonly upstreamFunctions: readonly string[]
  /** ARNs of keys in KMS that sign for a gateway, or are published by one. */
  readonly signingKeys: readonly string[]
  /** ARNs of functions that have, or should have, the second door inside. */
  readonly doorsInside: readonly string[]
}

/** Reads the manifests in these folders of functions and layers. One without is the user's own, and none of our business. */
export function readManifests(folders: readonly string[]): Manifests {
  const found = folders.flatMap(readManifest)
  return {
    authorizer: found.find(isAuthorizer)?.manifest ?? null,
    gates: found.filter(isGate).map(({ manifest }) => manifest),
  }
}

/** Reads the manifests of an app's functions, with what their environment says. */
export function readPolicies(functions: readonly LocalFunction[]): Policies {
  const found = functions.flatMap(({ arn, folder, layers, environment }) =>
    [folder, ...layers].flatMap(readManifest).map(manifest => ({ arn, environment, ...manifest })),
  )
  const gates = found.filter(isGate)
  const authorizer = found.find(isAuthorizer)
  return {
    authorizer: authorizer?.manifest ?? null,
    gates: gates.map(({ manifest }) => manifest),
    issuers: authorizer ? issuersOf(authorizer.manifest, authorizer.environment) : [],
    upstreamOrigins: gates.flatMap(({ environment, manifest: { upstream } }) =>
      upstream.kind === 'http' ? [new URL(resolveDeployed(upstream.url, environment)).origin] : [],
    ),
    pinnedOrigins: gates.flatMap(({ environment, manifest: { upstream } }) =>
      upstream.kind === 'http' && upstream.connection.publicKeys
        ? [new URL(resolveDeployed(upstream.url, environment)).origin]
        : [],
    ),
    upstreamSecrets: gates.flatMap(({ environment, manifest: { upstream } }) =>
      upstream.kind === 'http' && upstream.connection.clientCertificate
        ? [resolveDeployed(upstream.connection.clientCertificate.secret, environment)]
        : [],
    ),
    upstreamFunctions: gates.flatMap(({ environment, manifest: { upstream } }) =>
      upstream.kind === 'lambda' ? [resolveDeployed(upstream.functionArn, environment)] : [],
    ),
    signingKeys: gates.flatMap(({ environment, manifest: { upstream } }) =>
      keysOf(upstream).map(key => resolveDeployed(key, environment)),
    ),
    doorsInside: gates.flatMap(({ arn, manifest: { upstream } }) =>
      upstream.kind === 'direct' ? [arn] : [],
    ),
  }
}

function keysOf(upstream: UpstreamManifest): readonly Deployed[] {
  if (upstream.kind === 'keySet') return [upstream.current, ...upstream.others]
  return upstream.kind === 'http' && upstream.credentials?.kind === 'gatewayToken'
    ? [upstream.credentials.key]
    : []
}

type Found =
  | { readonly kind: 'authorizer'; readonly manifest: AuthorizerManifest }
  | { readonly kind: 'gate'; readonly manifest: GateManifest }

const isAuthorizer = <T extends Found>(found: T): found is Extract<T, { kind: 'authorizer' }> =>
  found.kind === 'authorizer'
const isGate = <T extends Found>(found: T): found is Extract<T, { kind: 'gate' }> => found.kind === 'gate'

/** Of a function's code, or of a layer. */
function readManifest(folder: string): Found[] {
  const path = [folder, join(folder, policyFolder)]
    .map(place => join(place, 'manifest.json'))
    .find(file => existsSync(file))
  if (path === undefined) return []
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { format?: unknown }
  if (!String(manifest.format).startsWith('sallyport/')) return []
  return manifest.format === 'sallyport/authorizer@1'
    ? [{ kind: 'authorizer', manifest: readAuthorizerManifest(manifest) }]
    : [{ kind: 'gate', manifest: readGateManifest(manifest) }]
}

function issuersOf(
  { issuers }: AuthorizerManifest,
  environment: LocalFunction['environment'],
): DeclaredIssuer[] {
  const value = (deployed: Deployed) => resolveDeployed(deployed, environment)
  return issuers.map(
    ({
      issuer,
      keys,
      audience,
      fixedClaims,
      algorithms,
      tokenType,
      requiredClaims,
      scopes,
      roles,
      clientClaim,
    }) => ({
      issuer: value(issuer),
      pinned: keys.kind === 'pinned',
      jwksUri: keys.kind === 'uri' ? value(keys.uri) : null,
      audiences: audience.values.map(value),
      algorithms,
      tokenType,
      audienceClaim: audience.claim,
      requiredClaims,
      fixedClaims: Object.fromEntries(
        Object.entries(fixedClaims).map(([claim, fixed]) => [claim, value(fixed)]),
      ),
      scopes,
      roles,
      clientClaim,
    }),
  )
}
