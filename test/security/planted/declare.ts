import { Duration, type Stack, Validations } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms'
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import {
  Access,
  AuditTrail,
  Breaker,
  ClientCertificate,
  Credentials,
  GatewayIdentity,
  Issuer,
  Limit,
  Output,
  Principal,
  Upstream,
  ZeroTrustApi,
} from 'sallyport'
import { z } from 'zod'
import { login } from '../../lib/support.ts'
import { createOrder, getOrder } from '../../support/orders/routes.ts'

export const origins = {
  inner: 'https://inner.internal.example.com',
  certified: 'https://certified.internal.example.com',
  nowhere: 'https://nowhere.internal.example.com',
} as const
export const certificateSecret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:crm/gate-a1B2c3'
/** An issuer whose keys cannot be had. */
export const deafIssuer = 'https://partners.example.com'
/** A gate whose table does not exist: the test takes its name away. */
export const storeless = 'Storeless'

/** An API with every kind of secret in reach: tokens, certificates, the gateway's own keys, and what callers and upstreams send. */
export function declare(stack: Stack, orders: string): void {
  const key = new Key(stack, 'Key', { keySpec: KeySpec.ECC_NIST_P256, keyUsage: KeyUsage.SIGN_VERIFY })
  const identity = new GatewayIdentity(stack, 'Identity', { issuer: 'https://api.example.com', key })
  const api = new ZeroTrustApi(stack, 'Api', {
    issuers: [login, Issuer.oidc(deafIssuer, { audience: 'https://api.example.com', algorithms: ['ES256'] })],
    limits: { budget: Duration.seconds(2) },
    audit: new AuditTrail(stack, 'Trail', { retention: ObjectLockRetention.governance(Duration.days(1)) }),
    domain: {
      name: 'api.example.com',
      certificate: Certificate.fromCertificateArn(
        stack,
        'DomainCertificate',
        'arn:aws:acm:eu-west-1:123456789012:certificate/6d120b42-0000-4000-8000-000000000001',
      ),
      clientCertificates: {
        bucket: Bucket.fromBucketName(stack, 'Truststores', 'truststores'),
        key: 'ca.pem',
      },
    },
  })
  Validations.of(api).acknowledge({ id: 'Annotation::Sallyport-ClientCertificates', reason: 'a test' })
  const breaker = Breaker.unsafeNone('each answer is to be seen')
  const credentials = Credentials.gatewayToken(identity, { audience: origins.inner })
  const principal = Principal.claims({ 'x-tenant': 'tenant' })
  const inner = api.addUpstream('Inner', Upstream.http(origins.inner, { breaker, credentials, principal }))
  const output = { 200: z.object({ id: z.string(), labels: z.record(z.string(), z.number()).optional() }) }
  const path = { id: z.string().max(40) }

  api.addRoute('GET /things/{id}', {
    upstream: inner,
    output,
    access: Access.token({ scopes: ['read'] }),
    limits: { user: Limit.perMinute(60), client: Limit.perMinute(60) },
    input: {
      path,
      query: { note: z.string().max(40).optional(), limit: z.int().max(5).optional() },
      headers: { 'x-note': z.string().max(40).optional() },
      cookies: { session: z.string().max(40).optional() },
    },
  })
  api.addRoute('PATCH /things/{id}', {
    upstream: inner,
    output,
    access: Access.token({ scopes: ['read'], roles: ['sales'] }),
    input: {
      path,
      body: z.object({
        title: z.string().max(40),
        labels: z.record(z.string().max(40), z.number()).optional(),
        lines: z.array(z.object({ sku: z.int() })).optional(),
      }),
    },
  })
  api.addRoute('PUT /strict', {
    upstream: inner,
    output,
    access: Access.token(),
    input: { query: { n: z.int().optional() }, body: z.object({ title: z.string() }), undeclared: 'reject' },
  })
  const get = { upstream: inner, output }
  api.addRoute('GET /users/{id}', {
    ...get,
    access: Access.token({ issuers: [login], claims: { sub: { equalsPath: 'id' } } }),
    input: { path },
  })
  api.addRoute('GET /named', {
    ...get,
    access: Access.token(),
    logUndeclared: true,
    input: { query: { n: z.int().optional() } },
  })
  api.addRoute('GET /ruled', { ...get, access: Access.token({ rule: 'claims.level > 3' }) })
  api.addRoute('GET /paired', { ...get, access: Access.token({ claims: { email: { equals: 'nobody' } } }) })
  api.addRoute('GET /strong', { ...get, access: Access.token({ acr: ['phr'] }) })
  api.addRoute('GET /once', { ...get, access: Access.token(), limits: { user: Limit.perHour(1) } })

  const certified = api.addUpstream(
    'Certified',
    Upstream.http(origins.certified, {
      breaker,
      clientCertificate: ClientCertificate.fromSecret(
        Secret.fromSecretCompleteArn(stack, 'Certificate', certificateSecret),
      ),
    }),
  )
  const any = Output.unsafeAny('whatever it says goes back')
  api.addRoute('GET /certified', { upstream: certified, output: any, access: Access.public() })
  const nowhere = api.addUpstream('Nowhere', Upstream.http(origins.nowhere, { breaker }))
  api.addRoute('GET /nowhere', { upstream: nowhere, output: any, access: Access.token() })
  const cut = api.addUpstream(storeless, Upstream.stub(200, { id: '1' }))
  api.addRoute('GET /storeless', {
    upstream: cut,
    access: Access.token(),
    limits: { user: Limit.perMinute(60) },
  })

  const fn = new LambdaFunction(stack, 'Function', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(orders),
    timeout: Duration.seconds(4),
    memorySize: 256,
    logGroup: new LogGroup(stack, 'Logs'),
  })
  const direct = api.addUpstream('Orders', Upstream.direct(fn))
  for (const route of [getOrder, createOrder]) api.addRoute(route, { upstream: direct })
}
