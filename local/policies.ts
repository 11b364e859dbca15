import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AuthorizerManifest,
  type GateManifest,
  readAuthorizerManifest,
  readGateManifest,
  resolveDeployed,
} from '../contract/manifest.ts'
import type { LocalFunction } from './template/app.ts'

/** An issuer as the app's policy declares it, with deploy-time values filled in. */
export interface DeclaredIssuer {
  readonly issuer: string
  readonly jwksUri: string | null
  readonly audiences: readonly string[]
  readonly algorithms: readonly string[]
}

/** What the policies beside an app's functions say about its surroundings. */
export interface Policies {
  readonly authorizer: AuthorizerManifest | null
  readonly gates: readonly GateManifest[]
  readonly issuers: readonly DeclaredIssuer[]
  /** Origins of HTTP upstreams: scheme, host, port. */
  readonly upstreamOrigins: readonly string[]
}

/** Reads the manifests of an app's functions. A function without one is the user's own, and none of our business. */
export function readPolicies(functions: readonly LocalFunction[]): Policies {
  const manifests = functions.flatMap(fn => {
    const path = join(fn.folder, 'manifest.json')
    const manifest = existsSync(path)
      ? (JSON.parse(readFileSync(path, 'utf8')) as { format?: unknown })
      : undefined
    return manifest && String(manifest.format).startsWith('sallyport/') ? [{ fn, manifest }] : []
  })
  const authorizers = manifests.filter(({ manifest }) => manifest.format === 'sallyport/authorizer@1')
  const gates = manifests
    .filter(entry => !authorizers.includes(entry))
    .map(({ fn, manifest }) => ({ fn, manifest: readGateManifest(manifest) }))
  const authorizer = authorizers.map(({ fn, manifest }) => ({
    fn,
    manifest: readAuthorizerManifest(manifest),
  }))[0]
  return {
    authorizer: authorizer?.manifest ?? null,
    gates: gates.map(({ manifest }) => manifest),
    issuers: authorizer ? issuersOf(authorizer.manifest, authorizer.fn.environment) : [],
    upstreamOrigins: gates.flatMap(({ fn, manifest: { upstream } }) =>
      upstream.kind === 'http' ? [new URL(resolveDeployed(upstream.url, fn.environment)).origin] : [],
    ),
  }
}

const issuersOf = (
  manifest: AuthorizerManifest,
  environment: LocalFunction['environment'],
): DeclaredIssuer[] =>
  manifest.issuers.map(({ issuer, jwksUri, audiences, algorithms }) => ({
    issuer: resolveDeployed(issuer, environment),
    jwksUri: jwksUri === null ? null : resolveDeployed(jwksUri, environment),
    audiences: audiences.map(audience => resolveDeployed(audience, environment)),
    algorithms,
  }))
