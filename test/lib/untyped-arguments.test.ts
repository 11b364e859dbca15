import { Duration, Fn, Size, Token } from 'aws-cdk-lib'
import {
  Access,
  GatewayState,
  Issuer,
  Limit,
  optional,
  type RouteProps,
  Upstream,
  ZeroTrustApi,
  ZeroTrustDashboard,
} from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { anyToken, complaintOf, login, newApi, newStack, ok } from './support.ts'

/** What JavaScript, or a cast, can hand in. */
const untyped = <T = never>(value: unknown): T => value as T

const route = (props: object, template = 'POST /a') =>
  newApi().addRoute(
    template as 'POST /a',
    untyped<RouteProps<'POST /a'>>({ upstream: ok, access: anyToken, ...props }),
  )
const token = (options: unknown) => Access.token(untyped<Record<string, never>>(options))
const claim = (requirement: unknown) => token({ claims: { tenant: requirement } })
const issuer = (options: unknown) => Issuer.oidc('https://a.example.com', untyped(options))
const oidc = (more: object) => issuer({ audience: 'a', algorithms: ['ES256'], ...more })
const http = (options: unknown) => Upstream.http('https://a.example.com', untyped(options))
const api = (props: unknown) => newApi(untyped(props))

const late = Token.asString({ Ref: 'Something' })
const atIssuer = "Issuer.oidc('https://a.example.com')"
const atRoute = 'route "POST /a" of S/Api'

