import { describe, expect, test } from 'vitest'
import type { RouteAccess } from '../../../contract/authorizer-manifest.ts'
import type { Issuer } from '../../../functions/authorizer/issuers.ts'
import { permit } from '../../../functions/authorizer/permissions.ts'
import type { VerifiedToken } from '../../../functions/authorizer/verified-tokens.ts'

const never = () => Promise.reject(new Error('not asked'))
const none: RouteAccess = {
  issuers: [0],
  scopes: [],
  anyScope: [],
  roles: [],
  claims: [],
  carried: [],
  viewers: [],
  fingerprint: 'f',
}

function ask(
  claims: Record<string, unknown>,
  access: Partial<RouteAccess>,
  more: Partial<Issuer> = {},
  until = 1000,
) {
  const token: VerifiedToken = {
    issuer: {
      name: 'https://login.example.com',
      place: 0,
      audience: { claim: 'aud', values: [] },
      algorithms: [],
      tokenType: 'at+jwt',
      requiredClaims: [],
      fixedClaims: [],
      scopes: { claim: 'scope', form: 'text' },
      roles: ['roles'],
      clientClaim: 'client_id',
      leewaySeconds: 0,
      maxLifetimeSeconds: 86_400,
      maxAgeSeconds: null,
      keys: { prepare: never, find: never, replacing: never, current: () => undefined, age: () => null },
      ...more,
    },
    claims: { sub: 'user-1', exp: 1000, ...claims },
    until,
  }
  return permit(token, { ...none, ...access }, 'GET /deals')
}

describe('scopes', () => {
  const access = { scopes: ['deals:read', 'deals:write'] }

  test('permit when every one is there, in any order, beside others', () => {
    expect(ask({ scope: 'other deals:write deals:read' }, access).ok).toBe(true)
  })

  test.each([
    ['one of two', 'deals:read'],
    ['none', undefined],
    ['an empty one', ''],
    ['a list instead of text', ['deals:read', 'deals:write']],
    ['commas', 'deals:read,deals:write'],
    ['another case', 'Deals:Read deals:write'],
    ['longer ones', 'deals:readonly deals:writes'],
    ['a wildcard', 'deals:* *'],
    ['line breaks', 'deals:read\ndeals:write'],
    ['an object', { 'deals:read': true, 'deals:write': true }],
  ])('do not permit with %s', (_, scope) => {
    expect(ask({ scope }, access)).toMatchObject({ ok: false, reason: 'scope.insufficient' })
  })

  test('in another claim grant nothing', () => {
    expect(ask({ scp: 'deals:read deals:write', scopes: access.scopes }, access).ok).toBe(false)
  })
})

describe('any of several scopes', () => {
  const access = { anyScope: ['deals:read', 'deals:admin'] }

  test.each(['deals:read', 'deals:admin', 'other deals:admin'])('permits %s', scope => {
    expect(ask({ scope }, access).ok).toBe(true)
  })

  test.each(['', 'deals:readonly', 'deals', 'deals:read,deals:admin'])('does not permit %j', scope => {
    expect(ask({ scope }, access)).toMatchObject({ reason: 'scope.insufficient' })
  })
})

describe('scopes as the issuer writes them', () => {
  const access = { scopes: ['deals:read'] }
  const list = { scopes: { claim: 'scp', form: 'list' } } as const

  test('count in its claim and its form', () => {
    expect(ask({ scp: ['deals:read', 'other'] }, access, list).ok).toBe(true)
    expect(ask({ scp: 'other deals:read' }, access, { scopes: { claim: 'scp', form: 'text' } }).ok).toBe(true)
  })

  test.each([
    ['text where it writes lists', { scp: 'deals:read' }],
    ['one item with a space', { scp: ['other deals:read'] }],
    ['another claim', { scope: ['deals:read'] }],
    ['a list in a list', { scp: [['deals:read']] }],
  ])('do not count as %s', (_, claims) => {
    expect(ask(claims, access, list)).toMatchObject({ reason: 'scope.insufficient' })
  })

  test('do not count where it grants none', () => {
    expect(ask({ scope: 'deals:read' }, access, { scopes: null }).ok).toBe(false)
  })
})

