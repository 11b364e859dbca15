import { Duration, type Stack } from 'aws-cdk-lib'
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import {
  Access,
  AuditTrail,
  Breaker,
  ClientAddress,
  Credentials,
  Endpoint,
  type Gate,
  type GatewayIdentity,
  Issuer,
  Limit,
  Output,
  Principal,
  Upstream,
  WebFirewall,
  ZeroTrustApi,
} from 'sallyport'
import { z } from 'zod'

// Declarations that must not compile. Each `@ts-expect-error` is a guarantee: without an error it is one itself.
// Nothing here is ever called.

const upstream = Upstream.stub(200, null)
const access = Access.token()

export function routes(api: ZeroTrustApi): void {
  // @ts-expect-error a route without an access rule
  api.addRoute('GET /a', { upstream })

  // @ts-expect-error a route without an upstream
  api.addRoute('GET /a', { access })

  // @ts-expect-error public is Access.public(), not a word
  api.addRoute('GET /a', { upstream, access: 'public' })

  // @ts-expect-error a misspelt option
  api.addRoute('GET /a', { upstream, access, limit: { user: Limit.perMinute(1) } })

  // @ts-expect-error an unknown layer of limits
  api.addRoute('GET /a', { upstream, access, limits: { users: Limit.perMinute(1) } })

  // @ts-expect-error a limit without a period
  api.addRoute('GET /a', { upstream, access, limits: { user: 60 } })

  // @ts-expect-error an opt-out without a reason
  api.addRoute('GET /a', { upstream, access, limits: { user: Limit.unsafeNone() } })

  // @ts-expect-error an opt-out that is a word
  api.addRoute('GET /a', { upstream, access, limits: { user: false } })

  // @ts-expect-error tiers where no caller is counted by itself
  api.addRoute('GET /a', { upstream, access, limits: { ip: Limit.tiers('plan', { a: Limit.perMinute(1) }) } })

  // @ts-expect-error reads and writes of a route, which has one method
  api.addRoute('GET /a', { upstream, access, limits: { user: { reads: Limit.perMinute(1) } } })

  // @ts-expect-error what all routes share, on one
  api.addRoute('GET /a', { upstream, access, limits: { service: Limit.perMinute(1) } })

  // @ts-expect-error to be open without the table for no reason
  api.addRoute('GET /a', { upstream, access, limits: { unsafeOpenWithoutStore: true } })

  // @ts-expect-error authorities that are not read as such
  Upstream.http('https://crm.example.com', { trust: 'pem' })

  // @ts-expect-error TLS 1.2 without a reason
  Upstream.http('https://crm.example.com', { unsafeTls12: true })

  // @ts-expect-error a certificate whose key would be in the template
  Upstream.http('https://crm.example.com', { clientCertificate: { certificate: 'pem', privateKey: 'pem' } })

  // @ts-expect-error a network that is neither
  Upstream.http('https://crm.example.com', { network: 'any' })

  // @ts-expect-error a limit of an upstream without a period
  Upstream.http('https://crm.example.com', { limit: 60 })

  // @ts-expect-error any proxy for no reason
  ClientAddress.unsafeBehindAnyProxy({ hops: 1 })

  // @ts-expect-error no such method
  api.addRoute('FETCH /a', { upstream, access })

  // @ts-expect-error ANY names no method
  api.addRoute('ANY /a', { upstream, access })

  // @ts-expect-error a path without its slash
  api.addRoute('GET a', { upstream, access })

  // @ts-expect-error an upstream that is a bare URL
  api.addRoute('GET /a', { upstream: 'https://crm.example.com', access })
}

export function paths(api: ZeroTrustApi): void {
  // @ts-expect-error a path parameter without a schema
  api.addRoute('GET /deals/{dealId}', { upstream, access })

  // @ts-expect-error input that leaves the path out
  api.addRoute('GET /deals/{dealId}', { upstream, access, input: { query: { a: z.string() } } })

  // @ts-expect-error a misspelt path parameter
  api.addRoute('GET /deals/{dealId}', { upstream, access, input: { path: { dealID: z.uuid() } } })

  api.addRoute('GET /deals/{dealId}', {
    upstream,
    access,
    // @ts-expect-error a path parameter too many
    input: { path: { dealId: z.uuid(), noteId: z.uuid() } },
  })

  api.addRoute('GET /deals/{dealId}/notes/{noteId}', {
    upstream,
    access,
    // @ts-expect-error one of two path parameters without a schema
    input: { path: { dealId: z.uuid() } },
  })

  // @ts-expect-error a path parameter where the path has none
  api.addRoute('GET /deals', { upstream, access, input: { path: { dealId: z.uuid() } } })

  // @ts-expect-error a misspelt place of input
  api.addRoute('GET /deals', { upstream, access, input: { header: { a: z.string() } } })

  // @ts-expect-error a schema that is none
  api.addRoute('GET /deals', { upstream, access, input: { query: { a: 'string' } } })
}

