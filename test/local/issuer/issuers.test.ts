import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalJWKSet, createRemoteJWKSet, customFetch as joseFetch, jwtVerify } from 'jose'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type CustomFetch,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  None,
  randomPKCECodeVerifier,
} from 'openid-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createIssuers, type Issuers } from '../../../local/issuer/issuers.ts'
import { mintAt } from '../../../local/issuer/provider.ts'
import { defaultProfile } from '../../../local/issuer/token-profile.ts'
import { type CertificateAuthority, createAuthority } from '../../../local/network/ca.ts'
import { type Front, startFront } from '../../../local/network/front.ts'
import type { DeclaredIssuer } from '../../../local/policies.ts'
import { browse, type Cookies, fetchThrough } from './browser.ts'

const api = 'https://api.example.com'
const declare = (issuer: string, more: Partial<DeclaredIssuer> = {}): DeclaredIssuer => ({
  ...defaultProfile,
  issuer,
  pinned: false,
  jwksUri: null,
  audiences: [api],
  algorithms: ['ES256'],
  ...more,
})

let directory: string
let ca: CertificateAuthority
let front: Front
let throughFront: CustomFetch
let issuers: Issuers

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sallyport-issuers-'))
  ca = await createAuthority({ directory })
  front = await startFront({ ca, names: {} })
  throughFront = fetchThrough({ ca, front })
})
afterAll(async () => {
  await front.close()
  await rm(directory, { recursive: true })
})
afterEach(() => issuers.close())

async function serve(declared: readonly DeclaredIssuer[], own: Record<string, string> = {}): Promise<void> {
  issuers = createIssuers(own)
  await issuers.serve(declared)
  front.setNames(issuers.names())
}

const get = (url: string) => throughFront(url, { method: 'GET' } as never)
const json = async (url: string) => (await (await get(url)).json()) as Record<string, unknown>
const issuerOf = (name: string) => issuers.builtIn(name) ?? expect.fail(`${name} is not served`)
const kids = (name: string) =>
  issuerOf(name)
    .publicJwks()
    .keys.map(key => key.kid)
const discoveryOf = (name: string) => `${name.replace(/\/$/, '')}/.well-known/openid-configuration`

const discoverAs = (name: string) =>
  discovery(new URL(name), issuerOf(name).clients.app.clientId, undefined, None(), {
    [customFetch]: throughFront,
  })

/** The subject of a token, verified with the keys that the issuer's discovery document leads to. */
async function verify(token: string, issuer: string): Promise<string | undefined> {
  const { jwks_uri } = await json(discoveryOf(issuer))
  const keys = createRemoteJWKSet(new URL(String(jwks_uri)), { [joseFetch]: throughFront as never })
  return (await jwtVerify(token, keys, { issuer, audience: api, typ: 'at+jwt' })).payload.sub
}

const auth0 = 'https://tenant.auth0.example.com/'
const keycloak = 'https://sso.example.com/realms/main'
const okta = 'https://id.example.com/oauth2/default'
const entra = 'https://login.example.com/8f4e/v2.0'
const tokenAtToken = 'https://odd.example.com/token'

describe.each([auth0, keycloak, okta, entra, tokenAtToken, `${keycloak}/`])('the issuer %s', name => {
  const base = name.replace(/\/$/, '')

  it('is discovered where OpenID Connect Discovery §4 puts it, with itself byte for byte and all endpoints below', async () => {
    await serve([declare(name)])
    const document = await json(`${base}/.well-known/openid-configuration`)
    expect(document.issuer).toBe(name)
    const endpoints = Object.entries(document).filter(([key]) => /_endpoint$|^jwks_uri$/.test(key))
    expect(endpoints.length).toBeGreaterThan(4)
    for (const [key, url] of endpoints) {
      expect(String(url), key).toMatch(/^https:/)
      expect(String(url).startsWith(`${base}/`), `${key} ${url}`).toBe(true)
    }
    expect(document).toMatchObject({ jwks_uri: `${base}/jwks`, token_endpoint: `${base}/token` })
  })

  it('makes tokens, in the process and at the address that the command line is told', async () => {
    await serve([declare(name)])
    expect(await verify(await issuerOf(name).mint({ subject: 'ada' }), name)).toBe('ada')
    const [served] = issuers.all()
    expect(await verify(await mintAt(served?.origin ?? '', { subject: 'bob' }), name)).toBe('bob')
  })

  it('takes a person through login, consent and the authorization code', async () => {
    await serve([declare(name)])
    const config = await discoverAs(name)
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
    expect(tokens.claims()).toMatchObject({ iss: name, sub: 'ada' })
    expect(await verify(tokens.access_token, name)).toBe('ada')
  })
})

