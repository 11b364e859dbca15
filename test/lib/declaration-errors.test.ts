import { Duration, Fn, Size, Stack, type StackProps } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import {
  Access,
  GatewayState,
  Issuer,
  Limit,
  type RouteProps,
  type TokenAccessOptions,
  Upstream,
  ZeroTrustApi,
  ZeroTrustDashboard,
} from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Case, refuses, untyped } from './refusals.ts'
import { anyOutput, anyToken, complaintOf, login, newApi, newApp, newStack, ok } from './support.ts'

const route = (template: string, props: object, api: ZeroTrustApi = newApi()) =>
  api.addRoute(
    template as 'GET /a',
    untyped<RouteProps<'GET /a'>>({ upstream: ok, access: anyToken, ...props }),
  )

const input = (declared: object, template = 'POST /a') => route(template, { input: declared })

describe('options', () => {
  const unknown = (when: string, declare: () => unknown, at: string, key: string, allowed: string): Case => ({
    when,
    declare,
    at,
    given: `unknown option "${key}"`,
    allowed,
    fix: `remove "${key}", or spell it as one of the above`,
  })
  refuses([
    unknown(
      'an unknown one of an API',
      () => newApi(untyped({ issuer: [login] })),
      'S/Api',
      'issuer',
      'issuers, cors, endpoint, domain, callers, limits, controls, clientAddress, authorizerCacheTtl, verifiedTokenTtl, state, audit, stageName, logUndeclared, tracing, authorizerReservedConcurrency, codeSigning, logRetention, logRemovalPolicy, encryptionKey',
    ),
    unknown(
      'an unknown limit of an API',
      () => newApi(untyped({ limits: { users: Limit.perHour(1) } })),
      'S/Api limits',
      'users',
      'service, route, user, client, ip, upstream, budget, unsafeOpenWithoutStore',
    ),
    unknown(
      'an unknown one of a route',
      () => route('GET /a', { acess: Access.public() }),
      'route "GET /a" of S/Api',
      'acess',
      'upstream, access, input, output, limits, cost, maxBody, forwardAuthorization, logUndeclared',
    ),
    unknown(
      'an unknown limit of a route',
      () => route('GET /a', { limits: { service: Limit.perHour(1) } }),
      'route "GET /a" of S/Api limits',
      'service',
      'route, user, client, ip, unsafeOpenWithoutStore',
    ),
    unknown(
      'an unknown place of input',
      () => input({ header: {} }),
      'route "POST /a" of S/Api input',
      'header',
      'path, query, headers, cookies, body, undeclared',
    ),
    unknown(
      'an unknown one of an access rule',
      () => Access.token(untyped<TokenAccessOptions<never>>({ scope: ['deals:read'] })),
      'Access.token',
      'scope',
      'issuers, scopes, roles, claims, rule, acr, mfa, maxAuthenticationAge',
    ),
    unknown(
      'an unknown requirement of a claim',
      () => Access.token({ claims: { sub: untyped({ equal: 'x' }) } }),
      'Access.token claims.sub',
      'equal',
      'equals, oneOf, contains, present, equalsPath',
    ),
    unknown(
      'an unknown one of an issuer',
      () => Issuer.oidc('https://a.example.com', untyped({ aud: 'x', algorithms: ['ES256'] })),
      "Issuer.oidc('https://a.example.com')",
      'aud',
      'audience, algorithms, tokenType, requiredClaims, scopesClaim, rolesClaim, clientClaim, leeway, maxLifetime, maxAge, jwksUri',
    ),
    unknown(
      'an unknown one of an HTTP upstream',
      () => Upstream.http('https://a.example.com', untyped({ timeoutMs: 3000 })),
      'Upstream.http',
      'timeoutMs',
      'timeout, maxResponse, limit, principal, credentials, reservedConcurrency, trust, unsafeTls12, clientCertificate, network, vpc, connectTimeout, retries, breaker, maxConcurrent',
    ),
    unknown(
      'an unknown one of a Lambda upstream',
      () => Upstream.lambda(untyped({}), untyped({ retries: 3 })),
      'Upstream.lambda',
      'retries',
      'timeout, limit, reservedConcurrency',
    ),
    unknown(
      'an unknown one of the state',
      () => new GatewayState(newStack(), 'State', untyped({ ttl: 1 })),
      'S/State',
      'ttl',
      'removalPolicy, encryptionKey',
    ),
    unknown(
      'an unknown one of a dashboard',
      () => new ZeroTrustDashboard(newStack(), 'Dashboard', untyped({ apis: [] })),
      'S/Dashboard',
      'apis',
      'api, firewall, alarms',
    ),
  ])
})