export function bindings(api: ZeroTrustApi): void {
  api.addRoute('GET /users/{userId}', {
    upstream,
    // @ts-expect-error a claim bound to a parameter that the path does not have
    access: Access.token({ claims: { sub: { equalsPath: 'user' } } }),
    input: { path: { userId: z.string() } },
  })

  api.addRoute('GET /users', {
    upstream,
    // @ts-expect-error a claim bound to a parameter where the path has none
    access: Access.token({ claims: { sub: { equalsPath: 'userId' } } }),
  })
}

export function accessRules(): void {
  // @ts-expect-error scopes, not scope
  Access.token({ scope: ['deals:read'] })

  // @ts-expect-error scopes are a list
  Access.token({ scopes: 'deals:read' })

  // @ts-expect-error an unknown requirement of a claim
  Access.token({ claims: { sub: { equal: 'x' } } })

  // @ts-expect-error nothing can be asked of anyone
  Access.public({ scopes: ['deals:read'] })

  // @ts-expect-error a rule is made by Access.token and Access.public alone
  new Access('token', {})
}

export function issuers(): void {
  const audience = 'https://api.example.com'

  // @ts-expect-error an issuer without an audience
  Issuer.oidc('https://login.example.com', { algorithms: ['ES256'] })

  // @ts-expect-error an issuer without algorithms
  Issuer.oidc('https://login.example.com', { audience })

  // @ts-expect-error a symmetric algorithm
  Issuer.oidc('https://login.example.com', { audience, algorithms: ['HS256'] })

  // @ts-expect-error no algorithm at all
  Issuer.oidc('https://login.example.com', { audience, algorithms: ['none'] })

  // @ts-expect-error an unknown option
  Issuer.oidc('https://login.example.com', { audience, algorithms: ['ES256'], clockTolerance: 300 })

  // @ts-expect-error pinned keys without keys
  Issuer.keys('https://login.example.com', { audience, algorithms: ['ES256'] })
}

export function presets(userPool: IUserPool): void {
  const audience = 'https://api.example.com'

  // @ts-expect-error a user pool without its clients
  Issuer.cognito(userPool, {})

  // @ts-expect-error a user pool by its name
  Issuer.cognito('eu-central-1_example', { clients: ['client'] })

  // @ts-expect-error one client is a list, too
  Issuer.cognito(userPool, { clients: 'client' })

  // @ts-expect-error an audience, which a pool's tokens do not have
  Issuer.cognito(userPool, { clients: ['client'], audience })

  // @ts-expect-error a tenant without an audience
  Issuer.auth0('tenant.eu.auth0.com', {})

  // @ts-expect-error a profile that Auth0 does not have
  Issuer.auth0('tenant.eu.auth0.com', { audience, profile: 'at+jwt' })

  // @ts-expect-error an authorization server without an audience
  Issuer.okta('https://login.example.com/oauth2/default', {})

  // @ts-expect-error a sign-in host that is none of Microsoft's
  Issuer.entra('aaaabbbb-0000-cccc-1111-dddd2222eeee', { audience, authority: 'login.example.com' })

  // @ts-expect-error a type that Keycloak never writes
  Issuer.keycloak('https://sso.example.com/realms/main', { audience, tokenType: 'Bearer' })

  // @ts-expect-error whose Google accounts count must be said, be it null for everybody's
  Issuer.google({ audience })

  // @ts-expect-error scopes, which Google's ID tokens do not have
  Issuer.google({ audience, hostedDomain: null, scopesClaim: 'scope' })
}

export function upstreams(api: ZeroTrustApi): void {
  // @ts-expect-error seconds are a Duration
  Upstream.http('https://crm.example.com', { timeout: 3 })

  // @ts-expect-error an unknown option
  Upstream.http('https://crm.example.com', { timeout: Duration.seconds(3), followRedirects: true })

  // @ts-expect-error no breaker, for no reason
  Upstream.http('https://crm.example.com', { breaker: Breaker.unsafeNone() })

  // @ts-expect-error a breaker that is none
  Upstream.http('https://crm.example.com', { breaker: null })

  // @ts-expect-error a breaker by its options alone
  Upstream.http('https://crm.example.com', { breaker: { failures: 5, of: 10 } })

  // @ts-expect-error seconds are a Duration
  Breaker.after({ failures: 5, of: 10, openFor: 10 })

  // @ts-expect-error a bare URL
  api.addUpstream('Crm', 'https://crm.example.com')
}

