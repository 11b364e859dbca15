import { createHash } from 'node:crypto'
import type {
  AuthorizerManifest,
  Deployed,
  GateManifest,
  GateRoute,
  IssuerManifest,
  Parameter,
  RouteAccess,
  UpstreamManifest,
} from '../../contract/manifest.ts'
import type { Access } from '../declare/access.ts'
import type { Issuer } from '../declare/issuer.ts'
import type { UpstreamTarget } from '../declare/upstream.ts'
import type { Gate } from '../gate.ts'
import type { Route } from '../route.ts'
import type { CompiledParameter } from './parameters.ts'
import { literalsBeside } from './resources.ts'

/** A value known at synth goes into the manifest; one known only at deploy travels as an environment variable. */
export type Deploy = (name: string, value: string) => Deployed

export const issuerManifest = (issuer: Issuer, index: number, deploy: Deploy): IssuerManifest => ({
  issuer: deploy(`ISSUER_${index}`, issuer.issuer),
  jwksUri: issuer.jwksUri === undefined ? null : deploy(`ISSUER_${index}_JWKS_URI`, issuer.jwksUri),
  audiences: issuer.audiences.map((audience, i) => deploy(`ISSUER_${index}_AUDIENCE_${i}`, audience)),
  algorithms: issuer.algorithms,
  tokenType: issuer.tokenType,
  requiredClaims: issuer.requiredClaims,
  leewaySeconds: issuer.leeway.toSeconds(),
  maxLifetimeSeconds: issuer.maxLifetime.toSeconds(),
  maxAgeSeconds: issuer.maxAge?.toSeconds() ?? null,
  rolesClaim: issuer.rolesClaim,
})

export function upstreamManifest(target: UpstreamTarget, deploy: Deploy): UpstreamManifest {
  switch (target.kind) {
    case 'http':
      return {
        kind: 'http',
        url: deploy('UPSTREAM_URL', target.url),
        timeoutMs: target.timeout.toMilliseconds(),
        maxResponseBytes: target.maxResponseBytes,
      }
    case 'lambda':
      return {
        kind: 'lambda',
        functionArn: deploy('UPSTREAM_FUNCTION', target.function.functionArn),
        timeoutMs: target.timeout.toMilliseconds(),
      }
    case 'stub':
      return { kind: 'stub' }
  }
}

/** What one access rule asks of a token, with a hash that changes whenever any of it does. */
export function routeAccess(access: Access, issuers: readonly IssuerManifest[]): RouteAccess {
  const rule = {
    scopes: access.scopes,
    roles: access.roles,
    claims: access.rules,
    bound: access.bindings.map(binding => binding.claim),
  }
  const hash = createHash('sha256')
    .update(JSON.stringify([rule, access.bindings, issuers]))
    .digest('base64url')
  return { ...rule, rule: hash.slice(0, 22) }
}

export const authorizerManifest = (
  api: string,
  stage: string,
  issuers: readonly IssuerManifest[],
  routes: readonly Route[],
): AuthorizerManifest => ({
  format: 'sallyport/authorizer@1',
  api,
  stage,
  issuers,
  routes: Object.fromEntries(
    routes
      .filter(route => route.access.kind === 'token')
      .map(route => [route.key, routeAccess(route.access, issuers)]),
  ),
})

export const gateManifest = (
  api: string,
  gate: Gate,
  issuers: readonly IssuerManifest[],
  routes: readonly Route[],
): GateManifest => ({
  format: 'sallyport/gate@1',
  api,
  gate: gate.node.id,
  upstream: gate.upstreamManifest,
  table: gate.table,
  routes: Object.fromEntries(
    routes
      .filter(route => route.gate === gate)
      .map(route => [
        route.key,
        gateRoute(
          route,
          issuers,
          routes.map(({ path }) => path),
        ),
      ]),
  ),
})

function gateRoute(route: Route, issuers: readonly IssuerManifest[], paths: readonly string[]): GateRoute {
  const { access, input, userLimit, upstream } = route
  const { target } = upstream
  return {
    access:
      access.kind === 'public'
        ? { kind: 'public' }
        : { kind: 'token', rule: routeAccess(access, issuers).rule, bind: access.bindings },
    input: {
      path: input.path.map(each => ({
        ...parameter(each),
        reserved: literalsBeside(route.path, each.name, paths),
      })),
      query: input.query.map(parameter),
      headers: input.headers.map(parameter),
      cookies: input.cookies.map(parameter),
      body: input.body && {
        required: input.body.required,
        maxBytes: route.maxBodyBytes,
        projection: input.body.projection,
      },
    },
    userLimit: userLimit && {
      counter: userLimit.counter,
      max: userLimit.limit.max,
      periodSeconds: userLimit.limit.periodSeconds,
    },
    stub: target.kind === 'stub' ? { status: target.status, body: target.body } : null,
  }
}

const parameter = ({ name, wire, many }: CompiledParameter): Parameter => ({ name, wire, many })