describe('a route’s template', () => {
  const template = (when: string, text: string, rest: Omit<Case, 'when' | 'declare' | 'at'>): Case => ({
    when,
    declare: () => route(text, {}),
    at: `route "${text}" of S/Api`,
    ...rest,
  })
  const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
  const shape = {
    allowed: 'a method, one space, and a path that begins with /',
    fix: 'write for example "GET /deals"',
  }
  const segments = 'letters, digits and _ . , : - or one whole {parameter}'
  refuses([
    template('an unknown method', 'FETCH /a', {
      given: 'method "FETCH"',
      allowed: methods,
      fix: 'write for example "GET /deals"',
    }),
    template('OPTIONS', 'OPTIONS /a', {
      given: 'method "OPTIONS"',
      allowed: methods,
      fix: 'write for example "GET /deals"',
    }),
    template('ANY, which would declare methods nobody named', 'ANY /a', {
      given: 'method "ANY"',
      allowed: methods,
      fix: 'declare each method that is meant',
    }),
    template('a path that does not begin with a slash', 'GET a', { given: '"GET a"', ...shape }),
    template('a method without a path', 'GET', { given: '"GET"', ...shape }),
    template('more than a path', 'GET /a b', { given: '"GET /a b"', ...shape }),
    template('a greedy parameter', 'GET /files/{path+}', {
      given: 'greedy parameter {path+}',
      allowed: '{name}',
      fix: 'declare each path: a greedy one opens all that lies below it',
    }),
    template('a trailing slash, which API Gateway ignores', 'GET /a/', {
      given: 'path segment ""',
      allowed: segments,
      fix: 'remove the doubled or trailing slash',
    }),
    template('a dot segment', 'GET /a/..', {
      given: 'path segment ".."',
      allowed: segments,
      fix: 'rename this path segment',
    }),
    template('a segment that is a parameter only in part', 'GET /a-{id}', {
      given: 'path segment "a-{id}"',
      allowed: segments,
      fix: 'rename this path segment',
    }),
    template('a parameter as Express writes it', 'GET /a/:id', {
      given: 'path segment ":id"',
      allowed: 'one whole {parameter}, or literal text',
      fix: 'write {id}',
    }),
    template('a percent-encoded segment', 'GET /a%2Fb', {
      given: 'path segment "a%2Fb"',
      allowed: segments,
      fix: 'rename this path segment',
    }),
    template('one parameter twice', 'GET /a/{id}/b/{id}', {
      given: '{id} twice',
      allowed: 'each parameter once',
      fix: 'give the second one another name',
    }),
  ])
})

describe('a route’s access', () => {
  const rule = {
    at: 'route "GET /a" of S/Api',
    allowed: 'Access.token({ … }) or Access.public()',
    fix: 'say who may use this route; public is a word you must write',
  }
  refuses([
    {
      when: 'none',
      declare: () => route('GET /a', { access: undefined }),
      given: 'no access rule',
      ...rule,
    },
    {
      when: 'a word in place of a rule',
      declare: () => route('GET /a', { access: 'public' }),
      given: 'access "public"',
      ...rule,
    },
    {
      when: 'tokens where no issuer is declared',
      declare: () => route('GET /a', {}, newApi({})),
      at: 'route "GET /a" of S/Api',
      given: 'Access.token on an API without issuers',
      allowed: 'Access.token where the API has issuers',
      fix: "add issuers: [Issuer.oidc('https://…', { … })] to the API",
    },
    {
      when: 'a claim bound to a parameter that the path does not have',
      declare: () =>
        route('GET /users/{userId}', {
          access: Access.token({ claims: { sub: { equalsPath: 'user' } } }),
          input: { path: { userId: z.string() } },
        }),
      at: 'route "GET /users/{userId}" of S/Api access.claims.sub',
      given: 'equalsPath: "user", which the path does not have',
      allowed: 'userId',
      fix: 'name a parameter of this path',
    },
    {
      when: 'a claim bound to a parameter where the path has none',
      declare: () => route('GET /a', { access: Access.token({ claims: { sub: { equalsPath: 'id' } } }) }),
      at: 'route "GET /a" of S/Api access.claims.sub',
      given: 'equalsPath: "id", which the path does not have',
      allowed: 'nothing: the path has no parameters',
      fix: 'name a parameter of this path',
    },
    ...['a b', 'say"hi"', 'back\\slash', 'größe'].map(scope => ({
      when: `the scope ${JSON.stringify(scope)}, which could not stand in a challenge`,
      declare: () => Access.token({ scopes: [scope] }),
      at: 'Access.token scopes',
      given: `scope ${JSON.stringify(scope)}`,
      allowed: 'one scope-token of RFC 6749 §3.3: printable ASCII without spaces, quotes and backslashes',
      fix: 'list several scopes as several strings',
    })),
    {
      when: 'a claim with two requirements, of which one would be forgotten',
      declare: () => Access.token({ claims: { dept: untyped({ equals: 'a', oneOf: ['b'] }) } }),
      at: 'Access.token claims.dept',
      given: 'equals and oneOf',
      allowed: 'exactly one of equals, oneOf, contains, present, equalsPath',
      fix: 'state one requirement per claim',
    },
    {
      when: 'a claim without a requirement',
      declare: () => Access.token({ claims: { dept: untyped({}) } }),
      at: 'Access.token claims.dept',
      given: 'nothing',
      allowed: 'exactly one of equals, oneOf, contains, present, equalsPath',
      fix: 'state one requirement per claim',
    },
  ])
})