export function credentials(identity: GatewayIdentity): void {
  const url = 'https://crm.example.com'

  // @ts-expect-error a token for nobody in particular
  Credentials.gatewayToken(identity)

  // @ts-expect-error tokens of nobody
  Credentials.gatewayToken('https://api.example.com', { audience: url })

  // @ts-expect-error seconds are a Duration
  Credentials.gatewayToken(identity, { audience: url, lifetime: 60 })

  // @ts-expect-error signatures of a role that may do anything
  Credentials.sigV4({ service: 'es' })

  // @ts-expect-error one action without its list
  Credentials.sigV4({ service: 'es', allow: { actions: 'es:ESHttpGet', resources: ['arn'] } })

  // @ts-expect-error a list of headers without claims
  Principal.claims(['x-user-id'])

  // @ts-expect-error credentials are made by Credentials alone
  Upstream.http(url, { credentials: 'sigV4' })

  // @ts-expect-error a function is told who is calling, and is invoked by its role
  Upstream.lambda({} as never, { credentials: Credentials.gatewayToken(identity, { audience: url }) })
}

export function outputs(api: ZeroTrustApi): void {
  const declared = { upstream: Upstream.http('https://crm.example.com'), access }

  // @ts-expect-error an answer without its status
  api.addRoute('GET /a', { ...declared, output: Output.empty() })

  // @ts-expect-error answers by a name that is no status
  api.addRoute('GET /a', { ...declared, output: { ok: Output.empty() } })

  // @ts-expect-error an unsafe output without a reason
  api.addRoute('GET /a', { ...declared, output: Output.unsafeAny() })

  // @ts-expect-error unsafe answers of one status
  api.addRoute('GET /a', { ...declared, output: { 200: Output.unsafeAny('why') } })

  // @ts-expect-error viewers of text, which has no members
  Output.text({ visibleTo: { '/a': { roles: ['manager'] } } })

  // @ts-expect-error a size without its unit
  Output.text({ maxSize: 1024 })

  // @ts-expect-error one header without its list
  Output.empty({ headers: 'etag' })
}

export function edge(stack: Stack, certificate: ICertificate): void {
  const name = 'api.example.com'

  // @ts-expect-error a domain without its certificate
  new ZeroTrustApi(stack, 'Api', { domain: { name } })

  // @ts-expect-error a certificate by its ARN
  new ZeroTrustApi(stack, 'Api', { domain: { name, certificate: 'arn:aws:acm:eu-west-1:1:certificate/1' } })

  // @ts-expect-error client certificates without a truststore's key
  new ZeroTrustApi(stack, 'Api', { domain: { name, certificate, clientCertificates: { bucket: undefined } } })

  // @ts-expect-error a weaker policy of TLS
  new ZeroTrustApi(stack, 'Api', { domain: { name, certificate, securityPolicy: 'TLS_1_2' } })

  // @ts-expect-error a private endpoint through nothing
  Endpoint.private()

  // @ts-expect-error an endpoint by its id
  Endpoint.private({ vpcEndpoints: ['vpce-1'] })

  // @ts-expect-error callers by organisation, of which API Gateway knows nothing here
  new ZeroTrustApi(stack, 'Api', { callers: { organization: 'o-1234567890' } })
}

export function readOnly(gate: Gate): void {
  // @ts-expect-error what was declared does not change afterwards
  access.scopes.push('deals:write')

  // @ts-expect-error what was declared does not change afterwards
  gate.target = { kind: 'stub', status: 200, body: null }
}

export function firewalls(stack: Stack): void {
  // @ts-expect-error a firewall that does not say whether it blocks
  new WebFirewall(stack, 'A', {})

  // @ts-expect-error what operators block, left out
  new WebFirewall(stack, 'B', { mode: 'block', unsafeWithout: { blockedAddresses: 'why' } })

  // @ts-expect-error a group left out for no reason
  new WebFirewall(stack, 'C', { mode: 'block', unsafeWithout: { common: true } })

  // @ts-expect-error a rule of AWS's, misspelt: WAF would ignore it
  new WebFirewall(stack, 'D', { mode: 'block', unsafeCountOnly: { CrossSiteScripting_Body: 'why' } })

  // @ts-expect-error a rate without its window
  new WebFirewall(stack, 'E', { mode: 'block', rate: { requests: 10 } })
}

// @ts-expect-error a bulkhead of what has nothing behind it
Upstream.stub(200, null, { reservedConcurrency: 1 })

export function trails(stack: Stack): void {
  const retention = ObjectLockRetention.governance(Duration.days(1))

  // @ts-expect-error a trail that says nothing of how long
  new AuditTrail(stack, 'A', {})

  // @ts-expect-error a time without a mode
  new AuditTrail(stack, 'B', { retention: Duration.days(365) })

  // @ts-expect-error days without their unit
  new AuditTrail(stack, 'C', { retention, expireAfter: 400 })

  // @ts-expect-error what is no trail
  new ZeroTrustApi(stack, 'D', { audit: true })
}