describe('the issuers a route accepts', () => {
  test('are told by their place, whatever the token would permit', () => {
    expect(ask({}, { issuers: [0, 1] }, { place: 1 }).ok).toBe(true)
    expect(ask({}, { issuers: [0, 2] }, { place: 1 })).toMatchObject({ reason: 'issuer.not_accepted' })
  })

  test('come before everything else that is asked', () => {
    expect(ask({}, { issuers: [], scopes: ['a'], roles: ['b'] })).toMatchObject({
      reason: 'issuer.not_accepted',
    })
  })
})

describe('nested roles', () => {
  const access = { roles: ['sales'] }
  const nested = { roles: ['realm_access', 'roles'] }

  test('are found along their path', () => {
    expect(ask({ realm_access: { roles: ['sales'] } }, access, nested).ok).toBe(true)
  })

  test.each([
    ['at the top', { roles: ['sales'] }],
    ['under a name with a dot', { 'realm_access.roles': ['sales'] }],
    ['where the path ends early', { realm_access: ['sales'] }],
    ['where there is nothing', {}],
    ['where null is on the way', { realm_access: null }],
    ['where text is on the way', { realm_access: 'roles' }],
  ])('do not count %s', (_, claims) => {
    expect(ask(claims, access, nested)).toMatchObject({ reason: 'role.missing' })
  })

  test('are not what every object inherits', () => {
    expect(ask({}, access, { roles: ['constructor', 'name'] }).ok).toBe(false)
  })
})

describe('roles', () => {
  const access = { roles: ['sales', 'support'] }

  test('permit when one of them is there', () => {
    expect(ask({ roles: ['finance', 'support'] }, access).ok).toBe(true)
  })

  test.each([
    ['none', undefined],
    ['no list', 'sales'],
    ['an object', { sales: true }],
    ['nested lists', [['sales']]],
    ['objects', [{ name: 'sales' }]],
    ['another case', ['Sales']],
    ['an empty list', []],
  ])('do not permit with %s', (_, roles) => {
    expect(ask({ roles }, access)).toMatchObject({ ok: false, reason: 'role.missing' })
  })
})

describe('claim rules', () => {
  const equals = { claims: [{ kind: 'equals', claim: 'tenant', value: 'acme' }] as const }
  const oneOf = { claims: [{ kind: 'oneOf', claim: 'tenant', values: ['acme', 'umbrella'] }] as const }

  test.each([
    ['equals', equals],
    ['oneOf', oneOf],
  ])('of kind %s permit the exact text only', (_, access) => {
    expect(ask({ tenant: 'acme' }, access).ok).toBe(true)
    for (const tenant of [undefined, null, true, ['acme'], 'Acme', 'acme ', { acme: 1 }]) {
      expect(ask({ tenant }, access)).toMatchObject({
        ok: false,
        reason: 'claim.not_allowed',
        note: 'tenant',
      })
    }
  })

  test('are not met by what every object inherits', () => {
    for (const claim of ['constructor', 'toString', '__proto__']) {
      expect(ask({}, { claims: [{ kind: 'oneOf', claim, values: ['acme'] }] }).ok).toBe(false)
    }
  })

  test('of kind equals tell true from "true", and 1 from "1"', () => {
    const verified = { claims: [{ kind: 'equals', claim: 'email_verified', value: true }] as const }
    expect(ask({ email_verified: true }, verified).ok).toBe(true)
    for (const email_verified of ['true', 1, null]) expect(ask({ email_verified }, verified).ok).toBe(false)
    const level = { claims: [{ kind: 'equals', claim: 'level', value: 1 }] as const }
    expect(ask({ level: 1 }, level).ok).toBe(true)
    for (const value of ['1', true, 1.5]) expect(ask({ level: value }, level).ok).toBe(false)
  })

  test('of kind contains permit a list with exactly that text in it', () => {
    const beta = { claims: [{ kind: 'contains', claim: 'groups', value: 'beta' }] as const }
    expect(ask({ groups: ['alpha', 'beta'] }, beta).ok).toBe(true)
    for (const groups of [undefined, 'beta', ['Beta'], ['betas'], [['beta']], { beta: true }, []]) {
      expect(ask({ groups }, beta)).toMatchObject({ reason: 'claim.not_allowed' })
    }
  })

  test('of kind present permit anything but null', () => {
    const present = { claims: [{ kind: 'present', claim: 'plan' }] as const }
    for (const plan of ['', 0, false, [], {}]) expect(ask({ plan }, present).ok).toBe(true)
    for (const plan of [undefined, null]) expect(ask({ plan }, present).ok).toBe(false)
  })

  test('all have to hold', () => {
    const both = { claims: [...equals.claims, { kind: 'equals', claim: 'region', value: 'eu' }] as const }
    expect(ask({ tenant: 'acme', region: 'eu' }, both).ok).toBe(true)
    expect(ask({ tenant: 'acme' }, both).ok).toBe(false)
  })
})

