import { type App, Duration, Size } from 'aws-cdk-lib'
import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito'
import type { IVpc } from 'aws-cdk-lib/aws-ec2'
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager'
import {
  Access,
  ClientAddress,
  ClientCertificate,
  Issuer,
  Limit,
  Output,
  optional,
  type PathParameters,
  type Route,
  Trust,
  Upstream,
  type ZeroTrustApi,
  type ZeroTrustApiProps,
} from 'sallyport'
import { z } from 'zod'

// Declarations that must compile: the other side of must-not-compile.ts. Nothing here is ever called.

const upstream = Upstream.stub(200, null)

export function connections(secret: ISecret, vpc: IVpc): Upstream[] {
  const clientCertificate = ClientCertificate.fromSecret(secret, { cacheTtl: Duration.minutes(1) })
  return [
    Upstream.http('https://crm.example.com', { trust: Trust.publicKeys('sha256/a', 'sha256/b') }),
    Upstream.http('https://crm.example.com', {
      trust: Trust.authorities('pem', 'pem').withPublicKeys('sha256/a'),
      clientCertificate,
      unsafeTls12: 'the appliance',
      network: 'private',
      vpc: { vpc, subnets: { subnetGroupName: 'inner' }, securityGroups: [] },
      connectTimeout: Duration.seconds(1),
    }),
  ]
}

export function routes(api: ZeroTrustApi): Route {
  api.addRoute('GET /', { upstream, access: Access.public() })
  api.addRoute('GET /a', { upstream, access: Access.token(), input: {}, output: Output.unsafeAny('why') })
  // One rule for many routes, whatever their parameters.
  const access = Access.token({ scopes: ['deals:read'], claims: { tenant: { oneOf: ['a', 'b'] } } })
  api.addRoute('GET /deals', { upstream, access })
  api.addRoute('GET /deals/{dealId}', { upstream, access, input: { path: { dealId: z.uuid() } } })
  // Two parameters, of which the rule refers to one.
  return api.addRoute('PUT /users/{userId}/deals/{dealId}', {
    upstream: api.addUpstream('Crm', Upstream.http('https://crm.example.com')),
    output: {
      200: z.object({ title: z.string() }),
      201: Output.json(
        { type: 'object', properties: { margin: { type: 'number' } } },
        {
          headers: ['location'],
          cookies: ['session'],
          visibleTo: { '/margin': { roles: ['manager'], scopes: { anyOf: ['a', 'b'] } } },
        },
      ),
      202: Output.text({ maxSize: Size.kibibytes(1) }),
      203: Output.bytes(['application/pdf']),
      204: Output.empty(),
    },
    access: Access.token({ claims: { sub: { equalsPath: 'userId' } } }),
    input: {
      path: { userId: { type: 'string', maxLength: 64 }, dealId: z.uuid() },
      query: {
        expand: optional({ type: 'string', enum: ['notes'] }),
        sort: optional(z.enum(['title', 'amount'])),
        state: z.union([z.literal('open'), z.literal('won')]),
      },
      headers: { 'accept-language': z.string().optional() },
      body: z.object({ title: z.string() }),
    },
    limits: {
      user: Limit.tiers('plan', { free: Limit.perMinute(6), pro: [Limit.perSecond(9), Limit.perDay(999)] }),
      client: Limit.unsafeNone('one client alone'),
      ip: [Limit.perSecond(5), Limit.perHour(100, { burst: 10, when: "claims.plan == 'free'" })],
      unsafeOpenWithoutStore: false,
    },
    cost: 5,
  })
}

export const limits: ZeroTrustApiProps = {
  limits: {
    service: { reads: Limit.perSecond(100), writes: [Limit.perSecond(10), Limit.perHour(1000)] },
    upstream: { writes: Limit.perSecond(10) },
    user: { reads: Limit.tiers('plan', { free: Limit.perMinute(6) }) },
    budget: Duration.millis(100),
    unsafeOpenWithoutStore: 'reads only',
  },
  controls: true,
  clientAddress: ClientAddress.behindProxies({ from: ['203.0.113.0/24'] }),
}
export const limited = Upstream.http('https://crm.example.com', { limit: Limit.unsafeNone('it scales') })

export const parameters: Record<PathParameters<'GET /a/{b}/c/{d}'>, true> = { b: true, d: true }
export const none: [PathParameters<'GET /a'>] extends [never] ? true : false = true

export function presets(userPool: IUserPool, client: IUserPoolClient): Issuer[] {
  const audience = 'https://api.example.com'
  return [
    Issuer.cognito(userPool, { clients: [client, 'client'], resource: audience }),
    Issuer.auth0('tenant.eu.auth0.com', { audience, profile: 'rfc9068', algorithms: ['PS256'] }),
    Issuer.okta('https://login.example.com/oauth2/default', {
      audience: [audience],
      rolesClaim: ['app', 'roles'],
    }),
    Issuer.entra('aaaabbbb-0000-cccc-1111-dddd2222eeee', {
      audience: '00001111-aaaa-2222-bbbb-3333cccc4444',
      authority: 'login.microsoftonline.us',
    }),
    Issuer.keycloak('https://sso.example.com/realms/main', { audience, rolesOfClient: 'deals' }),
    Issuer.google({ audience, hostedDomain: null, leeway: Duration.seconds(30) }),
    Issuer.keys('https://login.example.com', {
      audience,
      algorithms: ['EdDSA'],
      keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'k1', x: 'x' }],
    }),
  ]
}

export const props = (app: App): ZeroTrustApiProps => ({
  issuers: [
    Issuer.oidc(String(app.node.tryGetContext('issuer')), {
      audience: ['a', 'b'],
      algorithms: ['ES256', 'EdDSA'],
    }),
  ],
})
