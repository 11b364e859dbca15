import { createHash } from 'node:crypto'
import type { AuthorizerManifest, IssuerManifest, RouteAccess } from '../../contract/authorizer-manifest.ts'
import type { Deployed } from '../../contract/deployed.ts'
import type { GateManifest, GateRoute } from '../../contract/gate-manifest.ts'
import type { Rule } from '../../contract/rule.ts'
import type { CredentialsManifest, UpstreamManifest } from '../../contract/upstream-manifest.ts'
import { acceptedIssuers } from '../declare/accepted-issuers.ts'
import type { Access } from '../declare/access.ts'
import type { ClientAddress } from '../declare/client-address.ts'
import type { Cors } from '../declare/cors.ts'
import type { DeclaredCredentials } from '../declare/credentials.ts'
import type { Issuer } from '../declare/issuer.ts'
import type { UpstreamTarget } from '../declare/upstream.ts'
import type { Gate } from '../gate.ts'
import type { Route } from '../route.ts'
import { bodyManifest } from './body.ts'
import { connectionManifest } from './connection.ts'
import { outputManifest } from './outputs.ts'
import { parameterManifest } from './parameters.ts'
import { corsManifest } from './preflights.ts'
import { resilienceManifest } from './resilience.ts'
import { literalsBeside } from './resources.ts'

/** A value known at synth goes into the manifest; one known only at deploy travels as an environment variable. */
export type Deploy = (name: string, value: string) => Deployed

export function issuerManifest({ declaration }: Issuer, index: number, deploy: Deploy): IssuerManifest {
  const { keys, audience, fixedClaims, leeway, maxLifetime, maxAge, ...same } = declaration
  const name = `ISSUER_${index}`
  return {
    ...same,
    issuer: deploy(name, declaration.issuer),
    keys: keys.kind === 'uri' ? { kind: 'uri', uri: deploy(`${name}_JWKS_URI`, keys.uri) } : keys,
    audience: {
      claim: audience.claim,
      values: audience.values.map((value, i) => deploy(`${name}_AUDIENCE_${i}`, value)),
    },
    fixedClaims: Object.fromEntries(
      Object.entries(fixedClaims).map(([claim, value], i) => [claim, deploy(`${name}_CLAIM_${i}`, value)]),
    ),
    leewaySeconds: leeway.toSeconds(),
    maxLifetimeSeconds: maxLifetime.toSeconds(),
    maxAgeSeconds: maxAge?.toSeconds() ?? null,
  }
}

export function upstreamManifest(target: UpstreamTarget, deploy: Deploy): UpstreamManifest {
  switch (target.kind) {
    case 'http':
      return {
        kind: 'http',
        url: deploy('UPSTREAM_URL', target.url),
        timeoutMs: target.timeout.toMilliseconds(),
        maxResponseBytes: target.maxResponseBytes,
        connection: connectionManifest(target.connection, deploy),
        resilience: resilienceManifest(target.resilience),
        principal: target.principal.declared,
        credentials: credentialsManifest(target.credentials?.declared, deploy),
      }
    case 'lambda':
      return {
        kind: 'lambda',
        functionArn: deploy('UPSTREAM_FUNCTION', target.function.functionArn),
        timeoutMs: target.timeout.toMilliseconds(),
      }
    case 'keySet': {
      const [current = '', ...others] = target.identity.publishedKeys.map(({ keyArn }, i) =>
        deploy(`SIGNING_KEY_${i}`, keyArn),
      )
      return { kind: 'keySet', current, others }
    }
    case 'direct':
    case 'stub':
      return { kind: target.kind }
  }
}

function credentialsManifest(
  declared: DeclaredCredentials | undefined,
  deploy: Deploy,
): CredentialsManifest | null {
  switch (declared?.kind) {
    case 'gatewayToken':
      return {
        kind: 'gatewayToken',
        issuer: deploy('GATEWAY_ISSUER', declared.identity.issuer),
        audience: deploy('GATEWAY_AUDIENCE', declared.audience),
        key: deploy('SIGNING_KEY', declared.identity.key.keyArn),
        lifetimeSeconds: declared.lifetime.toSeconds(),
      }
    case 'sigV4': {
      const { service, region } = declared
      return {
        kind: 'sigV4',
        service,
        region: region === undefined ? null : deploy('SIGNING_REGION', region),
      }
    }
    case undefined:
      return null
  }
}

/** The issuers of an API, as they were declared and as the first door knows them, in one order. */
export interface ApiIssuers {
  readonly declared: readonly Issuer[]
  readonly manifests: readonly IssuerManifest[]
}

/** What one route asks of a token, with a hash that changes whenever any of it does. */
export function routeAccess(
  { access, rule, limits, output, upstream }: Route,
  issuers: ApiIssuers,
): RouteAccess {
  const accepted = acceptedIssuers(access, issuers.declared).map(issuer => issuers.declared.indexOf(issuer))
  const asked = {
    issuers: accepted,
    scopes: access.scopes,
    anyScope: access.anyScope,
    roles: access.roles,
    claims: access.requirements,
    carried: carriedClaims(access, rule, [...limits.claims, ...toldClaims(upstream.target)]),
    viewers: output.kind === 'declared' ? output.viewers : [],
  }
  const decisive = [
    // What the issuers are, not where they stand: another one before them changes nothing here.
    { ...asked, issuers: accepted.map(place => issuers.manifests[place]) },
    access.bindings,
    access.authentication ?? null,
    access.rule ?? null,
  ]
  const hash = createHash('sha256').update(JSON.stringify(decisive)).digest('base64url')
  return { ...asked, fingerprint: hash.slice(0, 22) }
}

