import { type App, Duration, Size, type Stack, Validations } from 'aws-cdk-lib'
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager'
import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito'
import type { IVpc, IVpcEndpoint } from 'aws-cdk-lib/aws-ec2'
import type { IHostedZone } from 'aws-cdk-lib/aws-route53'
import { type IBucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager'
import {
  Access,
  AuditTrail,
  Breaker,
  ClientAddress,
  ClientCertificate,
  Credentials,
  Endpoint,
  type GatewayIdentity,
  Issuer,
  Limit,
  Output,
  optional,
  type PathParameters,
  Principal,
  type Route,
  Trust,
  Upstream,
  WebFirewall,
  type ZeroTrustApi,
  type ZeroTrustApiProps,
} from 'sallyport'
import { ZeroTrustChecks } from 'sallyport/checks'
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

export const resilient = Upstream.http('https://crm.example.com', {
  retries: 2,
  breaker: Breaker.after({ failures: 3, of: 6, openFor: Duration.seconds(30) }),
  maxConcurrent: 10,
})
export const unbroken = Upstream.http('https://crm.example.com', {
  retries: 0,
  breaker: Breaker.unsafeNone('its mesh has one'),
})
export const identified = (identity: GatewayIdentity, api: ZeroTrustApi): Upstream[] => {
  api.addRoute('GET /.well-known/jwks.json', { upstream: identity.keySet, access: Access.public() })
  const url = 'https://crm.example.com'
  return [
    Upstream.http(url, { credentials: Credentials.gatewayToken(identity, { audience: url }) }),
    Upstream.http(url, {
      principal: Principal.claims({ 'x-user-id': 'sub' }),
      credentials: Credentials.gatewayToken(identity, { audience: url, lifetime: Duration.minutes(1) }),
    }),
    Upstream.http(url, {
      principal: Principal.none(),
      credentials: Credentials.sigV4({
        service: 'execute-api',
        allow: {
          actions: ['execute-api:Invoke'],
          resources: ['arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/live/GET/*'],
        },
      }),
    }),
  ]
}

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

export const checked = (app: App): void => Validations.of(app).addPlugins(new ZeroTrustChecks())

export function firewall(stack: Stack, api: ZeroTrustApi): void {
  new WebFirewall(stack, 'Firewall', {
    mode: 'count',
    rate: { requests: 10, per: Duration.minutes(1) },
    unsafeWithout: { bodySize: 'files', anonymousIp: 'machines call from clouds' },
    unsafeCountOnly: { CrossSiteScripting_BODY: 'deals hold HTML' },
  }).protect(api)
}

export const bulkhead = Upstream.http('https://crm.example.com', { reservedConcurrency: 50 })
export const edge = (
  certificate: ICertificate,
  hostedZone: IHostedZone,
  bucket: IBucket,
  way: IVpcEndpoint,
): ZeroTrustApiProps[] => [
  {
    domain: {
      name: 'api.example.com',
      certificate,
      hostedZone,
      clientCertificates: { bucket, key: 'ca.pem', version: 'v1' },
    },
    endpoint: Endpoint.regional({ dualStack: true }),
    callers: { addresses: ['203.0.113.0/24'] },
    tracing: false,
  },
  { endpoint: Endpoint.private({ vpcEndpoints: [way] }), domain: undefined },
]

export function trails(stack: Stack): ZeroTrustApiProps {
  const retention = ObjectLockRetention.compliance(Duration.days(365))
  return { audit: new AuditTrail(stack, 'Trail', { retention, expireAfter: Duration.days(400) }) }
}
