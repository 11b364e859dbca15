import { createPublicKey, type JsonWebKey, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type JWK, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import {
  type Authority,
  audience,
  createSigningKey,
  issuerName,
  type SigningKey,
  signToken,
  startAuthority,
  type TokenChanges,
} from '../functions/authorizer/authority.ts'
import { startDealDesk } from '../support/deal-desk.ts'
import { expectRefusal } from './answers.ts'
import { sendRaw } from './raw-request.ts'

let key: SigningKey
let stranger: SigningKey
let authority: Authority
let desk: Awaited<ReturnType<typeof startDealDesk>>

beforeAll(async () => {
  key = await createSigningKey('key')
  stranger = await createSigningKey('stranger')
  authority = await startAuthority(key)
  desk = await startDealDesk({ issuers: { [issuerName]: authority.origin } })
})
afterAll(async () => {
  await desk.close()
  await authority.close()
})
afterEach(() => {
  authority.behave(undefined)
  authority.publish(key)
})

const now = () => Math.floor(Date.now() / 1000)
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const claims = () => ({
  iss: issuerName,
  aud: audience,
  sub: 'user-1',
  iat: now(),
  exp: now() + 300,
  client_id: 'test',
  jti: 'test-token',
  scope: 'deals:read',
})
const unsigned = (header: object, signature = '') =>
  `${base64url(header)}.${base64url(claims())}.${signature}`
const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } })
const changed = (changes: TokenChanges) => async () => bearer(await signToken(key, changes))

/** HS256 with something public as the secret: the oldest confusion of keys (RFC 8725 §2.1). */
async function signedWithPublicKey(secret: (jwk: JWK) => string): Promise<RequestInit> {
  const token = await new SignJWT(claims())
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'key' })
    .sign(new TextEncoder().encode(secret(key.publicJwk)))
  return bearer(token)
}

async function critical(): Promise<RequestInit> {
  const [, payload, signature] = (await signToken(key)).split('.')
  const header = { alg: 'ES256', typ: 'at+jwt', kid: 'key', crit: ['x'], x: 1 }
  return bearer([base64url(header), payload, signature].join('.'))
}

async function tampered(): Promise<RequestInit> {
  const [header, , signature] = (await signToken(key)).split('.')
  return bearer([header, base64url({ ...claims(), scope: 'deals:read deals:write' }), signature].join('.'))
}

async function carryingItsKey(header: Record<string, unknown>): Promise<RequestInit> {
  return bearer(await signToken(stranger, { header: { kid: 'key', ...header } }))
}

const attacks: Array<[attack: string, request: () => Promise<RequestInit>]> = [
  ['no token', async () => ({})],
  ['an empty header', async () => ({ headers: { authorization: '' } })],
  ['garbage', async () => bearer('garbage')],
  ['garbage in three parts', async () => bearer('gar.ba.ge')],
  ['another scheme', async () => ({ headers: { authorization: `Basic ${await signToken(key)}` } })],
  ['a 9 KB token', changed({ claims: { padding: 'x'.repeat(6500) } })],
  ['alg none', async () => bearer(unsigned({ alg: 'none', typ: 'at+jwt' }))],
  [
    'alg none with a signature',
    async () => bearer(unsigned({ alg: 'none', typ: 'at+jwt', kid: 'key' }, 'c2ln')),
  ],
  ['alg NonE', async () => bearer(unsigned({ alg: 'NonE', typ: 'at+jwt', kid: 'key' }, 'c2ln'))],
  ['no alg', async () => bearer(unsigned({ typ: 'at+jwt', kid: 'key' }, 'c2ln'))],
  ['HS256 with the public key as JWK', () => signedWithPublicKey(jwk => JSON.stringify(jwk))],
  [
    'HS256 with the public key as PEM',
    () =>
      signedWithPublicKey(jwk =>
        createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
          .export({ type: 'spki', format: 'pem' })
          .toString(),
      ),
  ],
  [
    'HS256 with an empty secret',
    async () => bearer(unsigned({ alg: 'HS256', typ: 'at+jwt', kid: 'key' }, 'c2ln')),
  ],
  ['an undeclared algorithm', async () => bearer(await signToken(await createSigningKey('key', 'ES384')))],
  [
    'an empty ECDSA signature',
    async () => bearer(unsigned({ alg: 'ES256', typ: 'at+jwt', kid: 'key' }, 'A'.repeat(86))),
  ],
  ["a stranger's signature", async () => bearer(await signToken(stranger))],
  ["a stranger's signature under a known key id", () => carryingItsKey({})],
  ['a key of its own', () => carryingItsKey({ jwk: stranger.publicJwk })],
  ['a key set of its own', () => carryingItsKey({ jku: 'https://evil.example.com/keys' })],
  ['a certificate of its own', () => carryingItsKey({ x5u: 'https://evil.example.com/cert', x5c: ['MIIB'] })],
  [
    'a key id that climbs',
    async () => bearer(await signToken(stranger, { header: { kid: '../../dev/null' } })),
  ],
  ['another payload under its signature', tampered],
  ['an encrypted token', async () => bearer('a.b.c.d.e')],
  ['an unknown critical header', critical],
  ['an ID token', changed({ header: { typ: 'JWT' } })],
  ['no type', changed({ header: { typ: undefined } })],
  ['another audience', changed({ claims: { aud: 'https://other.example.com' } })],
  ['no audience', changed({ claims: { aud: undefined } })],
  ['another issuer', changed({ claims: { iss: 'https://evil.example.com' } })],
  ['no issuer', changed({ claims: { iss: undefined } })],
  ['an expired token', changed({ claims: { exp: now() - 1 } })],
  ['no expiry', changed({ claims: { exp: undefined } })],
  ['an expiry as text', changed({ claims: { exp: '9999999999' } })],
  ['a token of tomorrow', changed({ claims: { nbf: now() + 86_400 } })],
  ['no subject', changed({ claims: { sub: undefined } })],
]