/** What an upstream is told. */
const toldClaims = (target: UpstreamTarget): string[] =>
  target.kind === 'http' && target.principal.declared.kind === 'claims'
    ? target.principal.declared.headers.map(({ claim }) => claim)
    : []

/** What the second door decides on, or tells. */
const carriedClaims = (
  { bindings, authentication }: Access,
  rule: Rule | undefined,
  otherClaims: readonly string[],
): string[] =>
  [
    ...new Set([
      ...bindings.map(({ claim }) => claim),
      ...(rule?.claims ?? []),
      ...otherClaims,
      ...(authentication && authentication.acrValues.length > 0 ? ['acr'] : []),
      ...(authentication?.mfa ? ['amr'] : []),
      ...(authentication && authentication.maxAgeSeconds !== null ? ['auth_time'] : []),
    ]),
  ].sort()

/** What an API declares that its first door knows. */
export interface FirstDoorSurroundings {
  readonly api: string
  readonly stage: string
  readonly issuers: ApiIssuers
  readonly verifiedTtlSeconds: number
  readonly routes: readonly Route[]
  readonly cors: Cors | undefined
  readonly clientAddress: ClientAddress | undefined
  readonly audit: boolean
}

export const authorizerManifest = ({
  api,
  stage,
  issuers,
  verifiedTtlSeconds,
  routes,
  cors,
  clientAddress,
  audit,
}: FirstDoorSurroundings): AuthorizerManifest => ({
  format: 'sallyport/authorizer@1',
  api,
  stage,
  issuers: issuers.manifests,
  verifiedTtlSeconds,
  audit,
  clientAddress: clientAddressOf(clientAddress),
  sharedOrigins: cors && cors.origins.length > 1 ? cors.origins : [],
  routes: Object.fromEntries(
    routes
      .filter(route => route.access.kind === 'token')
      .map(route => [route.key, routeAccess(route, issuers)]),
  ),
})

const clientAddressOf = (given: ClientAddress | undefined): GateManifest['clientAddress'] =>
  given ? { from: given.from, hops: given.hops } : null

/** What an API declares that all of its gates know. */
export interface GateSurroundings {
  readonly api: string
  readonly issuers: ApiIssuers
  /** Of the whole API. */
  readonly routes: readonly Route[]
  readonly budgetMs: number
  readonly clientAddress: ClientAddress | undefined
  readonly clientCertificates: boolean
  readonly cors: Cors | undefined
  /** Answers the preflights of paths before which there is no gate of their own. */
  readonly preflights: Gate | undefined
  readonly audit: boolean
}

export function gateManifest(gate: Gate, surroundings: GateSurroundings): GateManifest {
  const { api, issuers, routes, budgetMs, clientAddress, clientCertificates, cors, preflights, audit } =
    surroundings
  const own = routes.filter(route => route.gate === gate)
  const paths = routes.map(({ path }) => path)
  return {
    format: 'sallyport/gate@1',
    api,
    gate: gate.node.id,
    upstream: gate.upstreamManifest,
    state: gate.table === null ? null : { table: gate.table, budgetMs },
    clientAddress: clientAddressOf(clientAddress),
    clientCertificates,
    audit,
    speaksCel: own.some(speaksCel),
    cors: cors ? corsManifest(cors, gate, routes, preflights) : null,
    routes: Object.fromEntries(own.map(route => [route.key, gateRoute(route, issuers, paths)])),
  }
}

/** Tiers have no conditions. */
const speaksCel = ({ rule, limits }: Route): boolean =>
  rule !== undefined || limits.manifest.layers.some(({ bounds }) => bounds.some(({ when }) => when !== null))

function gateRoute(route: Route, issuers: ApiIssuers, paths: readonly string[]): GateRoute {
  const { access, input, output, limits, upstream } = route
  const { target } = upstream
  return {
    access:
      access.kind === 'public'
        ? { kind: 'public' }
        : {
            kind: 'token',
            fingerprint: routeAccess(route, issuers).fingerprint,
            bind: access.bindings,
            authentication: access.authentication ?? null,
            rule: access.rule ?? null,
          },
    input: {
      path: input.path.map(each => ({
        ...parameterManifest(each),
        reserved: literalsBeside(route.path, each.name, paths),
      })),
      query: input.query.map(parameterManifest),
      headers: input.headers.map(parameterManifest),
      cookies: input.cookies.map(parameterManifest),
      body: input.body && bodyManifest(input.body, route.maxBodyBytes),
      undeclared: input.undeclared,
      logUndeclared: route.logUndeclared,
      forwardAuthorization: route.forwardAuthorization !== null,
    },
    limits: limits.manifest,
    output: outputManifest(output),
    stub: target.kind === 'stub' ? { status: target.status, body: target.body } : null,
  }
}
