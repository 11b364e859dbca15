import { Access, Issuer, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { anyOutput } from '../lib/support.ts'
import { type Asked, startSmallCloud, upstreamOrigin } from './small-cloud.ts'

const partner = 'https://partner.example.com'

let cloud: Awaited<ReturnType<typeof startSmallCloud>>
beforeAll(async () => {
  cloud = await startSmallCloud(stack => {
    const token = { audience: 'https://api.example.com', algorithms: ['ES256'] } as const
    const ours = Issuer.oidc('https://login.example.com', { ...token, rolesClaim: ['realm_access', 'roles'] })
    const theirs = Issuer.oidc(partner, token)
    const api = new ZeroTrustApi(stack, 'Api', { issuers: [ours, theirs] })
    const inner = api.addUpstream('Inner', Upstream.http(upstreamOrigin))
    const query = { limit: z.int().optional(), tags: z.array(z.string()).optional() }
    const add = (route: `GET /${string}`, access: Access<never>) =>
      api.addRoute(route, { upstream: inner, output: anyOutput, access, input: { query } })

    add(
      'GET /plans',
      Access.token({ rule: "claims.plan == 'pro' || (has(query.limit) && query.limit <= 10)" }),
    )
    add('GET /tags', Access.token({ rule: 'has(query.tags) && query.tags.all(tag, tag in claims.tags)' }))
    add('GET /here', Access.token({ rule: "source.ip.inRange('127.0.0.0/8')" }))
    add('GET /office', Access.token({ rule: "source.ip.inRange('10.0.0.0/8')" }))
    add('GET /names', Access.token({ rule: "claims['custom:plan'] == 'pro'" }))
    api.addRoute('GET /keys/{keyId}', {
      upstream: inner,
      output: anyOutput,
      access: Access.token({ rule: "path.keyId.startsWith(claims.sub + ':')", issuers: [ours] }),
      input: { path: { keyId: z.string().max(50) } },
    })

    add('GET /ours', Access.token({ issuers: [ours] }))
    add('GET /theirs', Access.token({ issuers: [theirs] }))
    add('GET /both', Access.token())
    add('GET /any', Access.token({ scopes: { anyOf: ['read', 'admin'] } }))
    add('GET /roles', Access.token({ roles: ['sales'], issuers: [ours] }))
    add('GET /groups', Access.token({ claims: { groups: { contains: 'beta' } } }))
    add('GET /present', Access.token({ claims: { email: { present: true } } }))
    add('GET /level', Access.token({ claims: { level: { equals: 3 }, verified: { equals: true } } }))
    add('GET /shared', Access.token({ scopes: ['shared:read'] }))
    api.addRoute('POST /shared', {
      upstream: inner,
      output: anyOutput,
      access: Access.token({ scopes: ['shared:write'] }),
    })
    api.addRoute('PUT /shared', {
      upstream: inner,
      output: anyOutput,
      access: Access.token({ rule: "claims.plan == 'pro'" }),
    })
  })
})
afterAll(() => cloud.close())

const denied = [403, 'access.denied'] as const

describe('a rule decides over', () => {
  test.each<[what: string, path: string, asked: Asked]>([
    ['claims', '/plans', { claims: { plan: 'pro' } }],
    ['the query', '/plans?limit=10', {}],
    ['lists of both', '/tags?tags=a&tags=b', { claims: { tags: ['b', 'a', 'c'] } }],
    ['the source address', '/here', {}],
    ['the path', '/keys/user-1:k1', {}],
    ['the path, decoded', '/keys/user-1%3Ak1', {}],
    ['claims of odd names', '/names', { claims: { 'custom:plan': 'pro' } }],
  ])('%s, and lets through', async (_, path, asked) => {
    expect((await cloud.call(path, asked)).status).toBe(200)
  })

  test.each<[reason: 'rule.not_met' | 'rule.failed', what: string, path: string, asked: Asked]>([
    ['rule.not_met', 'another plan and too high a limit', '/plans?limit=11', { claims: { plan: 'free' } }],
    ['rule.failed', 'no plan and no limit', '/plans', {}],
    ['rule.not_met', 'another plan and no limit', '/plans', { claims: { plan: 'free' } }],
    ['rule.not_met', 'a plan in a list', '/plans?limit=11', { claims: { plan: ['pro'] } }],
    ['rule.not_met', 'a tag of someone else', '/tags?tags=a&tags=d', { claims: { tags: ['a'] } }],
    ['rule.failed', 'tags as text', '/tags?tags=a', { claims: { tags: 'a' } }],
    ['rule.not_met', 'another network', '/office', {}],
    ['rule.not_met', "someone else's key", '/keys/user-2:k1', {}],
    ['rule.not_met', 'a longer name that begins alike', '/keys/user-11:k1', {}],
    ['rule.failed', 'none of the claims', '/names', {}],
  ])('and denies with %s: %s', async (reason, _, path, asked) => {
    const { line } = await cloud.expectDenied(() => cloud.call(path, asked), reason, denied)
    // Neither the rule nor what it found is anyone's business but its author's.
    // Where in the rule it was, and nothing of what was compared.
    expect(line.note ?? '').toMatch(/^(?:\w+ at character \d+)?$/)
  })

  test('the address API Gateway was called from, whatever a caller says it is', async () => {
    const headers = { 'x-forwarded-for': '10.0.0.1', forwarded: 'for=10.0.0.1', 'x-real-ip': '10.0.0.1' }
    await cloud.expectDenied(() => cloud.call('/office', {}, { headers }), 'rule.not_met', denied)
  })

  test('each request anew, though the first door’s yes is remembered', async () => {
    const token = await cloud.mint({ claims: { plan: 'free' } })
    for (const [limit, status] of [
      [10, 200],
      [11, 403],
      [10, 200],
    ])
      expect((await cloud.send(`/plans?limit=${limit}`, token)).status).toBe(status)
  })
})

describe('of several issuers', () => {
  test('each is accepted where it is named, and where none is named', async () => {
    for (const [path, asked] of [
      ['/ours', {}],
      ['/theirs', { issuer: partner }],
      ['/both', {}],
      ['/both', { issuer: partner }],
    ] as const)
      expect((await cloud.call(path, asked)).status).toBe(200)
  })

  test.each<[string, Asked]>([
    ['/ours', { issuer: partner }],
    ['/theirs', {}],
    ['/keys/user-1:k1', { issuer: partner }],
    ['/roles', { issuer: partner, claims: { roles: ['sales'], realm_access: { roles: ['sales'] } } }],
  ])('one that %s does not name is refused', async (path, asked) => {
    await cloud.expectDenied(() => cloud.call(path, asked), 'issuer.not_accepted', denied)
  })

  test('one that is refused on a route is still accepted on another', async () => {
    const token = await cloud.mint({ issuer: partner })
    expect((await cloud.send('/both', token)).status).toBe(200)
    await cloud.expectDenied(() => cloud.send('/ours', token), 'issuer.not_accepted', denied)
    expect((await cloud.send('/theirs', token)).status).toBe(200)
  })
})

describe('two routes on one path', () => {
  test.each<['GET' | 'POST' | 'PUT', Asked]>([
    ['GET', { scope: 'shared:read' }],
    ['POST', { scope: 'shared:write' }],
    ['PUT', { claims: { plan: 'pro' } }],
  ])('never share permissions: what opens %s opens that alone', async (method, asked) => {
    const token = await cloud.mint(asked)
    expect((await cloud.send('/shared', token, { method })).status).toBe(200)
    for (const other of ['GET', 'POST', 'PUT'].filter(each => each !== method)) {
      await cloud.expectDenied(
        () => cloud.send('/shared', token, { method: other }),
        other === 'PUT' ? 'rule.failed' : 'scope.insufficient',
        denied,
      )
    }
    expect((await cloud.send('/shared', token, { method })).status).toBe(200)
  })
})

describe('what a route asks of a token', () => {
  test.each<[string, Asked]>([
    ['/any', { scope: 'read' }],
    ['/any', { scope: 'other admin' }],
    ['/roles', { claims: { realm_access: { roles: ['x', 'sales'] } } }],
    ['/groups', { claims: { groups: ['alpha', 'beta'] } }],
    ['/present', { claims: { email: 'kim@example.com' } }],
    ['/present', { claims: { email: '' } }],
    ['/present', { claims: { email: false } }],
    ['/level', { claims: { level: 3, verified: true } }],
  ])('%s is met by %j', async (path, asked) => {
    expect((await cloud.call(path, asked)).status).toBe(200)
  })

  test.each<[string, 'scope.insufficient' | 'role.missing' | 'claim.not_allowed', Asked]>([
    ['/any', 'scope.insufficient', {}],
    ['/any', 'scope.insufficient', { scope: 'reader ADMIN' }],
    ['/any', 'scope.insufficient', { scope: 'other', claims: { scp: 'read' } }],
    ['/roles', 'role.missing', { claims: { roles: ['sales'] } }],
    ['/roles', 'role.missing', { claims: { realm_access: ['sales'] } }],
    ['/roles', 'role.missing', { claims: { realm_access: { roles: 'sales' } } }],
    ['/roles', 'role.missing', { claims: { realm_access: { roles: [['sales']] } } }],
    ['/roles', 'role.missing', { claims: { 'realm_access.roles': ['sales'] } }],
    ['/groups', 'claim.not_allowed', { claims: { groups: 'beta' } }],
    ['/groups', 'claim.not_allowed', { claims: { groups: ['beta2', 'BETA'] } }],
    ['/groups', 'claim.not_allowed', { claims: { groups: { beta: true } } }],
    ['/groups', 'claim.not_allowed', {}],
    ['/present', 'claim.not_allowed', {}],
    ['/present', 'claim.not_allowed', { claims: { email: null } }],
    ['/level', 'claim.not_allowed', { claims: { level: '3', verified: true } }],
    ['/level', 'claim.not_allowed', { claims: { level: 3, verified: 'true' } }],
    ['/level', 'claim.not_allowed', { claims: { level: 3.5, verified: true } }],
  ])('%s denies with %s: %j', async (path, reason, asked) => {
    await cloud.expectDenied(() => cloud.call(path, asked), reason, denied)
  })

  test('names the scope that was declared first where one of several would do', async () => {
    const response = await cloud.call('/any')
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope", scope="read"')
  })
})
