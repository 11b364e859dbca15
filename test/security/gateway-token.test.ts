import { createPublicKey, createSecretKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Stack } from 'aws-cdk-lib'
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms'
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, type JWK, SignJWT } from 'jose'
import {
  Access,
  Credentials,
  GatewayIdentity,
  type GatewayIdentityProps,
  Issuer,
  Upstream,
  ZeroTrustApi,
} from 'sallyport'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBilling } from '../../examples/deals/services/billing.ts'
import type { Service } from '../../examples/deals/services/service.ts'
import { type LocalCloud, startCloud } from '../../local/cloud.ts'
import type { MintRequest } from '../../local/issuer/provider.ts'
import { anyOutput } from '../lib/support.ts'
import { type Assemblies, createAssemblies, stackName } from '../local/assemblies.ts'
import { issuerName, startDealDesk, startRecorder } from '../support/deal-desk.ts'
import { expectRefusal, expectSecurityHeaders } from './answers.ts'

const billingName = 'https://billing.internal.example.com'
const otherName = 'https://other.internal.example.com'
const invoice = { dealId: '6d120b42-0000-4000-8000-000000000001', amount: 1, currency: 'EUR', lines: [] }
const post = { method: 'POST', body: JSON.stringify(invoice) }
const json = { 'content-type': 'application/json' }

const keySetUrl = () => new URL('/.well-known/jwks.json', cloud.url)

let assemblies: Assemblies
/** With a key, and the next one published; after its rotation; and without the first. */
let before: string
let rotated: string
let withdrawn: string
let cloud: LocalCloud
let recorder: Awaited<ReturnType<typeof startRecorder>>

/** The example's billing, other routes of it, and another service, behind one identity. */
function declare(stack: Stack, keysOf: (a: Key, b: Key) => Omit<GatewayIdentityProps, 'issuer'>): void {
  const key = (id: string) =>
    new Key(stack, id, { keySpec: KeySpec.ECC_NIST_P256, keyUsage: KeyUsage.SIGN_VERIFY })
  const identity = new GatewayIdentity(stack, 'Identity', {
    issuer: 'https://api.example.com',
    ...keysOf(key('A'), key('B')),
  })
  const api = new ZeroTrustApi(stack, 'Api', {
    issuers: [Issuer.oidc(issuerName, { audience: 'https://api.example.com', algorithms: ['ES256'] })],
  })
  const tokenFor = (audience: string) =>
    Upstream.http(audience, { credentials: Credentials.gatewayToken(identity, { audience }) })
  const declared = { output: anyOutput, access: Access.token() }
  const gate = api.addUpstream('Billing', tokenFor(billingName))
  api.addRoute('POST /invoices', { ...declared, upstream: gate })
  api.addRoute('GET /invoices', { ...declared, upstream: gate })
  api.addRoute('GET /rates', { ...declared, upstream: gate, access: Access.public() })
  api.addRoute('POST /others', { ...declared, upstream: tokenFor(otherName) })
  api.addRoute('GET /.well-known/jwks.json', { upstream: identity.keySet, access: Access.public() })
}

beforeAll(async () => {
  assemblies = createAssemblies()
  before = assemblies.synthesize(stack => declare(stack, (a, b) => ({ key: a, nextKey: b })))
  rotated = assemblies.synthesize(stack => declare(stack, (a, b) => ({ key: b, previousKeys: [a] })))
  withdrawn = assemblies.synthesize(stack => declare(stack, (_, b) => ({ key: b })))
  recorder = await startRecorder()
  cloud = await startCloud({
    assembly: before,
    upstreams: { [billingName]: recorder.origin, [otherName]: recorder.origin },
  })
})
afterAll(async () => {
  await cloud.close()
  await recorder.close()
  assemblies.remove()
})

const mint = async (request: Partial<MintRequest> = {}) =>
  (await cloud.issuers.builtIn(issuerName)?.mint({ subject: 'ada', ...request })) ?? ''

/** The token that the gateway sends for a request. */
async function sent(route: string, asked: Partial<MintRequest> = {}): Promise<string> {
  const [method = '', path = ''] = route.split(' ')
  const response = await fetch(`${cloud.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${await mint(asked)}` },
  })
  expect(response.status).toBe(200)
  return recorder.last()?.headers.authorization?.replace('Bearer ', '') ?? ''
}