/** Refused as everyone is: one status, one challenge, one body. */
async function expectRejection(response: Response): Promise<void> {
  const { requestId: _, ...problem } = await expectRefusal(response, 401, 'token.rejected')
  expect(response.headers.get('www-authenticate')).toBe('Bearer')
  expect(problem).toEqual({
    type: 'about:blank',
    title: 'Unauthorized',
    status: 401,
    detail: 'A valid access token is required.',
    code: 'token.rejected',
  })
}

/** A good token of a caller of its own, whose limit no other test uses up. */
const signed = (more: Record<string, unknown> = {}, by = key) =>
  signToken(by, { claims: { sub: randomUUID(), ...more } })
const good = async () => desk.call('/deals', bearer(await signed()))

const states: Array<[state: string, reach: () => Promise<unknown>]> = [
  ['cold', () => desk.cloud.reload(inject('dealDesk'))],
  ['warm', () => good()],
  [
    'warm, the key server being down',
    async () => {
      await good()
      authority.behave(response => response.destroy())
    },
  ],
]

describe.each(states)('%s', (_, reach) => {
  test.each(attacks)('a request with %s is refused with 401', async (_attack, request) => {
    await reach()
    const before = desk.upstream.received.length
    // A table's rows are made before the key is: options are read when the request is.
    await expectRejection(await desk.call('/deals', await request()))
    expect(desk.upstream.received.length).toBe(before)
  })
})