describe('a route’s input', () => {
  const inputPath = 'route "GET /deals/{dealId}" of S/Api input.path'
  const path = (declared: object | undefined) => () =>
    route('GET /deals/{dealId}', { ...(declared && { input: { path: declared } }) })
  const place = 'route "POST /a" of S/Api input'
  const names = 'a token of RFC 9110 §5.6.2'
  refuses([
    {
      when: 'a path parameter without a schema',
      declare: path(undefined),
      at: inputPath,
      given: 'no schema for {dealId}',
      allowed: 'dealId',
      fix: 'declare it, for example dealId: z.uuid()',
    },
    {
      when: 'a misspelt path parameter',
      declare: path({ dealID: z.uuid() }),
      at: inputPath,
      given: '"dealID", which the path does not have',
      allowed: 'dealId',
      fix: 'rename "dealID" to "dealId"',
    },
    {
      when: 'a path parameter too many',
      declare: path({ dealId: z.uuid(), noteId: z.uuid() }),
      at: inputPath,
      given: '"noteId", which the path does not have',
      allowed: 'dealId',
      fix: 'remove "noteId", or put {noteId} into the path',
    },
    {
      when: 'a path parameter where the path has none',
      declare: () => input({ path: { id: z.uuid() } }),
      at: `${place}.path`,
      given: '"id", which the path does not have',
      allowed: 'nothing: the path has no parameters',
      fix: 'remove "id", or put {id} into the path',
    },
    ...['GET', 'HEAD'].map(method => ({
      when: `a body on ${method}`,
      declare: () => input({ body: z.object({ a: z.string() }) }, `${method} /a`),
      at: `route "${method} /a" of S/Api input.body`,
      given: `a body on ${method}`,
      allowed: 'a body on POST, PUT, PATCH, DELETE',
      fix: 'declare query parameters; a body here has no meaning (RFC 9110 §9.3.1)',
    })),
    ...[
      { when: 'a library’s', schema: z.object({ a: z.string() }) },
      { when: 'a JSON', schema: { type: 'object', properties: { a: { type: 'string' } } } },
    ].map(({ when, schema }) => ({
      when: `${when} schema where there is one for each name`,
      declare: () => input({ query: schema }),
      at: `${place}.query`,
      given: 'one schema for all of them',
      allowed: 'an object of schemas by name',
      fix: 'write query: { name: schema }; of a z.object, hand in its shape',
    })),
    {
      when: 'a parameter with a misspelt keyword, by its name',
      declare: () =>
        input({ query: { fine: z.string(), a: { type: 'string', maxLenght: 5 } }, body: z.object({}) }),
      at: `${place}.query.a`,
      given: 'a schema that does not compile: strict mode: unknown keyword: "maxLenght"',
      allowed:
        'valid JSON Schema draft 2020-12 with the formats of RFC 3339, RFC 3986, RFC 9562 and the like',
      fix: 'correct the schema',
    },
    {
      when: 'a parameter that may be null',
      declare: () => input({ query: { a: z.string().nullable() } }),
      at: `${place}.query.a`,
      given: 'a schema of type ["string","null"]',
      allowed: 'string, integer, number, boolean, or an array of one of these',
      fix: 'make it optional instead: text is never null',
    },
    ...[0, 5 * 1024 ** 2 + 1].map(bytes => ({
      when: `a body of up to ${bytes} bytes`,
      declare: () => route('POST /a', { input: { body: z.object({}) }, maxBody: Size.bytes(bytes) }),
      at: 'route "POST /a" of S/Api maxBody',
      given: `${bytes} bytes`,
      allowed: 'a Size of 1 byte to 5 MiB',
      fix: 'a Lambda invocation carries 6 MB in all; for more, hand out a link to a store, such as a presigned URL',
    })),
    {
      when: 'the size of a body that is not declared',
      declare: () => route('POST /a', { maxBody: Size.kibibytes(1) }),
      at: 'route "POST /a" of S/Api maxBody',
      given: 'the size of a body that is not declared',
      allowed: 'maxBody where there is input.body',
      fix: 'remove it: without input.body no body is let through; or declare input.body',
    },
    {
      when: 'a list in the path',
      declare: path({ dealId: z.array(z.string()) }),
      at: `${inputPath}.dealId`,
      given: 'an array',
      allowed: 'one value',
      fix: 'only query parameters, headers and fields of a form can be sent more than once',
    },
    {
      when: 'a list in a cookie',
      declare: () => input({ cookies: { theme: z.array(z.string()) } }),
      at: `${place}.cookies.theme`,
      given: 'an array',
      allowed: 'one value',
      fix: 'only query parameters, headers and fields of a form can be sent more than once',
    },
    {
      when: 'an object in a query parameter',
      declare: () => input({ query: { filter: z.object({ a: z.string() }) } }),
      at: `${place}.query.filter`,
      given: 'a schema of type "object"',
      allowed: 'string, integer, number, boolean, or an array of one of these',
      fix: 'give a parameter one simple type; structured data belongs in the body',
    },
    {
      when: 'a query parameter of more than one type',
      declare: () => input({ query: { id: z.union([z.string(), z.int()]) } }),
      at: `${place}.query.id`,
      given: 'alternatives that are not all of one simple type',
      allowed: 'string, integer, number, boolean, or an array of one of these',
      fix: 'give a parameter one simple type; structured data belongs in the body',
    },
    ...['cookie', 'Host', 'X-Forwarded-For', 'x-amzn-trace-id', 'Sallyport-Principal'].map(header => ({
      when: `the reserved header ${header}`,
      declare: () => input({ headers: { [header]: z.string() } }),
      at: `${place}.headers.${header}`,
      given: `the reserved header "${header.toLowerCase()}"`,
      allowed: 'end-to-end request headers that describe the request itself',
      fix: 'remove it; cookies are declared in input.cookies, the body in input.body',
    })),
    {
      when: 'one header in two cases',
      declare: () => input({ headers: { 'x-tenant': z.string(), 'X-Tenant': z.int() } }),
      at: `${place}.headers`,
      given: '"X-Tenant" a second time, in another case',
      allowed: 'each header once: names are the same in any case (RFC 9110 §5.1)',
      fix: 'remove one of the two',
    },
    {
      when: 'a header name that is none',
      declare: () => input({ headers: { 'x tenant': z.string() } }),
      at: `${place}.headers.x tenant`,
      given: 'the name "x tenant"',
      allowed: names,
      fix: 'rename it',
    },
    {
      when: 'a cookie name that is none',
      declare: () => input({ cookies: { 'a;b': z.string() } }),
      at: `${place}.cookies.a;b`,
      given: 'the name "a;b"',
      allowed: names,
      fix: 'rename it',
    },
    {
      when: 'a query name that would need encoding',
      declare: () => input({ query: { 'a&b': z.string() } }),
      at: `${place}.query.a&b`,
      given: 'the name "a&b"',
      allowed: 'letters, digits and _ . ~ $ [ ] -',
      fix: 'rename it',
    },
  ])
})