const direct = async ({ origin }: Service, token?: string): Promise<number> => {
  const headers = { ...json, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  return (await fetch(`${origin}/invoices`, { ...post, headers })).status
}

/** A billing service for as long as something is done with it. */
async function withBilling<T>(use: (service: Service) => Promise<T>): Promise<T> {
  const service = await startBilling(keySetUrl)
  try {
    return await use(service)
  } finally {
    await service.close()
  }
}

/** The same header and claims under another signature. */
async function forged(how: 'another key' | 'none' | 'public key as secret'): Promise<string> {
  const genuine = await sent(route)
  const { kid = '', typ = '' } = decodeProtectedHeader(genuine)
  const claims = decodeJwt(genuine)
  if (how === 'none') {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${part({ alg: 'none', typ, kid })}.${part(claims)}.`
  }
  if (how === 'another key') {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, typ }).sign(privateKey)
  }
  const { keys } = (await (await fetch(keySetUrl())).json()) as { keys: JsonWebKey[] }
  const pem = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid, typ })
    .sign(createSecretKey(Buffer.from(pem)))
}

const route = 'POST /invoices'
const attacks: ReadonlyArray<readonly [string, () => Promise<string | undefined>]> = [
  ['without a token', async () => undefined],
  ["with a caller's own token", () => mint()],
  ['with a token for another service', () => sent('POST /others')],
  ['with a token for another route', () => sent('GET /invoices')],
  ['with a token of a public route', () => sent('GET /rates')],
  ['with a token under another key of the same id', () => forged('another key')],
  ['with a token without a signature', () => forged('none')],
  ['with a token under the public key as a secret', () => forged('public key as secret')],
]

describe('an upstream that verifies the gateway’s token', () => {
  test.each(attacks)('refuses whoever comes %s, before and after it has the keys', async (_, attack) => {
    const token = await attack()
    await withBilling(async service => {
      expect(await direct(service, token)).toBe(401)
      expect(await direct(service, await sent(route))).toBe(201)
      expect(await direct(service, token)).toBe(401)
    })
  })

  test('refuses a token once the caller’s own has expired, though the gateway’s would live longer', async () => {
    const token = await sent(route, { subject: 'brief', expiresInSeconds: 3 })
    await withBilling(async service => {
      expect(await direct(service, token)).toBe(201)
      await pause(Math.max(0, (decodeJwt(token).exp ?? 0) * 1000 - Date.now()))
      expect(await direct(service, token)).toBe(401)
    })
  })
})

describe('a gateway’s token', () => {
  test('says in the gateway’s name who is calling, for whom and by which route, and no more', async () => {
    const token = await sent(route, { subject: 'ada', scope: 'secret', client: 'shop' })
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      typ: 'gateway+jwt',
      kid: expect.any(String),
    })
    const { iat = 0, exp = 0, jti, ...claims } = decodeJwt(token)
    expect(claims).toEqual({
      iss: 'https://api.example.com',
      aud: billingName,
      sub: 'ada',
      sub_id: { format: 'iss_sub', iss: issuerName, sub: 'ada' },
      client_id: 'shop',
      route,
    })
    expect([exp - iat, jti]).toEqual([60, expect.stringMatching(/^[0-9a-f-]{36}$/)])
  })

  test('of a public route names nobody', async () => {
    expect(Object.keys(decodeJwt(await sent('GET /rates'))).sort()).toEqual(
      ['iss', 'aud', 'route', 'iat', 'exp', 'jti'].sort(),
    )
  })

  test('is one for each caller, client and route, and the same one again for the same', async () => {
    const asked: ReadonlyArray<readonly [string, Partial<MintRequest>]> = [
      [route, { subject: 'ada' }],
      [route, { subject: 'bob' }],
      [route, { subject: 'ada', client: 'shop' }],
      ['GET /invoices', { subject: 'ada' }],
      ['GET /rates', {}],
    ]
    const first: Array<readonly [string, string, Partial<MintRequest>]> = []
    for (const [to, by] of asked) first.push([await sent(to, by), to, by])
    expect(new Set(first.map(([token]) => token)).size).toBe(asked.length)
    for (const [token, to, by] of first) {
      expect(decodeJwt(token)).toMatchObject({ route: to, ...(by.subject && { sub: by.subject }) })
      expect(await sent(to, by)).toBe(token)
    }
  })

  test('takes the place of whatever a caller sends as authorization or principal', async () => {
    const own = await mint()
    await fetch(`${cloud.url}/invoices`, {
      method: 'POST',
      headers: { authorization: `Bearer ${own}`, 'sallyport-principal': 'x', 'proxy-authorization': own },
    })
    const { rawHeaders = [] } = recorder.last() ?? {}
    expect(rawHeaders.filter(name => /authorization|principal/i.test(name))).toEqual(['authorization'])
    expect(rawHeaders.join()).not.toContain(own)
  })

  test('is signed by the next key after a rotation, and those signed before count until their key is withdrawn', async () => {
    const old = await sent(route)
    const kidOf = (token: string) => decodeProtectedHeader(token).kid
    const published = async () =>
      ((await (await fetch(keySetUrl())).json()) as { keys: Array<{ kid: string }> }).keys
    const [current, next] = await published()
    expect(kidOf(old)).toBe(current?.kid)
    try {
      await withBilling(async service => {
        expect(await direct(service, old)).toBe(201)
        await cloud.reload(rotated)
        const fresh = await sent(route)
        expect(kidOf(fresh)).toBe(next?.kid)
        // With the keys it had: the next one was among them.
        expect([await direct(service, fresh), await direct(service, old)]).toEqual([201, 201])
        expect((await published()).map(({ kid }) => kid)).toEqual([next?.kid, current?.kid])
      })
      await cloud.reload(withdrawn)
      await withBilling(async service => {
        expect([await direct(service, old), await direct(service, await sent(route))]).toEqual([401, 201])
      })
    } finally {
      await cloud.reload(before)
    }
  })
})

test('a key set holds public members only, each key by its thumbprint, for any reader', async () => {
  const response = await fetch(keySetUrl())
  expectSecurityHeaders(response.headers)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
  const { keys } = (await response.json()) as { keys: JWK[] }
  expect(keys).toHaveLength(2)
  for (const key of keys) {
    expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' })
    expect(key.kid).toBe(await calculateJwkThumbprint(key))
  }
})

test('while KMS cannot be reached, nothing is sent and no keys are given out: 503, and when to come back', async () => {
  const elsewhere = assemblies.patch(before, stackName, ({ Resources }) => {
    for (const { Properties } of Object.values(Resources)) {
      const { Variables = {} } = Object(Properties?.Environment) as { Variables?: Record<string, unknown> }
      for (const name of Object.keys(Variables).filter(each => each.startsWith('SIGNING_KEY')))
        Variables[name] = 'arn:aws:kms:us-east-1:123456789012:key/not-here'
    }
  })
  await cloud.reload(elsewhere)
  try {
    const heard = recorder.received.length
    const headers = { authorization: `Bearer ${await mint()}` }
    const refused = await fetch(`${cloud.url}/invoices`, { method: 'POST', headers })
    expect(refused.headers.get('retry-after')).toBe('1')
    await expectRefusal(refused, 503, 'credentials.unavailable')
    await expectRefusal(await fetch(keySetUrl()), 503, 'credentials.unavailable')
    expect(recorder.received.length).toBe(heard)
  } finally {
    await cloud.reload(before)
  }
})

describe('the example', () => {
  test('gets a request of the gateway, and knows who is calling; whoever comes directly is refused', async () => {
    let url = ''
    const service = await startBilling(() => new URL('/.well-known/jwks.json', url))
    const desk = await startDealDesk({ upstreams: { [billingName]: service.origin } })
    url = desk.cloud.url
    try {
      const token = await desk.mint({ subject: 'ada', scope: 'invoices:write', roles: ['finance'] })
      const response = await desk.call('/invoices', { ...post, token, headers: json })
      expect([response.status, await response.json()]).toMatchObject([201, { number: 1, issuedBy: 'ada' }])
      for (const authorization of ['', `Bearer ${token}`]) {
        const refused = await fetch(`${service.origin}/invoices`, {
          ...post,
          headers: { ...json, authorization },
        })
        expect(refused.status).toBe(401)
      }
    } finally {
      await desk.close()
      await service.close()
    }
  })
})
