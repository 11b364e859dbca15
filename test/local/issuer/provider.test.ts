import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  type Configuration,
  type CustomFetch,
  calculatePKCECodeChallenge,
  clientCredentialsGrant,
  customFetch,
  discovery,
  None,
  randomPKCECodeVerifier,
} from 'openid-client'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type LocalIssuer, type MintRequest, startIssuer } from '../../../local/issuer/provider.ts'
import { type CertificateAuthority, createAuthority } from '../../../local/network/ca.ts'
import { type Front, startFront } from '../../../local/network/front.ts'
import { browse, fetchThrough } from './browser.ts'

const issuerName = 'https://login.example.com'
const api = 'https://api.example.com'
const admin = 'https://admin.example.com'

let directory: string
let ca: CertificateAuthority
let issuer: LocalIssuer
let front: Front
let throughFront: CustomFetch

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sallyport-issuer-'))
  ca = await createAuthority({ directory })
  issuer = await startIssuer({ issuer: issuerName, audiences: [api, admin], algorithms: ['ES256', 'RS256'] })
  front = await startFront({ ca, names: { 'login.example.com': issuer.origin } })
  throughFront = fetchThrough({ ca, front })
})

afterAll(async () => {
  await front.close()
  await issuer.close()
  await rm(directory, { recursive: true })
})

afterEach(() => {
  vi.restoreAllMocks()
})

function discover(clientId: string, secret?: string): Promise<Configuration> {
  const authentication = secret ? ClientSecretBasic(secret) : None()
  return discovery(new URL(issuerName), clientId, undefined, authentication, {
    [customFetch]: throughFront,
  })
}

async function verify(token: string, audience = api): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createLocalJWKSet(issuer.publicJwks()), {
    issuer: issuerName,
    audience,
    typ: 'at+jwt',
    algorithms: ['ES256'],
  })
  return payload
}

describe('discovery', () => {
  it('speaks of the production name only, over TLS and on loopback', async () => {
    const throughTls = await (
      await throughFront(`${issuerName}/.well-known/openid-configuration`, { method: 'GET' } as never)
    ).json()
    const direct = await (await fetch(`${issuer.origin}/.well-known/openid-configuration`)).json()
    expect(direct).toEqual(throughTls)
    expect(direct).toMatchObject({
      issuer: issuerName,
      jwks_uri: `${issuerName}/jwks`,
      token_endpoint: `${issuerName}/token`,
      authorization_endpoint: `${issuerName}/auth`,
    })
    expect(JSON.stringify(direct)).not.toContain('127.0.0.1')
  })

  it('publishes one public key per algorithm', async () => {
    const published = (await (await fetch(`${issuer.origin}/jwks`)).json()) as {
      keys: Record<string, unknown>[]
    }
    expect(published).toEqual(issuer.publicJwks())
    expect(published.keys.map(key => key.alg)).toEqual(['ES256', 'RS256'])
    for (const key of published.keys)
      for (const member of ['d', 'p', 'q', 'k']) expect(key).not.toHaveProperty(member)
  })

  it('refuses a request whose Host names another server', async () => {
    const status = await new Promise(settle => {
      const { hostname, port } = new URL(issuer.origin)
      httpRequest({ hostname, port, path: '/jwks', headers: { host: 'evil.example.com' } }, response => {
        response.resume()
        settle(response.statusCode)
      }).end()
    })
    expect(status).toBe(421)
  })
})