describe('several issuers on one host', () => {
  const main = 'https://sso.example.com/realms/main'
  const mainly = 'https://sso.example.com/realms/mainly'
  const whole = 'https://sso.example.com'

  it('each answer below their own path, the innermost first, and vouch for their own tokens only', async () => {
    await serve([declare(whole), declare(main), declare(mainly)])
    for (const name of [whole, main, mainly]) {
      expect((await json(discoveryOf(name))).issuer).toBe(name)
      const token = await issuerOf(name).mint({ subject: 'ada' })
      expect(await verify(token, name)).toBe('ada')
      for (const other of [whole, main, mainly].filter(each => each !== name)) {
        await expect(jwtVerify(token, createLocalJWKSet(issuerOf(other).publicJwks()))).rejects.toThrow()
      }
    }
    expect(new Set(Object.values(issuers.names())).size).toBe(1)
  })

  it('leave every other path unserved', async () => {
    await serve([declare(main)])
    for (const path of [
      '/',
      '/realms',
      '/realms/mainly/jwks',
      '/jwks',
      '/.well-known/openid-configuration',
    ]) {
      const response = await get(`https://sso.example.com${path}`)
      expect(response.status, path).toBe(404)
      expect(await response.text()).toContain(`served: ${main}`)
    }
  })

  it('refuse a Host header of another server', async () => {
    await serve([declare(main)])
    const { hostname, port } = new URL(issuerOf(main).origin)
    const status = await new Promise(settle => {
      const headers = { host: 'evil.example.com' }
      httpRequest({ hostname, port, path: '/realms/main/jwks', headers }, response => {
        response.resume()
        settle(response.statusCode)
      }).end()
    })
    expect(status).toBe(421)
  })

  it('keep their sessions apart, in one browser', async () => {
    await serve([declare(main), declare(mainly)])
    const cookies: Cookies = new Map()
    for (const name of [main, mainly]) {
      const config = await discoverAs(name)
      const start = buildAuthorizationUrl(config, {
        redirect_uri: 'http://127.0.0.1:5555/callback',
        scope: 'openid',
        resource: api,
        code_challenge: await calculatePKCECodeChallenge(randomPKCECodeVerifier()),
        code_challenge_method: 'S256',
      })
      await browse(throughFront, start, ['prompt=login&login=ada&password=x', 'prompt=consent'], cookies)
    }
    const sessions = [...cookies.keys()].filter(key => key.startsWith('_session '))
    expect(sessions).toEqual(['_session /realms/main', '_session /realms/mainly'])
  })

  it.each([
    [`${main}/`, main],
    ['https://sso.example.com:8443/realms/main', main],
  ])('are refused when they would share a discovery document: %s and %s', async (one, other) => {
    issuers = createIssuers({})
    await expect(issuers.serve([declare(one), declare(other)])).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(`issuers ${one} and ${other} would be served at the same place`),
    })
    expect(issuers.names()).toEqual({})
  })
})

describe('a declared jwksUri', () => {
  const keySet = async (url: string) =>
    ((await json(url)).keys as Array<{ kid: string; d?: string }>).map(({ kid }) => kid)

  it.each([
    ['another path', auth0, 'https://tenant.auth0.example.com/.well-known/jwks.json'],
    ['outside of the issuer’s path', keycloak, 'https://sso.example.com/keys/main'],
    ['another host', keycloak, 'https://keys.example.com/main.json'],
    ['its own key set', keycloak, `${keycloak}/jwks`],
  ])('is where the key set is, too, at %s', async (_what, name, jwksUri) => {
    await serve([declare(name, { jwksUri })])
    expect(await keySet(jwksUri)).toEqual(kids(name))
    expect(await keySet(String((await json(discoveryOf(name))).jwks_uri))).toEqual(kids(name))
    expect(JSON.stringify(await json(jwksUri))).not.toContain('"d"')
  })

  it('shows the keys of a rotation at once', async () => {
    const jwksUri = 'https://keys.example.com/main.json'
    await serve([declare(keycloak, { jwksUri })])
    await issuerOf(keycloak).rotateKeys()
    const published = await keySet(jwksUri)
    expect(published).toHaveLength(2)
    expect(published).toEqual(kids(keycloak))
  })

  it('holds the keys of every issuer that publishes there', async () => {
    const shared = `${okta}/jwks`
    await serve([declare(okta), declare(keycloak, { jwksUri: shared }), declare(auth0, { jwksUri: shared })])
    expect(await keySet(shared)).toEqual([okta, keycloak, auth0].flatMap(kids))
    expect(await keySet(`${keycloak}/jwks`)).toEqual(kids(keycloak))
  })

  it('can only be read', async () => {
    const jwksUri = 'https://keys.example.com/main.json'
    await serve([declare(keycloak, { jwksUri })])
    expect((await throughFront(jwksUri, { method: 'POST', body: 'x' } as never)).status).toBe(405)
    expect((await get('https://keys.example.com/')).status).toBe(404)
  })
})