// Each of these was a TypeError in somebody's terminal, or worse: a declaration that meant something else.
const cases: ReadonlyArray<readonly [what: string, declare: () => unknown, at: string, given: string]> = [
  [
    'a route without props',
    () => newApi().addRoute('GET /x', untyped(undefined)),
    'route "GET /x" of S/Api',
    'nothing',
  ],
  [
    'a route that is no text',
    () => newApi().addRoute(untyped<'GET /x'>(5), untyped({})),
    'route "5" of S/Api',
    '5',
  ],
  ['limits that are a Limit', () => route({ limits: 5 }), `${atRoute} limits`, '5'],
  ['an input that is text', () => route({ input: 'query' }), `${atRoute} input`, '"query"'],
  ['a list for query', () => route({ input: { query: ['a'] } }), `${atRoute} input.query`, 'a list of 1'],
  ['options that are null', () => token(null), 'Access.token', 'null'],
  ['options that are text', () => token('deals:read'), 'Access.token', '"deals:read"'],
  ['one scope without its list', () => token({ scopes: 'a' }), 'Access.token scopes', '"a"'],
  ['no scope in the list', () => token({ scopes: [] }), 'Access.token scopes', 'an empty list'],
  ['a scope that is a number', () => token({ scopes: [5] }), 'Access.token scopes[0]', '5'],
  ['an empty scope', () => token({ scopes: [''] }), 'Access.token scopes[0]', '""'],
  [
    'a scope known at deploy',
    () => token({ scopes: [late] }),
    'Access.token scopes[0]',
    'a deploy-time value',
  ],
  [
    'scopes known at deploy',
    () => token({ scopes: Fn.split(',', late) }),
    'Access.token scopes',
    'a deploy-time value',
  ],
  // Spread, it was the roles s, a, l and e.
  ['one role without its list', () => token({ roles: 'sales' }), 'Access.token roles', '"sales"'],
  ['an empty role', () => token({ roles: [''] }), 'Access.token roles[0]', '""'],
  ['one role twice', () => token({ roles: ['a', 'a'] }), 'Access.token roles', '"a" twice'],
  ['claims that are a list', () => token({ claims: ['tenant'] }), 'Access.token claims', 'a list of 1'],
  ['a claim’s value without equals', () => claim('x'), 'Access.token claims.tenant', '"x"'],
  ['a claim that must be null', () => claim(null), 'Access.token claims.tenant', 'null'],
  ['a claim that equals null', () => claim({ equals: null }), 'Access.token claims.tenant.equals', 'null'],
  [
    'a claim that equals no number',
    () => claim({ equals: Number.NaN }),
    'Access.token claims.tenant.equals',
    'NaN',
  ],
  [
    'a claim that equals a list',
    () => claim({ equals: ['a'] }),
    'Access.token claims.tenant.equals',
    'a list of 1',
  ],
  [
    'a claim that contains nothing',
    () => claim({ contains: '' }),
    'Access.token claims.tenant.contains',
    '""',
  ],
  [
    'a claim that must be absent',
    () => claim({ present: false }),
    'Access.token claims.tenant.present',
    'false',
  ],
  [
    'issuers by name',
    () => token({ issuers: ['https://a.example.com'] }),
    'Access.token issuers',
    '"https://a.example.com"',
  ],
  [
    'one issuer without its list',
    () => token({ issuers: login }),
    'Access.token issuers',
    'an object of class Issuer',
  ],
  ['no issuer in the list', () => token({ issuers: [] }), 'Access.token issuers', 'an empty list'],
  ['a claim that equals nothing', () => claim({ equals: '' }), 'Access.token claims.tenant.equals', '""'],
  ['one value for oneOf', () => claim({ oneOf: 'abc' }), 'Access.token claims.tenant.oneOf', '"abc"'],
  ['no value for oneOf', () => claim({ oneOf: [] }), 'Access.token claims.tenant.oneOf', 'an empty list'],
  [
    'a parameter that is no text',
    () => claim({ equalsPath: 5 }),
    'Access.token claims.tenant.equalsPath',
    '5',
  ],
  [
    'rules for the public',
    () => Access.public(...untyped<never[]>([{ scopes: ['a'] }])),
    'Access.public',
    'an object',
  ],
  ['an issuer without options', () => issuer(undefined), atIssuer, 'nothing'],
  [
    'an issuer that is a number',
    () => Issuer.oidc(untyped(5), untyped({ audience: 'a', algorithms: ['ES256'] })),
    'Issuer.oidc(5)',
    'issuer 5',
  ],
  ['an audience that is a number', () => oidc({ audience: 5 }), `${atIssuer} audience`, '5'],
  [
    'one algorithm without its list',
    () => oidc({ algorithms: 'ES256' }),
    `${atIssuer} algorithms`,
    '"ES256"',
  ],
  ['an empty token type', () => oidc({ tokenType: '' }), `${atIssuer} tokenType`, '""'],
  [
    'one required claim without its list',
    () => oidc({ requiredClaims: 'jti' }),
    `${atIssuer} requiredClaims`,
    '"jti"',
  ],
  ['a leeway without its unit', () => oidc({ leeway: 5 }), `${atIssuer} leeway`, '5'],
  [
    'half a second of leeway',
    () => oidc({ leeway: Duration.millis(500) }),
    `${atIssuer} leeway`,
    '0.5 seconds',
  ],
  [
    'a minute and a second of leeway',
    () => oidc({ leeway: Duration.seconds(61) }),
    `${atIssuer} leeway`,
    '61 seconds',
  ],
  ['no age', () => oidc({ maxAge: 0 }), `${atIssuer} maxAge`, '0'],
  ['an empty claim of roles', () => oidc({ rolesClaim: '' }), `${atIssuer} rolesClaim`, '""'],
  ['roles that lead nowhere', () => oidc({ rolesClaim: [] }), `${atIssuer} rolesClaim`, 'an empty list'],
  ['an empty claim of scopes', () => oidc({ scopesClaim: '' }), `${atIssuer} scopesClaim`, '""'],
  [
    'scopes by way of two claims',
    () => oidc({ scopesClaim: ['a', 'b'] }),
    `${atIssuer} scopesClaim`,
    'a list of 2',
  ],
  ['a client’s claim that is a number', () => oidc({ clientClaim: 5 }), `${atIssuer} clientClaim`, '5'],
  ['an issuer without its list', () => api({ issuers: login }), 'S/Api issuers', 'an object of class Issuer'],
  ['a hole in the list of issuers', () => api({ issuers: [undefined] }), 'S/Api issuers', 'nothing'],
  ['an API whose options are text', () => api('x'), 'S/Api', '"x"'],
  ['an API’s limits as a number', () => api({ limits: 60 }), 'S/Api limits', '60'],
  ['a limit that is a string', () => api({ limits: { user: '60' } }), 'S/Api limits.user', '"60"'],
  ['a cache without its unit', () => api({ authorizerCacheTtl: 60 }), 'S/Api authorizerCacheTtl', '60'],
  ['a table by name', () => api({ state: 'table' }), 'S/Api state', '"table"'],
  ['days that AWS does not offer', () => api({ logRetention: 4 }), 'S/Api logRetention', '4'],
  ['a time-out without its unit', () => http({ timeout: 5 }), 'Upstream.http timeout', '5'],
  [
    'half a millisecond',
    () => http({ timeout: Duration.millis(100.5) }),
    'Upstream.http timeout',
    '100.5 milliseconds',
  ],
  [
    'options that are a time-out',
    () => http(Duration.seconds(3)),
    'Upstream.http',
    'unknown option "amount"',
  ],
  ['an answer’s size as a number', () => http({ maxResponse: 5 }), 'Upstream.http maxResponse', '5'],
  ['a URL that is none', () => Upstream.http(untyped(undefined)), 'Upstream.http', 'url nothing'],
  ['no function', () => Upstream.lambda(untyped(undefined)), 'Upstream.lambda', 'nothing'],
  [
    'a stub that JSON cannot say',
    () => Upstream.stub(200, 5n),
    'Upstream.stub',
    'status 200 with a body of type bigint',
  ],
  ['a limit of text', () => Limit.perMinute(untyped('60')), 'Limit.perMinute', '"60" requests'],
  [
    'a body’s size as a number',
    () => route({ maxBody: 5, input: { body: z.object({}) } }),
    `${atRoute} maxBody`,
    '5',
  ],
  [
    'a body’s size known at deploy',
    () => route({ maxBody: Size.mebibytes(Token.asNumber({ Ref: 'Size' })), input: { body: z.object({}) } }),
    `${atRoute} maxBody`,
    'a deploy-time value',
  ],
  [
    'optional nothing',
    () => route({ input: { query: { a: optional(untyped(undefined)) } } }),
    `${atRoute} input.query.a`,
    'nothing',
  ],
  [
    'a removal policy that is none',
    () => new GatewayState(newStack(), 'State', untyped({ removalPolicy: 'keep' })),
    'S/State removalPolicy',
    '"keep"',
  ],
  [
    'a dashboard of nothing',
    () => new ZeroTrustDashboard(newStack(), 'Dashboard', untyped({})),
    'S/Dashboard api',
    'nothing',
  ],
  [
    'a firewall that is none',
    () => new ZeroTrustDashboard(newStack(), 'Dashboard', untyped({ api: newApi(), firewall: 'F' })),
    'S/Dashboard firewall',
    '"F"',
  ],
  [
    'alarms that are none',
    () => new ZeroTrustDashboard(newStack(), 'Dashboard', untyped({ api: newApi(), alarms: ['A'] })),
    'S/Dashboard alarms',
    'a list of 1',
  ],
  [
    'no alarms at all',
    () => new ZeroTrustDashboard(newStack(), 'Dashboard', untyped({ api: newApi(), alarms: null })),
    'S/Dashboard alarms',
    'null',
  ],
  [
    'a dashboard of an API whose name would end a search expression',
    () => new ZeroTrustDashboard(newStack(), 'Dashboard', { api: new ZeroTrustApi(newStack(), "Joe's API") }),
    'S/Dashboard api',
    '"Joe\'s API"',
  ],
]

describe('an argument that types would not let through', () => {
  it.each(cases)('is refused in this library’s words: %s', (_, declare, at, given) => {
    expect(complaintOf(declare)).toMatchObject({ at, given })
  })
})

describe('an option that may be left out', () => {
  it('may be undefined', () => {
    expect(token({ scopes: undefined, roles: undefined, claims: undefined }).toString()).toBe(
      'any valid token',
    )
    expect(() => route({ input: undefined, limits: undefined, maxBody: undefined })).not.toThrow()
    expect(() => route({ input: { query: undefined } })).not.toThrow()
  })
})