describe('the size of a body', () => {
  it.each([1, 5 * 1024 ** 2])('may be %i bytes', bytes => {
    const props = { input: { body: z.object({}) }, maxBody: Size.bytes(bytes) }
    expect(route('POST /a', props).maxBodyBytes).toBe(bytes)
  })
})

describe('the name of a stage', () => {
  refuses(
    ['', 'a.b', 'größe', 'a b', 'a/b', 's'.repeat(129)].map(stageName => ({
      when: JSON.stringify(stageName),
      declare: () => newApi({ stageName }),
      at: 'S/Api stageName',
      given: JSON.stringify(stageName),
      allowed: 'up to 128 letters, digits, - and _',
      fix: "for example 'live', the default",
    })),
  )

  it('may have 128 letters, digits, - and _', () => {
    expect(() => newApi({ stageName: `v-1_${'s'.repeat(124)}` })).not.toThrow()
  })
})

describe('an issuer', () => {
  const options = { audience: 'https://api.example.com', algorithms: ['ES256'] } as const
  const at = "Issuer.oidc('https://a.example.com')"
  const issuer = (more: object) => () => Issuer.oidc('https://a.example.com', { ...options, ...more })
  const url = {
    allowed: 'an https URL without user, query or fragment',
    fix: 'name the production URL; on your machine `sallyport dev` puts a local server in its place',
  }
  const algorithms = {
    allowed: 'a list of ES256, ES384, ES512, PS256, PS384, PS512, RS256, RS384, RS512, EdDSA',
    fix: 'name what the issuer signs with; symmetric algorithms and "none" cannot be declared',
  }
  refuses([
    ...[
      'http://a.example.com',
      'a.example.com',
      'https://u:p@a.example.com',
      'https://a.example.com?x=1',
    ].map(given => ({
      when: `the name ${given}`,
      declare: () => Issuer.oidc(given, options),
      at: `Issuer.oidc('${given}')`,
      given: `issuer "${given}"`,
      ...url,
    })),
    {
      when: 'keys over plain HTTP',
      declare: issuer({ jwksUri: 'http://a.example.com/keys' }),
      at,
      given: 'jwksUri "http://a.example.com/keys"',
      ...url,
    },
    ...(
      [
        [undefined, 'nothing', ''],
        ['', '""', '[0]'],
        [[], 'an empty list', ''],
        [5, '5', ''],
        [['https://api.example.com', ''], '""', '[1]'],
        [['a', 'a'], '"a" twice', ''],
      ] as const
    ).map(([audience, given, place]) => ({
      when: `the audience ${JSON.stringify(audience)}`,
      declare: issuer({ audience }),
      at: `${at} audience${place}`,
      given,
      allowed: 'a non-empty string, or a list of them',
      fix: 'state the `aud` of tokens that are meant for this API',
    })),
    ...(
      [
        [undefined, 'nothing'],
        [[], 'an empty list'],
        ['ES256', '"ES256"'],
      ] as const
    ).map(([algorithmsGiven, given]) => ({
      when: `the algorithms ${JSON.stringify(algorithmsGiven)}`,
      declare: issuer({ algorithms: algorithmsGiven }),
      at: `${at} algorithms`,
      given,
      ...algorithms,
    })),
    ...['HS256', 'none', 'es256'].map(algorithm => ({
      when: `the algorithm ${algorithm}`,
      declare: issuer({ algorithms: ['ES256', algorithm] }),
      at: `${at} algorithms`,
      given: `"${algorithm}"`,
      ...algorithms,
    })),
    {
      when: 'the same name twice',
      declare: () =>
        newApi({ issuers: [login, Issuer.oidc('https://login.example.com', { ...options, audience: 'b' })] }),
      at: 'S/Api issuers',
      given: 'the issuer "https://login.example.com" twice',
      allowed: 'each issuer once',
      fix: 'merge the two; one issuer can have several audiences and algorithms',
    },
    {
      when: 'the same deploy-time name twice, without showing CDK’s placeholder',
      declare: () => {
        const issuer = Issuer.oidc(Fn.importValue('IssuerUrl'), options)
        return newApi({ issuers: [issuer, issuer] })
      },
      at: 'S/Api issuers',
      given: 'a deploy-time issuer twice',
      allowed: 'each issuer once',
      fix: 'merge the two; one issuer can have several audiences and algorithms',
    },
    {
      when: 'a bare URL in its place',
      declare: () => newApi(untyped({ issuers: ['https://a.example.com'] })),
      at: 'S/Api issuers',
      given: '"https://a.example.com"',
      allowed:
        "a list of Issuer.oidc('https://…', { … }), .keys, .cognito, .auth0, .okta, .entra, .keycloak or .google",
      fix: 'say what tokens of this issuer must be, not only who it is',
    },
    {
      when: 'a cache that outlasts an hour',
      declare: () => newApi({ issuers: [login], authorizerCacheTtl: Duration.seconds(3601) }),
      at: 'S/Api authorizerCacheTtl',
      given: '3601 seconds',
      allowed: 'a Duration from 0 seconds to 1 hour, in whole seconds',
      fix: "state at most an hour, API Gateway's own bound",
    },
  ])
})

