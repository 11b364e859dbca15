import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import type { IssuerOptions } from '../../../local/issuer/openid-provider.ts'
import { type LocalIssuer, startIssuer } from '../../../local/issuer/provider.ts'
import { defaultProfile, withRoles } from '../../../local/issuer/token-profile.ts'

const api = 'https://api.example.com'
let issuer: LocalIssuer
afterEach(() => issuer?.close())

/** An issuer whose tokens differ from RFC 9068 in what is given. */
async function start(profile: Partial<IssuerOptions>): Promise<LocalIssuer> {
  issuer = await startIssuer({
    issuer: 'https://login.example.com',
    audiences: [api],
    algorithms: ['ES256'],
    ...profile,
  })
  return issuer
}

/** A token of the client_credentials grant, made without naming a resource. */
async function serviceToken(more: Record<string, string> = {}): Promise<string> {
  const { clientId, clientSecret } = issuer.clients.service
  const answer = await fetch(`${issuer.url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...more }),
  })
  const { access_token } = (await answer.json()) as { access_token?: string }
  return access_token ?? expect.fail(`no token: status ${answer.status}`)
}

const claimNames = (token: string) => Object.keys(decodeJwt(token)).sort()
const always = ['exp', 'iat', 'iss', 'jti', 'sub']

describe('a token, whichever grant it comes from,', () => {
  it('has no typ at all where the issuer’s tokens have none', async () => {
    await start({ tokenType: null })
    for (const token of [await issuer.mint({ subject: 'ada' }), await serviceToken()]) {
      expect(Object.keys(decodeProtectedHeader(token)).sort()).toEqual(['alg', 'kid'])
      await jwtVerify(token, createLocalJWKSet(issuer.publicJwks()))
    }
  })

  it('names the client it is for, and no audience, where that is how the issuer says it', async () => {
    await start({ audienceClaim: 'client_id', audiences: ['1h57kf5cpq17m0eml12EXAMPLE'] })
    for (const token of [await issuer.mint({ subject: 'ada' }), await serviceToken()]) {
      expect(claimNames(token)).toEqual(['client_id', ...always])
      expect(decodeJwt(token).client_id).toBe('1h57kf5cpq17m0eml12EXAMPLE')
    }
  })

  it('has the audience that is fixed beside the client it is for', async () => {
    await start({ audienceClaim: 'client_id', audiences: ['client-1'], fixedClaims: { aud: api } })
    for (const token of [await issuer.mint({ subject: 'ada' }), await serviceToken()])
      expect(decodeJwt(token)).toMatchObject({ client_id: 'client-1', aud: api })
  })

  it('has the fixed claims', async () => {
    await start({ fixedClaims: { ver: '2.0', tid: 'tenant-1' } })
    for (const token of [await issuer.mint({ subject: 'ada' }), await serviceToken()])
      expect(decodeJwt(token)).toMatchObject({ ver: '2.0', tid: 'tenant-1' })
  })

  it('names its client in the declared claim alone', async () => {
    await start({ clientClaim: 'azp' })
    expect(decodeJwt(await issuer.mint({ subject: 'ada' }))).toMatchObject({ azp: 'sallyport-cli' })
    const token = await serviceToken()
    expect(claimNames(token)).toEqual(['aud', 'azp', ...always].sort())
    expect(decodeJwt(token).azp).toBe('sallyport-service')
  })

  it('names the client that a developer asks for there, and in no claim twice', async () => {
    await start({ clientClaim: 'azp' })
    const minted = await issuer.mint({ subject: 'ada', client: 'robot' })
    expect(decodeJwt(minted).azp).toBe('robot')
    const twice = issuer.mint({ subject: 'ada', client: 'robot', claims: { azp: 'other' } })
    await expect(twice).rejects.toThrow('claims name the client as well, in azp')
  })

  it('has no client beside its audience where that is the client', async () => {
    await start({ audienceClaim: 'client_id', audiences: ['client-1'] })
    const asked = issuer.mint({ subject: 'ada', client: 'robot' })
    await expect(asked).rejects.toThrow('client_id is the audience')
  })

  it('names its client in both where both are required', async () => {
    await start({ clientClaim: 'azp', requiredClaims: ['client_id'] })
    expect(decodeJwt(await serviceToken())).toMatchObject({
      azp: 'sallyport-service',
      client_id: 'sallyport-service',
    })
  })

  it.each([
    ['text', 'scp', { scp: 'deals:read deals:write' }],
    ['list', 'scp', { scp: ['deals:read', 'deals:write'] }],
    ['list', 'scope', { scope: ['deals:read', 'deals:write'] }],
  ] as const)('has its scopes as %s in %s', async (form, claim, expected) => {
    await start({ scopes: { claim, form } })
    const scope = 'deals:read deals:write'
    for (const token of [await issuer.mint({ subject: 'ada', scope }), await serviceToken({ scope })]) {
      expect(decodeJwt(token)).toMatchObject(expected)
      expect(claimNames(token)).toEqual(['aud', 'client_id', ...always, claim].sort())
    }
    expect(claimNames(await issuer.mint({ subject: 'ada' }))).not.toContain(claim)
  })

  it('has an audience that is no URI, named or not', async () => {
    await start({ audiences: ['f3a1 b2'] })
    expect(decodeJwt(await issuer.mint({ subject: 'ada' })).aud).toBe('f3a1 b2')
    expect(decodeJwt(await serviceToken()).aud).toBe('f3a1 b2')
    const resource = 'urn:sallyport:audience:f3a1%20b2'
    expect(decodeJwt(await serviceToken({ resource })).aud).toBe('f3a1 b2')
  })
})

describe('a minted token', () => {
  it.each([
    [['roles'], { roles: ['sales', 'lead'] }],
    [['https://example.com/roles'], { 'https://example.com/roles': ['sales', 'lead'] }],
    [['realm_access', 'roles'], { realm_access: { roles: ['sales', 'lead'] } }],
    [['resource_access', 'api', 'roles'], { resource_access: { api: { roles: ['sales', 'lead'] } } }],
  ])('has its roles at %j', async (roles, expected) => {
    await start({ roles })
    expect(decodeJwt(await issuer.mint({ subject: 'ada', roles: ['sales', 'lead'] }))).toMatchObject(expected)
  })

  it('keeps what was asked for by name, also where it makes a token that the app refuses', async () => {
    await start({
      fixedClaims: { token_use: 'access' },
      clientClaim: 'azp',
      scopes: { claim: 'scp', form: 'list' },
    })
    const claims = { token_use: 'id', azp: 'another', scp: ['x'] }
    expect(decodeJwt(await issuer.mint({ subject: 'ada', scope: 'a b', claims }))).toMatchObject(claims)
  })

  it('says how its subject signed in, if that is asked for', async () => {
    await start({})
    const claims = { acr: 'phr', amr: ['pwd', 'mfa'], auth_time: 1_700_000_000 }
    expect(decodeJwt(await issuer.mint({ subject: 'ada', claims }))).toMatchObject(claims)
  })

  it.each([
    [
      { scopes: null },
      { scope: 'a' },
      'invalid_scope: scope is given, but tokens of this issuer carry no scopes',
    ],
    [
      { roles: null },
      { roles: ['a'] },
      'invalid_request: roles are given, but tokens of this issuer carry none',
    ],
    [
      { roles: ['realm_access', 'roles'] },
      { roles: ['a'], claims: { realm_access: 'text' } },
      'invalid_request: claims say something else where the roles go: realm_access.roles',
    ],
    [{}, { roles: [1] as never }, 'invalid_request: roles is not a JSON list of strings'],
  ])('of an issuer with %o is refused for %o', async (profile, request, message) => {
    await start(profile)
    await expect(issuer.mint({ subject: 'ada', ...request })).rejects.toThrow(message)
  })
})

describe('roles', () => {
  const path = ['resource_access', 'api', 'roles']

  it('stand beside what is there already', () => {
    const claims = { tenant: 't1', resource_access: { other: { roles: ['x'] }, api: { level: 1 } } }
    expect(withRoles(claims, path, ['a'])).toEqual({
      tenant: 't1',
      resource_access: { other: { roles: ['x'] }, api: { level: 1, roles: ['a'] } },
    })
  })

  it.each([
    [{ resource_access: 'text' }],
    [{ resource_access: ['list'] }],
    [{ resource_access: { api: null } }],
    [{ resource_access: { api: { roles: [] } } }],
  ])('never take the place of %j', claims => {
    expect(withRoles(claims, path, ['a'])).toBeUndefined()
  })

  it('take no name from the prototype for a claim', () => {
    expect(withRoles({}, ['constructor', 'roles'], ['a'])).toEqual({ constructor: { roles: ['a'] } })
  })
})

it('without anything else said, tokens are those of RFC 9068', async () => {
  await start({})
  const token = await issuer.mint({ subject: 'ada', scope: 'a', roles: ['b'] })
  expect(decodeProtectedHeader(token).typ).toBe(defaultProfile.tokenType)
  expect(claimNames(token)).toEqual(['aud', 'client_id', 'roles', 'scope', ...always].sort())
})