describe('a minted token', () => {
  it('has exactly the content asked for, as an RFC 9068 token', async () => {
    const token = await issuer.mint({
      subject: 'ada',
      scope: 'deals:read any/thing',
      audience: admin,
      expiresInSeconds: 86_400,
      claims: { roles: ['sales'], acr: 'mfa', nbf: 1 },
    })
    const { iat, exp, jti, ...rest } = await verify(token, admin)
    expect(rest).toEqual({
      iss: issuerName,
      aud: admin,
      sub: 'ada',
      client_id: 'sallyport-cli',
      scope: 'deals:read any/thing',
      roles: ['sales'],
      acr: 'mfa',
      nbf: 1,
    })
    expect(jti).toEqual(expect.any(String))
    expect(Number(exp) - Number(iat)).toBe(86_400)
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: issuer.publicJwks().keys[0]?.kid,
    })
  })

  it('has claims of any name, also of those that objects have', async () => {
    const claims = JSON.parse('{"constructor":"a","toString":["b"],"__proto__":{"c":1}}')
    const token = await issuer.mint({ subject: 'ada', audience: api, claims })
    const [, payload = ''] = token.split('.')
    expect(Buffer.from(payload, 'base64url').toString()).toContain(JSON.stringify(claims).slice(1, -1))
  })

  it('is of the declared type, whichever grant it comes from', async () => {
    const own = await startIssuer({
      issuer: issuerName,
      audiences: [api],
      algorithms: ['ES256'],
      tokenType: 'JWT',
    })
    const { clientId, clientSecret } = own.clients.service
    const answer = await fetch(`${own.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const { access_token: service } = (await answer.json()) as { access_token: string }
    const minted = await own.mint({ subject: 'ada' })
    await own.close()
    for (const token of [minted, service]) {
      expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'JWT', kid: expect.any(String) })
      expect(decodeJwt(token)).toMatchObject({ client_id: expect.any(String), jti: expect.any(String) })
    }
  })

  const allowed: MintRequest = { subject: 'ada', audience: api }
  it.each<[string, MintRequest, string]>([
    [
      'an unknown audience',
      { ...allowed, audience: 'x' },
      `invalid_target: audience 'x' is not declared; declared: ${api}, ${admin}`,
    ],
    ['no audience among several', { subject: 'ada' }, 'invalid_target: audience is missing; declared:'],
    ['no subject', { ...allowed, subject: '' }, 'invalid_request: subject is missing'],
    [
      'characters that no scope has',
      { ...allowed, scope: 'a"b' },
      'invalid_scope: scope contains invalid characters',
    ],
    ['no lifetime', { ...allowed, expiresInSeconds: 0 }, "invalid_request: expires_in '0' is not"],
    [
      'more than a day',
      { ...allowed, expiresInSeconds: 86_401 },
      "invalid_request: expires_in '86401' is not",
    ],
    ['half seconds', { ...allowed, expiresInSeconds: 1.5 }, "invalid_request: expires_in '1.5' is not"],
    [
      'claims that are a list',
      { ...allowed, claims: [] as never },
      'invalid_request: claims is not a JSON object',
    ],
    ...['iss', 'exp', 'iat', 'aud', 'sub', 'jti', 'client_id', 'scope'].map(
      (name): [string, MintRequest, string] => [
        `the registered claim ${name}`,
        { ...allowed, claims: { [name]: 1 } },
        `invalid_request: claims must not contain ${name}`,
      ],
    ),
  ])('is refused for %s', async (_what, request, message) => {
    await expect(issuer.mint(request)).rejects.toThrow(message)
  })

  it('lives from the given now', async () => {
    const other = await startIssuer({
      issuer: issuerName,
      audiences: [api],
      algorithms: ['EdDSA'],
      now: () => 1_000_000_500,
    })
    const token = await other.mint({ subject: 'ada', expiresInSeconds: 60 })
    await other.close()
    const { payload } = await jwtVerify(token, createLocalJWKSet(other.publicJwks()), {
      currentDate: new Date(1_000_000_500),
    })
    expect(payload).toMatchObject({ iat: 1_000_000, exp: 1_000_060, aud: api })
  })
})

describe('the standard flows, with openid-client over TLS', () => {
  it('issue a token for client_credentials', async () => {
    const { clientId, clientSecret } = issuer.clients.service
    const config = await discover(clientId, clientSecret)
    const tokens = await clientCredentialsGrant(config, { resource: api, scope: 'deals:read' })
    expect(await verify(tokens.access_token)).toMatchObject({
      sub: clientId,
      client_id: clientId,
      scope: 'deals:read',
    })
    await expect(clientCredentialsGrant(config, { resource: 'https://x.example.com' })).rejects.toMatchObject(
      {
        error: 'invalid_target',
        error_description: expect.stringContaining(admin),
      },
    )
    await expect(
      discover(clientId, 'wrong').then(wrong => clientCredentialsGrant(wrong, { resource: api })),
    ).rejects.toMatchObject({
      status: 401,
      cause: [{ parameters: { error: 'invalid_client' } }],
    })
  })

  it('issue a token for the authorization code with PKCE, after login and consent', async () => {
    const { clientId } = issuer.clients.app
    const config = await discover(clientId)
    const verifier = randomPKCECodeVerifier()
    const start = buildAuthorizationUrl(config, {
      redirect_uri: 'http://127.0.0.1:5555/callback',
      scope: 'openid deals:read',
      resource: api,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const callback = await browse(throughFront, start, [
      'prompt=login&login=ada&password=x',
      'prompt=consent',
    ])
    const tokens = await authorizationCodeGrant(
      config,
      callback,
      { pkceCodeVerifier: verifier },
      { resource: api },
    )
    expect(tokens.claims()).toMatchObject({ iss: issuerName, sub: 'ada' })
    expect(await verify(tokens.access_token)).toMatchObject({
      sub: 'ada',
      client_id: clientId,
      scope: 'deals:read',
    })
  })

  it('demand PKCE', async () => {
    const { clientId } = issuer.clients.app
    const start = buildAuthorizationUrl(await discover(clientId), {
      redirect_uri: 'http://127.0.0.1:5555/callback',
      scope: 'openid',
      resource: api,
    })
    expect((await browse(throughFront, start, [])).searchParams.get('error_description')).toContain('PKCE')
  })
})

describe('key rotation', () => {
  it('signs with a new key at once and publishes the old one until the next rotation', async () => {
    const other = await startIssuer({ issuer: issuerName, audiences: [api], algorithms: ['ES256'] })
    const published = async () =>
      (await (await fetch(`${other.origin}/jwks`)).json()) as ReturnType<typeof other.publicJwks>
    const valid = async (token: string) =>
      jwtVerify(token, createLocalJWKSet(await published())).then(
        () => true,
        () => false,
      )

    const first = await other.mint({ subject: 'ada' })
    await other.rotateKeys()
    const second = await other.mint({ subject: 'ada' })
    expect(decodeProtectedHeader(second).kid).not.toBe(decodeProtectedHeader(first).kid)
    expect([await valid(first), await valid(second)]).toEqual([true, true])
    expect(await published()).toEqual(other.publicJwks())

    await other.rotateKeys()
    expect([await valid(first), await valid(second)]).toEqual([false, true])
    expect(other.publicJwks().keys).toHaveLength(2)
    await other.close()
  })
})

describe('starting', () => {
  it.each(['RS256', 'PS256', 'ES384', 'ES512', 'EdDSA'])(
    'signs with %s when it is declared first',
    async algorithm => {
      const other = await startIssuer({ issuer: issuerName, audiences: [api], algorithms: [algorithm] })
      const token = await other.mint({ subject: 'ada' })
      await other.close()
      expect((await jwtVerify(token, createLocalJWKSet(other.publicJwks()))).protectedHeader.alg).toBe(
        algorithm,
      )
    },
  )

  it.each([
    [{ issuer: 'http://login.example.com' }, 'an issuer is an https URL'],
    [{ issuer: 'https://login.example.com/?tenant=main' }, 'without user, query or fragment'],
    [{ issuer: 'https://login.example.com/#main' }, 'without user, query or fragment'],
    [{ issuer: 'https://ada@login.example.com' }, 'without user, query or fragment'],
    [{ issuer: 'https://127.0.0.1' }, 'an issuer is an https URL of a host name'],
    [{ issuer: 'https://[::1]/realms/main' }, 'an issuer is an https URL of a host name'],
    [{ jwksUri: 'http://login.example.com/keys' }, 'a jwksUri is an https URL'],
    [{ algorithms: ['HS256'] }, "algorithm 'HS256' is not supported"],
    [{ algorithms: [] }, 'no algorithm given'],
    [{ audiences: [] }, 'no audience given'],
  ])('is refused with %o', async (wrong, message) => {
    await expect(
      startIssuer({ issuer: issuerName, audiences: [api], algorithms: ['ES256'], ...wrong }),
    ).rejects.toThrow(message)
  })

  it('prints nothing, and hides nothing else', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const info = vi.spyOn(console, 'info').mockImplementation(() => {})
    const other = await startIssuer({ issuer: issuerName, audiences: [api], algorithms: ['ES256'] })
    await other.mint({ subject: 'ada' })
    await other.rotateKeys()
    await other.close()
    expect(warn.mock.calls).toEqual([])
    expect(info.mock.calls).toEqual([])
    console.warn('oidc-provider WARNING: something new')
    expect(warn).toHaveBeenCalledOnce()
  })
})