describe('an upstream', () => {
  const timeout = (ms: number, of: 'http' | 'lambda') => ({
    when: `a time-out of ${ms} ms (${of})`,
    declare: () =>
      of === 'http'
        ? Upstream.http('https://a.example.com', { timeout: Duration.millis(ms) })
        : Upstream.lambda(untyped({}), { timeout: Duration.millis(ms) }),
    at: `Upstream.${of} timeout`,
    given: `${ms} milliseconds`,
    allowed: 'a Duration from 100 milliseconds to 25 seconds, in whole milliseconds',
    fix: 'API Gateway answers within 29 s; make longer work asynchronous',
  })
  const stub = (status: number, body: unknown) => ({
    when: `a stub of status ${status} with a ${typeof body}`,
    declare: () => Upstream.stub(status, body),
    at: 'Upstream.stub',
    given: `status ${status} with a body of type ${typeof body}`,
    allowed: 'a status from 200 to 499 and a JSON value',
    fix: "for example Upstream.stub(200, { status: 'ok' })",
  })
  const upstreams = {
    at: 'route "GET /a" of S/Api',
    allowed: 'what addUpstream of this API returned, or Upstream.http, .lambda, .direct, .stub',
    fix: 'say what answers this route',
  }
  refuses([
    {
      when: 'a URL over plain HTTP',
      declare: () => Upstream.http('http://a.example.com'),
      at: 'Upstream.http',
      given: 'url "http://a.example.com"',
      allowed: 'an https URL without user, query or fragment',
      fix: 'name the production URL; on your machine `sallyport dev` puts a local server in its place',
    },
    timeout(99, 'http'),
    timeout(25_001, 'http'),
    timeout(99, 'lambda'),
    timeout(25_001, 'lambda'),
    {
      when: 'an answer of more than a function can carry',
      declare: () => Upstream.http('https://a.example.com', { maxResponse: Size.mebibytes(6) }),
      at: 'Upstream.http maxResponse',
      given: `${6 * 1024 ** 2} bytes`,
      allowed: 'a Size of 1 byte to 5 MiB',
      fix: 'a Lambda invocation carries 6 MB in all; for more, hand out a link to a store, such as a presigned URL',
    },
    stub(199, {}),
    stub(500, {}),
    stub(200.5, {}),
    stub(200, undefined),
    {
      when: 'none',
      declare: () => route('GET /a', { upstream: undefined }),
      given: 'no upstream',
      ...upstreams,
    },
    {
      when: 'a bare URL behind a route',
      declare: () => route('GET /a', { upstream: 'https://a.example.com' }),
      given: '"https://a.example.com"',
      ...upstreams,
    },
    {
      when: 'the gate of another API',
      declare: () => {
        const other = newApi().addUpstream('Crm', Upstream.http('https://a.example.com'))
        return route('GET /a', { upstream: other })
      },
      given: 'an upstream of another API',
      ...upstreams,
    },
    {
      when: 'the gate that stubs share, which has an answer for each of its routes',
      declare: () => {
        const api = newApi()
        const upstream = Upstream.stub(200, 'first')
        const { gate } = api.addRoute('GET /first', { upstream, access: Access.public() })
        return api.addRoute('GET /a', { upstream: gate, access: Access.public() })
      },
      given: 'the gate of stubs declared in place',
      ...upstreams,
    },
    {
      when: 'a bare URL added',
      declare: () => newApi().addUpstream('Crm', untyped('https://a.example.com')),
      at: 'upstream "Crm" of S/Api',
      given: '"https://a.example.com"',
      allowed: 'Upstream.http, .lambda, .direct or .stub, each added once',
      fix: 'say what stands there',
    },
    {
      when: 'one added twice',
      declare: () => {
        const api = newApi()
        const crm = Upstream.http('https://a.example.com')
        api.addUpstream('Crm', crm)
        return api.addUpstream('Again', crm)
      },
      at: 'upstream "Again" of S/Api',
      given: 'what already stands behind S/Api/Crm',
      allowed: 'Upstream.http, .lambda, .direct or .stub, each added once',
      fix: 'use the gate that addUpstream returned, for any number of routes',
    },
  ])
})

