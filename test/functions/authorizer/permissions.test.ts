import { describe, expect, test } from 'vitest'
import type { RouteAccess } from '../../../contract/manifest.ts'
import { permit } from '../../../functions/authorizer/permissions.ts'
import type { VerifiedToken } from '../../../functions/authorizer/token.ts'

const never = () => Promise.reject(new Error('not asked'))
const none: RouteAccess = { scopes: [], roles: [], claims: [], bound: [], rule: 'r' }

function ask(claims: Record<string, unknown>, access: Partial<RouteAccess>, leewaySeconds = 0) {
  const token: VerifiedToken = {
    issuer: {
      name: 'https://login.example.com',
      audiences: [],
      algorithms: [],
      tokenType: 'at+jwt',
      requiredClaims: [],
      leewaySeconds,
      maxLifetimeSeconds: 86_400,
      maxAgeSeconds: null,
      rolesClaim: 'roles',
      keys: { find: never, replacing: never },
    },
    claims: { sub: 'user-1', exp: 1000, ...claims },
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

  test('all have to hold', () => {
    const both = { claims: [...equals.claims, { kind: 'equals', claim: 'region', value: 'eu' }] as const }
    expect(ask({ tenant: 'acme', region: 'eu' }, both).ok).toBe(true)
    expect(ask({ tenant: 'acme' }, both).ok).toBe(false)
  })
})

describe('the ticket', () => {
  test('lives as long as the first door would accept the token: its leeway included', () => {
    expect(ask({ exp: 1000 }, {})).toMatchObject({ value: { expiresAt: 1000 } })
    expect(ask({ exp: 1000 }, {}, 30)).toMatchObject({ value: { expiresAt: 1030 } })
  })

  test('carries the claims that the gate compares, and who is calling', () => {
    expect(ask({ sub: 'user-1', azp: 'app', tenant: 'acme' }, { bound: ['sub', 'tenant'] })).toEqual({
      ok: true,
      value: {
        route: 'GET /deals',
        rule: 'r',
        issuer: 'https://login.example.com',
        subject: 'user-1',
        client: 'app',
        expiresAt: 1000,
        bound: { sub: 'user-1', tenant: 'acme' },
      },
    })
  })

  test.each([undefined, '', 7, ['acme'], null])('is refused when a claim to compare is %j', tenant => {
    expect(ask({ tenant }, { bound: ['tenant'] })).toMatchObject({ reason: 'claim.not_allowed' })
  })

  test('expires no later than its token, whose last second may be broken', () => {
    expect(ask({ exp: 1000.9 }, {})).toMatchObject({ value: { expiresAt: 1000 } })
  })
})
