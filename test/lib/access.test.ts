import { Duration, Lazy } from 'aws-cdk-lib'
import { Access, DeclarationError, Issuer, type TokenAccessOptions } from 'sallyport'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { complaintOf, login, newApi, newStack, ok, synthesized } from './support.ts'

const key = 'GET /users/{userId}'
const partner = Issuer.oidc('https://partner.example.com', {
  audience: 'https://api.example.com',
  algorithms: ['RS256'],
})
const add = (access: Access<'userId'>, issuers: readonly Issuer[] = [login]) =>
  newApi({ issuers }).addRoute(key, {
    upstream: ok,
    access,
    input: { path: { userId: z.string() }, query: { limit: z.int().optional() } },
  })
const late = (text: string) => Lazy.string({ produce: () => text })
// biome-ignore lint/suspicious/noExplicitAny: what JavaScript, or a cast, can hand in
const untyped = (options: unknown): TokenAccessOptions<never> => options as any

describe('an access rule is refused', () => {
  const texts = 'a list of one or more different, non-empty strings'
  const scopeWord = 'one scope-token of RFC 6749 §3.3: printable ASCII without spaces, quotes and backslashes'
  const scopesFix = "write scopes: ['deals:read'], or leave scopes out where none is needed"
  const anyOfFix =
    "write scopes: { anyOf: ['deals:read', 'deals:admin'] }, or leave scopes out where none is needed"
  const scopesAllowed = 'a list (all of them), or { anyOf: [...] } (one of them)'
  const eitherFix = "write scopes: ['deals:read'], or scopes: { anyOf: ['deals:read', 'deals:admin'] }"
  const claimKinds = 'exactly one of equals, oneOf, contains, present, equalsPath'

  test.each<[when: string, options: unknown, at: string, given: string, allowed: string, fix: string]>([
    [
      'with an option that nobody would read',
      { scope: ['a'] },
      'Access.token',
      'unknown option "scope"',
      'issuers, scopes, roles, claims, rule, acr, mfa, maxAuthenticationAge',
      'remove "scope", or spell it as one of the above',
    ],
    ['with scopes as text', { scopes: 'a b' }, 'Access.token scopes', '"a b"', texts, scopesFix],
    [
      'with no scopes in their list',
      { scopes: [] },
      'Access.token scopes',
      'an empty list',
      texts,
      scopesFix,
    ],
    ['with a scope twice', { scopes: ['a', 'a'] }, 'Access.token scopes', '"a" twice', texts, scopesFix],
    [
      'with a scope known at deploy time',
      { scopes: [late('a')] },
      'Access.token scopes[0]',
      'a deploy-time value',
      'text that is known at synth',
      scopesFix,
    ],
    [
      'with any scope of none',
      { scopes: { anyOf: [] } },
      'Access.token scopes.anyOf',
      'an empty list',
      texts,
      anyOfFix,
    ],
    ['with any scope of nothing', { scopes: {} }, 'Access.token scopes.anyOf', 'nothing', texts, anyOfFix],
    [
      'with any scope of a text',
      { scopes: { anyOf: 'a' } },
      'Access.token scopes.anyOf',
      '"a"',
      texts,
      anyOfFix,
    ],
    ['with scopes as null', { scopes: null }, 'Access.token scopes', 'null', scopesAllowed, eitherFix],
    [
      'with scopes of a word that nobody would read',
      { scopes: { allOf: ['a'] } },
      'Access.token scopes',
      'unknown option "allOf"',
      scopesAllowed,
      eitherFix,
    ],
    [
      'with one of several scopes that could not stand in a challenge',
      { scopes: { anyOf: ['a', 'b"c'] } },
      'Access.token scopes.anyOf',
      'scope "b\\"c"',
      scopeWord,
      'list several scopes as several strings',
    ],
    [
      'with roles that are none',
      { roles: [] },
      'Access.token roles',
      'an empty list',
      texts,
      "write roles: ['sales'], or leave roles out where none is needed",
    ],
    [
      'with roles as scopes are written, of which one is meant anyway',
      { roles: { anyOf: ['sales'] } },
      'Access.token roles',
      'an object',
      texts,
      "write roles: ['sales', 'lead']: a list of roles already means one of them",
    ],
    [
      'with a text in place of options',
      'deals:read',
      'Access.token',
      '"deals:read"',
      'an object with issuers, scopes, roles, claims, rule, acr, mfa, maxAuthenticationAge',
      "write Access.token({ scopes: ['deals:read'] })",
    ],
    [
      'with a claim without a name',
      { claims: { '': { present: true } } },
      'Access.token claims',
      '""',
      'the name of a claim',
      "write claims: { tenant: { equals: 'acme' } }",
    ],
    [
      'with claims as a list',
      { claims: ['sub'] },
      'Access.token claims',
      'a list of 1',
      'an object with a requirement for each claim',
      "write claims: { tenant: { equals: 'acme' } }",
    ],
    [
      'with a claim without requirement',
      { claims: { a: {} } },
      'Access.token claims.a',
      'nothing',
      claimKinds,
      'state one requirement per claim',
    ],
    [
      'with a claim of two requirements, of which one would be forgotten',
      { claims: { a: { present: true, equals: 'b' } } },
      'Access.token claims.a',
      'present and equals',
      claimKinds,
      'state one requirement per claim',
    ],
    ...[[''], [null], [Number.NaN], [{}]].map(
      ([value]) =>
        [
          `with a claim that equals ${JSON.stringify(value)}`,
          { claims: { a: { equals: value } } },
          'Access.token claims.a.equals',
          value === '' ? '""' : value === null ? 'null' : typeof value === 'number' ? 'NaN' : 'an object',
          typeof value === 'string' || typeof value === 'number'
            ? 'a non-empty string'
            : 'a non-empty string, a number, true or false',
          "write equals: 'acme'; a claim that is true or a number is written as that",
        ] as [string, unknown, string, string, string, string],
    ),
    [
      'with a claim that is one of none',
      { claims: { a: { oneOf: [] } } },
      'Access.token claims.a.oneOf',
      'an empty list',
      texts,
      "write oneOf: ['acme', 'initech']; claims are compared as text",
    ],
    [
      'with a claim that contains a list',
      { claims: { a: { contains: ['b'] } } },
      'Access.token claims.a.contains',
      'a list of 1',
      'a non-empty string',
      "write contains: 'beta'; items are compared as text",
    ],
    [
      'with a claim that is to be absent, which no protection should rest on',
      { claims: { a: { present: false } } },
      'Access.token claims.a.present',
      'false',
      'true',
      'write present: true, or leave the claim out',
    ],
    [
      'with a claim that equals the path as a whole',
      { claims: { a: { equalsPath: true } } },
      'Access.token claims.a.equalsPath',
      'true',
      'a non-empty string',
      'name a parameter of the path',
    ],
    [
      'with an empty rule',
      { rule: '' },
      'Access.token rule',
      '""',
      'a non-empty string',
      'write a condition in CEL, or leave rule out',
    ],
    [
      'with a rule that is a function',
      { rule: () => true },
      'Access.token rule',
      'a function',
      'a non-empty string',
      'write a condition in CEL, or leave rule out',
    ],
    [
      'with a rule known at deploy time',
      { rule: `claims.a == '${late('b')}'` },
      'Access.token rule',
      'a deploy-time value',
      'text that is known at synth',
      'write a condition in CEL, or leave rule out',
    ],
    [
      'with acr as text',
      { acr: 'phr' },
      'Access.token acr',
      '"phr"',
      texts,
      "write acr: ['phr'], or leave acr out where any way to sign in will do",
    ],
    ...['a b', 'a"', 'a\\', 'ä', 'a\n', 'a\u0000'].map(
      value =>
        [
          `with the acr ${JSON.stringify(value)}, which would break out of a challenge`,
          { acr: ['phr', value] },
          'Access.token acr',
          `acr value ${JSON.stringify(value)}`,
          'printable ASCII without spaces, quotes and backslashes',
          'list several acr values as several strings',
        ] as [string, unknown, string, string, string, string],
    ),
    [
      'with mfa as text',
      { mfa: 'true' },
      'Access.token mfa',
      '"true"',
      'true or false',
      'write mfa: true, or leave it out',
    ],
    [
      'with mfa as null',
      { mfa: null },
      'Access.token mfa',
      'null',
      'true or false',
      'write mfa: true, or leave it out',
    ],
    [
      'with issuers that are none',
      { issuers: [] },
      'Access.token issuers',
      'an empty list',
      "a list of one or more of the API's issuers",
      'keep the Issuer in a constant, and name it in both places; leave issuers out where all of them count',
    ],
    [
      'with an issuer twice',
      { issuers: [login, partner, login] },
      'Access.token issuers',
      'https://login.example.com twice',
      "a list of different issuers of the API's",
      'name it once, or another one',
    ],
    [
      'with an issuer by its name',
      { issuers: [login, 'https://partner.example.com'] },
      'Access.token issuers',
      '"https://partner.example.com"',
      "a list of one or more of the API's issuers",
      'keep the Issuer in a constant, and name it in both places; leave issuers out where all of them count',
    ],
  ])('%s', (_, options, at, given, allowed, fix) => {
    expect(complaintOf(() => Access.token(untyped(options)))).toEqual({ at, given, allowed, fix })
  })

  test.each([0, 365 * 24 * 3600 + 1, 0.5])('with a sign-in of %s seconds ago', seconds => {
    const maxAuthenticationAge = Duration.millis(seconds * 1000)
    expect(() => Access.token({ maxAuthenticationAge })).toThrow(DeclarationError)
  })
  test.each([1, 365 * 24 * 3600])('and not with one of %s seconds ago', seconds => {
    expect(Access.token({ maxAuthenticationAge: Duration.seconds(seconds) }).authentication).toEqual({
      acrValues: [],
      mfa: false,
      maxAgeSeconds: seconds,
    })
  })
  test('with a number in place of a Duration, which says nothing of its unit', () => {
    expect(complaintOf(() => Access.token(untyped({ maxAuthenticationAge: 300 })))).toEqual({
      at: 'Access.token maxAuthenticationAge',
      given: '300',
      allowed: 'a Duration from 1 second to 365 days, in whole seconds',
      fix: 'write Duration.seconds(300)',
    })
  })
  test.each([0, 1.5, '5', null])(
    'with %j in place of a Duration, of which no Duration can be made',
    given => {
      expect(complaintOf(() => Access.token(untyped({ maxAuthenticationAge: given }))).fix).toBe(
        'state a Duration within these bounds',
      )
    },
  )
})