describe('a construct’s id', () => {
  const own = "any but RestApi, AccessLogs, Domain, FirstDoor, State, Stubs: the API's own"
  const upstream = () => Upstream.http('https://a.example.com')
  refuses([
    ...['RestApi', 'AccessLogs', 'FirstDoor'].map(id => ({
      when: `${id}, which the API has`,
      declare: () => newApi().addUpstream(id, upstream()),
      at: `upstream "${id}" of S/Api`,
      given: `the construct id "${id}", which is taken`,
      allowed: 'an id that nothing else in S/Api has',
      fix: 'give it a name of its own',
    })),
    ...['State', 'Stubs'].map(id => ({
      when: `${id}, which the API may come to need`,
      declare: () => newApi().addUpstream(id, upstream()),
      at: `upstream "${id}" of S/Api`,
      given: `the construct id "${id}", which is taken`,
      allowed: own,
      fix: 'give it a name of its own',
    })),
    {
      when: 'of an upstream, that CloudWatch takes as no dimension',
      declare: () => newApi().addUpstream('Größe', upstream()),
      at: 'upstream "Größe" of S/Api',
      given: '"Größe"',
      allowed: 'printable ASCII: metrics are found by it',
      fix: 'rename it',
    },
    {
      when: 'of an API, that CloudWatch takes as no dimension',
      declare: () => new ZeroTrustApi(new Stack(newApp(), 'S'), 'Überblick'),
      at: 'S/Überblick',
      given: '"Überblick"',
      allowed: 'printable ASCII: metrics are found by it',
      fix: 'rename the API',
    },
    ...[
      ['region and account', { env: { account: '123456789012', region: 'eu-west-1' } }],
      ['stack', undefined],
    ].map(([where, env]) => ({
      when: `of an API, that another one of its ${where} has`,
      declare: () => {
        const stack = new Stack(newApp(), 'S', env as StackProps)
        const other = env ? new Stack(stack.node.root, 'T', env as StackProps) : new Construct(stack, 'T')
        newApi({}, stack)
        new ZeroTrustApi(other, 'Api')
      },
      at: env ? 'T/Api' : 'S/T/Api',
      given: 'the id "Api", which S/Api has',
      allowed: 'an id of its own in a region and account: metrics, alarms and audit events name an API by it',
      fix: 'rename one of the two',
    })),
    {
      when: 'an empty one',
      declare: () => newApi().addUpstream('', upstream()),
      at: 'upstream "" of S/Api',
      given: '""',
      allowed: 'a non-empty string',
      fix: 'give it a name of its own',
    },
    {
      when: 'that of another upstream',
      declare: () => {
        const api = newApi()
        api.addUpstream('Crm', upstream())
        return api.addUpstream('Crm', upstream())
      },
      at: 'upstream "Crm" of S/Api',
      given: 'the construct id "Crm", which is taken',
      allowed: 'an id that nothing else in S/Api has',
      fix: 'give it a name of its own',
    },
    {
      when: 'that of a route whose path differs by more than CDK can tell',
      declare: () => {
        const api = newApi()
        route('GET /a/b', {}, api)
        return route('GET /a--b', {}, api)
      },
      at: 'route "GET /a--b" of S/Api',
      given: 'the construct id "GET --a--b", which is taken',
      allowed: 'an id that nothing else in S/Api has',
      fix: 'rename one of the path segments: CDK reads / in names as --',
    },
    {
      when: 'that of a route’s own gate',
      declare: () => {
        const api = newApi()
        api.addUpstream('Gate GET /a', upstream())
        return route('GET /a', { upstream: upstream(), output: anyOutput }, api)
      },
      at: 'route "GET /a" of S/Api',
      given: 'the construct id "Gate GET --a", which is taken',
      allowed: 'an id that nothing else in S/Api has',
      fix: 'give the upstream that has it another name',
    },
  ])
})