const own = 'http://127.0.0.1:9'

describe('an own server', () => {
  const other = 'https://sso.example.com/realms/other'

  it('takes over its issuer, key set included, and no other', async () => {
    await serve([declare(keycloak, { jwksUri: 'https://keys.example.com/main' }), declare(okta)], {
      [keycloak]: own,
    })
    expect(issuers.names()).toEqual({
      'sso.example.com': own,
      'keys.example.com': own,
      'id.example.com': issuerOf(okta).origin,
    })
    expect(issuers.builtIn(keycloak)).toBeUndefined()
    expect(issuers.all()).toMatchObject([
      { issuer: keycloak, origin: own, builtIn: false },
      { issuer: okta, builtIn: true },
    ])
  })

  it('may play two issuers of one host', async () => {
    await serve([declare(keycloak), declare(other)], { [keycloak]: own, [other]: own })
    expect(issuers.names()).toEqual({ 'sso.example.com': own })
  })

  it.each<[string, DeclaredIssuer[], Record<string, string>, string]>([
    [
      'a built-in issuer has the same host',
      [declare(keycloak), declare(other)],
      { [keycloak]: own },
      `issuer ${keycloak} and issuer ${other} share the host sso.example.com`,
    ],
    [
      'a built-in issuer has its key set there',
      [declare(keycloak), declare(okta, { jwksUri: 'https://sso.example.com/keys' })],
      { [keycloak]: own },
      `issuer ${keycloak} and issuer ${okta} share the host sso.example.com`,
    ],
    [
      'two of them are to play one host',
      [declare(keycloak), declare(other)],
      { [keycloak]: own, [other]: 'http://127.0.0.1:10' },
      'the first is played by http://127.0.0.1:9, the second by http://127.0.0.1:10',
    ],
    [
      'the app does not declare its issuer, not even with a final slash',
      [declare(keycloak)],
      { [`${keycloak}/`]: own },
      `--issuer ${keycloak}/: the app declares no such issuer; it declares ${keycloak}`,
    ],
  ])('is refused when %s', async (_what, declared, mapped, message) => {
    issuers = createIssuers(mapped)
    await expect(issuers.serve(declared)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(message),
    })
    expect(issuers.names()).toEqual({})
  })
})

describe('an issuer with pinned keys', () => {
  const pinned = declare('https://pinned.example.com', { pinned: true })

  it('is listed, and nothing is served or made for it', async () => {
    await serve([pinned, declare(okta)])
    expect(issuers.all()).toMatchObject([
      { issuer: pinned.issuer, origin: null, builtIn: false },
      { issuer: okta, builtIn: true },
    ])
    expect(issuers.builtIn(pinned.issuer)).toBeUndefined()
    expect(Object.keys(issuers.names())).toEqual(['id.example.com'])
  })

  it('needs no server of its own, and gets none', async () => {
    issuers = createIssuers({ [pinned.issuer]: own })
    await expect(issuers.serve([pinned])).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(
        /^--issuer https:\/\/pinned\.example\.com: its keys are pinned.*\n {2}fix: /,
      ),
    })
  })

  it('leaves its host to whoever else has it', async () => {
    const beside = 'https://pinned.example.com/other'
    await serve([pinned, declare(beside)], { [beside]: own })
    expect(issuers.names()).toEqual({ 'pinned.example.com': own })
  })

  it('is served from the reload on with which its keys are pinned no more', async () => {
    await serve([pinned])
    await issuers.serve([{ ...pinned, pinned: false }])
    front.setNames(issuers.names())
    expect(await verify(await issuerOf(pinned.issuer).mint({ subject: 'ada' }), pinned.issuer)).toBe('ada')
  })
})