describe('on a route, an access rule is refused', () => {
  const at = `route "${key}" of S/Api access`

  test('that names an issuer which the API does not have', () => {
    expect(complaintOf(() => add(Access.token({ issuers: [partner] })))).toEqual({
      at: `${at}.issuers`,
      given: 'https://partner.example.com, which is no issuer of this API',
      allowed: 'the issuers of this API: https://login.example.com',
      fix: 'use the very Issuer that the API was given, or add this one to its issuers',
    })
  })

  test('that binds a claim to the path where two issuers name the callers, and not where one does', () => {
    const claims = { sub: { equalsPath: 'userId' } } as const
    expect(complaintOf(() => add(Access.token({ claims }), [login, partner]))).toMatchObject({
      at: `${at}.claims`,
      given: 'equalsPath on a route that accepts 2 issuers',
    })
    expect(add(Access.token({ claims, issuers: [login] }), [login, partner]).key).toBe(key)
  })

  test.each([{ equals: 'admin-1' }, { oneOf: ['admin-1', 'admin-2'] }, { contains: 'admin-1' }])(
    'that names callers by sub where two issuers do, unless it says whose: %j',
    sub => {
      const both = [login, partner]
      expect(complaintOf(() => add(Access.token({ claims: { sub } }), both))).toMatchObject({
        at: `${at}.claims.sub`,
        given: 'callers by name on a route that accepts 2 issuers',
      })
      const iss = { equals: 'https://login.example.com' }
      expect(add(Access.token({ claims: { sub, iss } }), both).key).toBe(key)
      expect(add(Access.token({ claims: { sub }, issuers: [login] }), both).key).toBe(key)
    },
  )
})