describe('the tree of resources', () => {
  const declareMany = (count: number) => () => {
    const api = newApi()
    for (let i = 0; i < count; i++) route(`GET /r${i}`, {}, api)
    return api
  }
  refuses([
    {
      when: 'one operation twice',
      declare: () => {
        const api = newApi()
        const upstream = () => Upstream.http('https://a.example.com')
        route('GET /a', { upstream: upstream(), output: anyOutput }, api)
        return route('GET /a', { upstream: upstream(), output: anyOutput }, api)
      },
      at: 'route "GET /a" of S/Api',
      given: 'GET /a a second time',
      allowed: 'each operation once',
      fix: 'remove one of the two',
    },
    {
      when: 'two names for a parameter in one place',
      declare: () => {
        const api = newApi()
        route('GET /deals/{dealId}', { input: { path: { dealId: z.uuid() } } }, api)
        return route('GET /deals/{id}/notes', { input: { path: { id: z.uuid() } } }, api)
      },
      at: 'route "GET /deals/{id}/notes" of S/Api',
      given: '{id} below /deals, where another route has {dealId}',
      allowed: 'one parameter name in one place',
      fix: 'use {dealId} here too',
    },
    {
      when: 'more resources than API Gateway has',
      declare: declareMany(301),
      at: 'route "GET /r300" of S/Api',
      given: 'resource number 301',
      allowed: "300 path segments in all (API Gateway's quota)",
      fix: 'split the API by its first path segment into two',
    },
  ])

  it('accepts a path whose ARN is as long as a policy takes, and none that is a character longer', () => {
    const of = (characters: number) => () =>
      newApi({ stageName: 'live' }).addRoute(`GET /a/{id}/${'b'.repeat(characters)}`, {
        upstream: ok,
        access: Access.public(),
        input: { path: { id: z.uuid() } },
      })
    expect(of(432)).not.toThrow()
    expect(complaintOf(of(433))).toMatchObject({
      given: 'a path whose ARN has up to 513 characters',
      allowed: "512, as in the policy of an authorizer (API Gateway's quota)",
      fix: 'shorten the path: 1 too many',
    })
  })

  it('accepts as many resources as API Gateway has', () => {
    expect(declareMany(300)).not.toThrow()
  })

  it('accepts the same name in different places, and a literal beside a parameter', () => {
    const api = newApi()
    const byId = { input: { path: { id: z.uuid() } } }
    route('GET /deals/{id}', byId, api)
    route('GET /deals/open', {}, api)
    route('GET /notes/{id}', byId, api)
    expect(api.routes.map(({ key }) => key)).toEqual([
      'GET /deals/open',
      'GET /deals/{id}',
      'GET /notes/{id}',
    ])
  })
})