describe('the ticket', () => {
  test('lives as long as the first door would accept the token: by its exp, its age and the leeway', () => {
    expect(ask({ exp: 1000 }, {}, {}, 900)).toMatchObject({ value: { expiresAt: 900 } })
    expect(ask({ exp: 1000 }, {}, {}, 1030)).toMatchObject({ value: { expiresAt: 1030 } })
  })

  test('carries the claims that the gate compares, and who is calling', () => {
    const claims = { sub: 'user-1', client_id: 'app', tenant: 'acme', jti: 'token-1', iat: 900 }
    expect(ask(claims, { carried: ['sub', 'tenant'] })).toEqual({
      ok: true,
      value: {
        route: 'GET /deals',
        fingerprint: 'f',
        issuer: 'https://login.example.com',
        subject: 'user-1',
        client: 'app',
        tokenId: 'token-1',
        issuedAt: 900,
        expiresAt: 1000,
        claims: { sub: 'user-1', tenant: 'acme' },
        viewers: [],
      },
    })
  })

  test('names no token and no time of issue where the token has none', () => {
    expect(ask({ sub: 'user-1' }, {})).toMatchObject({ value: { tokenId: '', issuedAt: null, client: '' } })
  })

  const viewers = [
    { scopes: [], anyScope: [], roles: ['manager', 'owner'] },
    { scopes: ['costs:read', 'costs'], anyScope: [], roles: [] },
    { scopes: [], anyScope: ['a', 'b'], roles: ['manager'] },
  ]
  test.each<[claims: Record<string, unknown>, places: readonly number[]]>([
    [{}, []],
    [{ roles: ['owner'] }, [0]],
    [{ roles: ['manager'], scope: 'b' }, [0, 2]],
    [{ scope: 'costs costs:read a' }, [1]],
    [{ scope: 'costs:read' }, []],
    [{ roles: 'manager', scope: ['costs:read', 'costs'] }, []],
    [{ roles: ['Manager', 'manager '], scope: 'costs:reads costs' }, []],
    [{ viewers: [0, 1, 2] }, []],
  ])('says by their places which viewers a caller is one of: %j', (claims, places) => {
    expect(ask(claims, { viewers })).toMatchObject({ value: { viewers: places } })
  })

  test('makes nobody a viewer by an issuer that grants neither scopes nor roles', () => {
    const claims = { roles: ['manager'], scope: 'costs:read costs a' }
    expect(ask(claims, { viewers }, { scopes: null, roles: null })).toMatchObject({ value: { viewers: [] } })
  })

  test('carries claims as they are, and none that is not there', () => {
    const tenant = { id: 7, names: ['acme', null, true] }
    expect(ask({ tenant }, { carried: ['tenant', 'plan', 'constructor', '__proto__'] })).toMatchObject({
      value: { claims: { tenant } },
    })
  })

  test('is not made where the claims to carry would not fit, by a single letter, as they are written in the end', () => {
    const access = { carried: ['groups'] }
    const written = (groups: string) => JSON.stringify(JSON.stringify({ groups })).length
    const overhead = written('')
    const fits = 'x'.repeat(4096 - overhead)
    expect(ask({ groups: fits }, access).ok).toBe(true)
    expect(ask({ groups: `${fits}x` }, access)).toMatchObject({ reason: 'claim.not_allowed' })
    // A quote is three letters in the end, and a letter beyond ASCII up to four bytes.
    for (const letter of ['"', 'ü', '😀']) {
      expect(ask({ groups: fits.slice(1) + letter }, access)).toMatchObject({ ok: false })
    }
  })

  test.each([undefined, 7, ['app'], 'a\r\nb', 'x'.repeat(256)])(
    'names no client where it is %j',
    client_id => {
      expect(ask({ client_id }, {})).toMatchObject({ value: { client: '' } })
    },
  )

  test('expires no later than its token, whose last second may be broken', () => {
    expect(ask({ exp: 1000.9 }, {}, {}, 1000.9)).toMatchObject({ value: { expiresAt: 1000 } })
  })
})