describe('an access rule as people say it', () => {
  test.each<[TokenAccessOptions<'userId'>, string]>([
    [{}, 'any valid token'],
    [{ issuers: [login, partner] }, 'issuer https://login.example.com or https://partner.example.com'],
    [{ scopes: ['a', 'b'] }, 'scope a, scope b'],
    [{ scopes: { anyOf: ['a', 'b'] } }, 'scope a or b'],
    [{ roles: ['sales', 'admin'] }, 'role sales or admin'],
    [{ claims: { level: { equals: 3 } } }, 'level = 3'],
    [{ claims: { tenant: { oneOf: ['acme', 'initech'] } } }, 'tenant = acme or initech'],
    [{ claims: { groups: { contains: 'beta' } } }, 'groups with beta'],
    [{ claims: { email: { present: true } } }, 'any email'],
    [{ claims: { sub: { equalsPath: 'userId' } } }, 'sub = {userId}'],
    [{ rule: "claims.plan == 'pro'" }, "rule claims.plan == 'pro'"],
    [{ rule: "\n  claims.plan\n    == 'a  b'\n" }, "rule claims.plan \\n == 'a  b'"],
    [{ acr: ['phrh', 'phr'] }, 'acr phrh or phr'],
    [{ mfa: true }, 'more than one factor'],
    [{ mfa: false }, 'any valid token'],
    [{ maxAuthenticationAge: Duration.minutes(5) }, 'signed in within 300 s'],
    [{ scopes: ['a'], roles: ['b'], mfa: true }, 'scope a, role b, more than one factor'],
  ])('%o', (options, text) => {
    expect(String(Access.token(options))).toBe(text)
  })

  test('is in the order in which it is decided', () => {
    const everything = Access.token({
      maxAuthenticationAge: Duration.seconds(60),
      rule: 'true',
      claims: { sub: { equalsPath: 'userId' }, a: { present: true } },
      roles: ['r'],
      scopes: ['s'],
      issuers: [login],
    })
    expect(String(everything)).toBe(
      'issuer https://login.example.com, scope s, role r, any a, signed in within 60 s, sub = {userId}, rule true',
    )
  })

  test('of everyone is public', () => {
    expect(String(Access.public())).toBe('public')
  })
})