describe('found by attacking', () => {
  const twoIssuers = () =>
    new ZeroTrustApi(newStack(), 'Api', {
      issuers: [
        Issuer.oidc('https://a.example.com', { audience: 'x', algorithms: ['ES256'] }),
        Issuer.oidc('https://b.example.com', { audience: 'x', algorithms: ['ES256'] }),
      ],
    })

  it('refuses to bind sub to a path where two issuers could each call someone by that name', () => {
    const declare = () =>
      twoIssuers().addRoute('GET /users/{userId}', {
        upstream: Upstream.stub(200, null),
        access: Access.token({ claims: { sub: { equalsPath: 'userId' } } }),
        input: { path: { userId: { type: 'string' } } },
      })
    expect(complaintOf(declare)).toEqual({
      at: 'route "GET /users/{userId}" of S/Api access.claims',
      given: 'equalsPath on a route that accepts 2 issuers',
      allowed: 'equalsPath where one issuer names the callers',
      fix: 'name the one in access.issuers; for the others, declare another route',
    })
  })

  it.each([
    [
      'a reference in a parameter',
      { query: { q: { $ref: '#/$defs/A', $defs: { A: { type: 'string' } } } } },
      '$ref',
    ],
    [
      'a reference in its items',
      { query: { q: { type: 'array', items: { type: 'string', $ref: '#/$defs/A' } } } },
      '$ref',
    ],
    [
      'a parameter that names a prototype',
      { query: JSON.parse('{"__proto__":{"type":"string"}}') },
      'the name "__proto__"',
    ],
  ])('refuses %s', (_, input, given) => {
    const declare = () =>
      new ZeroTrustApi(newStack(), 'Api').addRoute('GET /a', {
        upstream: Upstream.stub(200, null),
        access: Access.public(),
        input,
      })
    expect(complaintOf(declare)).toMatchObject({ given })
  })

  it.each(['url', 'password', 'binary'])(
    'refuses the format %s, which checks nothing or takes its time',
    format => {
      const declare = () =>
        new ZeroTrustApi(newStack(), 'Api').addRoute('GET /a', {
          upstream: Upstream.stub(200, null),
          access: Access.public(),
          input: { query: { q: { type: 'string', format } } },
        })
      expect(complaintOf(declare)).toMatchObject({
        given: expect.stringContaining(`unknown format "${format}"`),
      })
    },
  )
})