describe('a good token', () => {
  test.each(['Bearer', 'bearer', 'BEARER'])('is accepted after the scheme written as %s', async scheme => {
    const response = await desk.call('/deals', { headers: { authorization: `${scheme} ${await signed()}` } })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ ok: true })
  })

  test.each<[string, (token: string) => Promise<Response>]>([
    ['the query', token => desk.call(`/deals?access_token=${token}`)],
    ['a cookie', token => desk.call('/deals', { headers: { cookie: `access_token=${token}` } })],
    ['another header', token => desk.call('/deals', { headers: { 'x-authorization': `Bearer ${token}` } })],
    [
      'a form body',
      token => desk.call('/deals', { method: 'POST', body: new URLSearchParams({ access_token: token }) }),
    ],
    [
      'a JSON body',
      token =>
        desk.call('/deals', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ access_token: token, authorization: `Bearer ${token}` }),
        }),
    ],
  ])('is not looked for in %s', async (_, send) => {
    await expectRejection(await send(await signToken(key, { claims: { scope: 'deals:read deals:write' } })))
  })

  test('beside another Authorization header is refused', async () => {
    const token = await signToken(key)
    for (const other of ['Bearer a.b.c', `Bearer ${token}`, 'Basic dTpw']) {
      for (const values of [
        [other, `Bearer ${token}`],
        [`Bearer ${token}`, other],
      ]) {
        const headers = values.map(value => `Authorization: ${value}`)
        await expectRejection(await sendRaw(desk.cloud.url, ['GET /deals HTTP/1.1', ...headers]))
      }
    }
  })

  test('beside another, both decided before, counts as the one whose decision API Gateway cached', async () => {
    const callers = [randomUUID(), randomUUID()] as const
    const tokens = await Promise.all(callers.map(sub => signed({ sub })))
    for (const token of tokens) expect((await desk.call('/deals', bearer(token))).status).toBe(200)
    const headers = tokens.map(token => `Authorization: Bearer ${token}`)
    const response = await sendRaw(desk.cloud.url, ['GET /deals HTTP/1.1', ...headers])
    expect(response.status).toBe(200)
    // Never a mixture: the ticket, and with it the limit and the principal, are of one and the same token.
    const principal = String(desk.upstream.last()?.headers['sallyport-principal'])
    expect(JSON.parse(Buffer.from(principal, 'base64url').toString('utf8')).sub).toBe(callers[1])
  })

  test('of a withdrawn key is refused once the keys were fetched anew', async () => {
    const next = await createSigningKey('next')
    authority.publish(next)
    await desk.cloud.reload(inject('dealDesk'))
    expect((await desk.call('/deals', bearer(await signed({}, next)))).status).toBe(200)
    await expectRejection(await good())
  })

  test('gets 503 and when to come back while the keys cannot be had, never 200', async () => {
    authority.behave(response => response.destroy())
    await desk.cloud.reload(inject('dealDesk'))
    const response = await good()
    await expectRefusal(response, 503, 'keys.unavailable')
    expect(response.headers.get('retry-after')).toBe('5')
    authority.behave(undefined)
    // The first door asks again a second after it failed, without anyone's help.
    await vi.waitUntil(async () => (await good()).status === 200, { timeout: 10_000, interval: 200 })
  })
})

describe("API Gateway's cached decision", () => {
  test('for one route does not serve another', async () => {
    const token = await signed()
    const init = { method: 'POST', ...bearer(token) }
    expect((await desk.call('/deals', bearer(token))).status).toBe(200)
    await expectRefusal(await desk.call('/deals', init), 403, 'access.denied')
    expect((await desk.call('/deals', bearer(token))).status).toBe(200)
  })

  test('for one path does not serve another user of the same route', async () => {
    const sub = randomUUID()
    const token = await signed({ sub })
    expect((await desk.call(`/users/${sub}/deals`, bearer(token))).status).toBe(200)
    await expectRefusal(await desk.call('/users/user-2/deals', bearer(token)), 403, 'access.denied')
  })

  test('does not outlive its token', async () => {
    const token = await signed({ exp: now() + 2 })
    expect((await desk.call('/deals', bearer(token))).status).toBe(200)
    await pause(2100)
    const before = desk.upstream.received.length
    const response = await desk.call('/deals', bearer(token))
    await expectRefusal(response, 401, 'token.rejected')
    expect(desk.upstream.received.length).toBe(before)
    // The second door says so; API Gateway renames the challenge of a function (platform-facts §5.5).
    expect(response.headers.get('x-amzn-remapped-www-authenticate')).toBe('Bearer')
  })
})

describe('the logs', () => {
  test('name the reason of each refusal, and never a token, a claim, a header or a body value', async () => {
    const secret = 'k3wz9q'
    const scope = `deals:read deals:write ${secret}`
    const token = await signed({ sub: secret, tenant: secret, scope, roles: ['sales', secret] })
    const forged = await signToken(stranger, { claims: { sub: secret } })
    const headers = { 'content-type': 'application/json', 'accept-language': secret, 'x-secret': secret }
    const post = (body: string, authorization = `Bearer ${token}`) =>
      desk.call(`/deals?status=${secret}`, { method: 'POST', body, headers: { ...headers, authorization } })
    await post(JSON.stringify({ title: secret, amount: 1, currency: secret, [secret]: secret }))
    await post(`{"title": ${secret}`)
    await post('{}', `Bearer ${forged}`)
    await post('{}', `Basic ${secret}`)
    await desk.call(`/users/${secret}x/deals`, { headers: { ...headers, authorization: `Bearer ${token}` } })
    const reasons = [
      'input.invalid',
      'input.malformed',
      'token.key_unknown',
      'token.malformed',
      'claim.path_mismatch',
    ]
    await vi.waitFor(() => {
      expect(reasons.filter(reason => !desk.logs.some(line => line.includes(reason)))).toEqual([])
    })
    const logs = desk.logs.join('\n')
    expect(logs).not.toContain(secret)
    for (const part of [...token.split('.'), ...forged.split('.')]) expect(logs).not.toContain(part)
  })
})