describe('the fingerprint of a route', () => {
  const fingerprints = (access: Access<'userId'>, issuers: readonly Issuer[] = [login]) => {
    const declared = synthesized(
      api => {
        api.addRoute(key, {
          upstream: ok,
          access,
          input: { path: { userId: z.string() }, query: { limit: z.int().optional() } },
        })
        api.addRoute('GET /other', { upstream: ok, access: Access.token({ scopes: ['other'] }) })
      },
      { issuers },
      newStack(),
    )
    const first = declared.authorizer?.manifest.routes[key]?.fingerprint
    const access2 = declared.gates.map(({ manifest }) => manifest.routes[key]?.access).find(each => each)
    expect(access2).toMatchObject({ fingerprint: first })
    return { own: first, other: declared.authorizer?.manifest.routes['GET /other']?.fingerprint }
  }

  const variants: ReadonlyArray<TokenAccessOptions<'userId'>> = [
    {},
    { scopes: ['a'] },
    { scopes: ['b'] },
    { scopes: ['a', 'b'] },
    { scopes: { anyOf: ['a', 'b'] } },
    { roles: ['a'] },
    { claims: { a: { equals: 'a' } } },
    { claims: { a: { equals: true } } },
    { claims: { a: { oneOf: ['a'] } } },
    { claims: { a: { contains: 'a' } } },
    { claims: { a: { present: true } } },
    { claims: { a: { equalsPath: 'userId' } } },
    { rule: "claims.a == 'a'" },
    { rule: "claims.a == 'b'" },
    { acr: ['a'] },
    { acr: ['b'] },
    { mfa: true },
    { maxAuthenticationAge: Duration.seconds(60) },
    { maxAuthenticationAge: Duration.seconds(61) },
  ]

  test('is another one for each thing that can be asked for, and other routes keep theirs', () => {
    const all = variants.map(options => fingerprints(Access.token(options)))
    expect(new Set(all.map(({ own }) => own)).size).toBe(variants.length)
    expect(new Set(all.map(({ other }) => other)).size).toBe(1)
  })

  test('is another one when what an accepted issuer is changes', () => {
    const strict = Issuer.oidc('https://login.example.com', {
      audience: 'https://api.example.com',
      algorithms: ['ES256'],
      maxLifetime: Duration.hours(1),
    })
    expect(fingerprints(Access.token(), [strict]).own).not.toBe(fingerprints(Access.token(), [login]).own)
  })

  test('stays when an issuer is added that the route does not accept, whichever comes first', () => {
    const access = Access.token({ issuers: [login] })
    const before = fingerprints(access).own
    expect(fingerprints(access, [login, partner]).own).toBe(before)
    expect(fingerprints(access, [partner, login]).own).toBe(before)
  })

  test('is another one when an issuer is added that the route accepts', () => {
    expect(fingerprints(Access.token(), [login, partner]).own).not.toBe(fingerprints(Access.token()).own)
  })

  test('stays when options are written in another order', () => {
    const one = Access.token({ scopes: ['a'], rule: "claims.a == 'a' && claims.b == 'b'" })
    const two = Access.token({ rule: "claims.a == 'a' && claims.b == 'b'", scopes: ['a'] })
    expect(fingerprints(one).own).toBe(fingerprints(two).own)
  })
})