describe('a paused issuer', () => {
  const keysAt = 'https://keys.example.com/main.json'
  const unreachable = (url: string) =>
    get(url).then(
      () => expect.fail(`${url} answers`),
      (error: Error) => error.message,
    )

  it('drops every connection at all of its hosts, and answers with the same keys once it is resumed', async () => {
    await serve([declare(keycloak, { jwksUri: keysAt }), declare(okta)])
    const before = kids(keycloak)
    issuerOf(keycloak).pause()
    for (const url of [discoveryOf(keycloak), keysAt]) expect(await unreachable(url)).toBeTruthy()
    await expect(issuerOf(keycloak).mint({ subject: 'ada' })).rejects.toThrow('fetch failed')
    expect((await json(discoveryOf(okta))).issuer).toBe(okta)

    issuerOf(keycloak).resume()
    expect((await json(discoveryOf(keycloak))).issuer).toBe(keycloak)
    expect((await json(keysAt)).keys).toHaveLength(1)
    expect(kids(keycloak)).toEqual(before)
  })

  it('shows the keys it got meanwhile', async () => {
    await serve([declare(keycloak)])
    issuerOf(keycloak).pause()
    await issuerOf(keycloak).rotateKeys()
    issuerOf(keycloak).resume()
    const { keys } = await json(`${keycloak}/jwks`)
    expect((keys as Array<{ kid: string }>).map(({ kid }) => kid)).toEqual(kids(keycloak))
    expect(keys).toHaveLength(2)
  })

  it('stays so when another issuer joins it, and closes as any', async () => {
    await serve([declare(keycloak)])
    issuerOf(keycloak).pause()
    await issuers.serve([declare(keycloak), declare(okta)])
    front.setNames(issuers.names())
    expect(await unreachable(discoveryOf(keycloak))).toBeTruthy()
    expect((await json(discoveryOf(okta))).issuer).toBe(okta)
    const { origin } = issuerOf(keycloak)
    await issuers.close()
    await expect(fetch(origin)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })
})

describe('a reload', () => {
  const other = 'https://sso.example.com/realms/other'
  const reload = async (declared: readonly DeclaredIssuer[]) => {
    await issuers.serve(declared)
    front.setNames(issuers.names())
  }

  it('keeps keys and address of what is unchanged, also when its host gets another issuer', async () => {
    await serve([declare(keycloak)])
    const before = { kids: kids(keycloak), url: issuerOf(keycloak).url }
    const token = await issuerOf(keycloak).mint({ subject: 'ada' })
    await reload([declare(other), declare(keycloak)])
    expect({ kids: kids(keycloak), url: issuerOf(keycloak).url }).toEqual(before)
    expect(await verify(token, keycloak)).toBe('ada')
    expect(await verify(await issuerOf(other).mint({ subject: 'bob' }), other)).toBe('bob')
  })

  it('starts what is changed anew, with other keys', async () => {
    await serve([declare(keycloak), declare(okta)])
    const before = { [keycloak]: kids(keycloak), [okta]: kids(okta) }
    await reload([declare(keycloak, { algorithms: ['RS256'] }), declare(okta)])
    expect(kids(okta)).toEqual(before[okta])
    expect(kids(keycloak)).not.toEqual(before[keycloak])
    expect((await json(discoveryOf(keycloak))).id_token_signing_alg_values_supported).toEqual(['RS256'])
  })

  it('ends what is no longer declared, and frees a host that nobody needs', async () => {
    await serve([declare(keycloak), declare(other), declare(okta)])
    const { origin } = issuerOf(okta)
    await reload([declare(keycloak)])
    expect((await get(discoveryOf(other))).status).toBe(404)
    expect(issuers.builtIn(okta)).toBeUndefined()
    await expect(fetch(origin)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })

  it('that fails in the middle changes nothing and leaves nothing', async () => {
    await serve([declare(keycloak)])
    const before = { kids: kids(keycloak), names: issuers.names() }
    const wrong = declare('https://new.example.com', { algorithms: ['HS256'] })
    await expect(reload([declare(other), declare(okta), wrong])).rejects.toThrow("'HS256' is not supported")
    expect({ kids: kids(keycloak), names: issuers.names() }).toEqual(before)
    expect(issuers.all().map(({ issuer }) => issuer)).toEqual([keycloak])
    expect((await json(discoveryOf(keycloak))).issuer).toBe(keycloak)
    expect((await get(discoveryOf(other))).status).toBe(404)
  })
})

it('closing frees every port', async () => {
  await serve([declare(keycloak, { jwksUri: 'https://keys.example.com/main' }), declare(okta)])
  const origins = Object.values(issuers.names())
  expect(origins).toHaveLength(3)
  await issuers.close()
  for (const origin of origins)
    await expect(fetch(origin)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
})
