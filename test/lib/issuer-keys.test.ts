import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { Fn } from 'aws-cdk-lib'
import { Access, type Algorithm, Issuer } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { complaintOf, ok, synthesized } from './support.ts'

const publicPart = (privateKey: ReturnType<typeof generateKeyPairSync>['privateKey']): JsonWebKey =>
  createPublicKey(privateKey).export({ format: 'jwk' })
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey

const p256 = ec('P-256')
const jwk = { ...publicPart(p256), kid: 'k1' }
const at = "Issuer.keys('https://login.example.com')"

const pinned = (keys: unknown, algorithms: readonly Algorithm[] = ['ES256']) =>
  Issuer.keys('https://login.example.com', {
    keys: keys as [],
    audience: 'https://api.example.com',
    algorithms,
  })

describe('pinned keys', () => {
  it.each([
    ['ES256', publicPart(p256)],
    ['ES384', publicPart(ec('P-384'))],
    ['ES512', publicPart(ec('P-521'))],
    ['RS256', publicPart(rsa(2048))],
    ['PS512', publicPart(rsa(2048))],
    ['EdDSA', publicPart(generateKeyPairSync('ed25519').privateKey)],
  ] as const)('may be of the kind that %s is checked with', (algorithm, key) => {
    const { keys } = pinned([{ ...key, kid: 'k1' }], [algorithm]).declaration
    expect(keys).toEqual({ kind: 'pinned', keys: [{ ...key, kid: 'k1' }] })
  })

  it('stand in the manifest, with the members that are checked and no others', () => {
    const issuer = pinned([{ ...jwk, use: 'sig', alg: 'ES256', x5c: ['a certificate'], note: 'ours' }])
    const { authorizer } = synthesized(
      api => api.addRoute('GET /a', { upstream: ok, access: Access.token() }),
      { issuers: [issuer] },
    )
    expect(authorizer?.manifest.issuers[0]?.keys).toEqual({
      kind: 'pinned',
      keys: [{ ...jwk, use: 'sig', alg: 'ES256' }],
    })
  })

  it('give the same declaration in whatever order their members are written', () => {
    const reversed = Object.fromEntries(Object.entries(jwk).reverse())
    expect(JSON.stringify(pinned([reversed]).declaration)).toBe(JSON.stringify(pinned([jwk]).declaration))
  })

  it('cannot be changed afterwards through what was handed in', () => {
    const given = { ...jwk }
    const { declaration } = pinned([given])
    given.kid = 'another'
    expect(declaration.keys).toEqual({ kind: 'pinned', keys: [jwk] })
  })
})

describe('pinned keys that no token could be checked with', () => {
  const allowed = 'a public key as a JWK with a kid (RFC 7517)'
  const fromTheSet = "take it from the issuer's key set"
  const unusable = (algorithms: string) => ({
    at: `${at} keys[0]`,
    allowed: `a key for ${algorithms}`,
    fix: 'pin the key that the issuer signs with, or correct algorithms',
  })
  it.each([
    ['nothing', undefined, 'nothing'],
    ['an empty list', [], 'an empty list'],
    ['a whole key set', { keys: [jwk] }, 'an object'],
    ['keys known only at deploy', Fn.split(',', Fn.importValue('Keys')), 'a deploy-time value'],
  ])('are refused: %s', (_, keys, given) => {
    expect(complaintOf(() => pinned(keys))).toEqual({
      at: `${at} keys`,
      given,
      allowed: 'a list of one or more public keys as JWKs',
      fix: "take them from the issuer's key set: its `keys`",
    })
  })

  it.each([
    ['text', 'a key', '"a key"', fromTheSet],
    ['a member known only at deploy', { ...jwk, x: Fn.importValue('X') }, 'a deploy-time value', fromTheSet],
    ['no kid', { ...jwk, kid: undefined }, 'a key without a usable kid', 'give it one of printable ASCII'],
    [
      'a kid with a space',
      { ...jwk, kid: 'k 1' },
      'a key without a usable kid',
      'give it one of printable ASCII',
    ],
    [
      'a point beside the curve',
      { ...jwk, x: jwk.y },
      'what cannot be read as a key',
      `${fromTheSet} as it stands there`,
    ],
  ])('are refused: %s', (_, key, given, fix) => {
    expect(complaintOf(() => pinned([key]))).toEqual({ at: `${at} keys[0]`, given, allowed, fix })
  })

  it.each([
    ['of another kind', { ...publicPart(rsa(2048)), kid: 'k1' }],
    ['on another curve', { ...publicPart(ec('P-384')), kid: 'k1' }],
    ['for another algorithm', { ...jwk, alg: 'ES384' }],
    ['for encryption', { ...jwk, use: 'enc' }],
    ['for key agreement', { ...jwk, key_ops: ['deriveKey'] }],
  ])('are refused: a key %s', (_, key) => {
    expect(complaintOf(() => pinned([key]))).toEqual({
      ...unusable('ES256'),
      given: 'a key that none of the declared algorithms is checked with',
    })
  })

  it('are refused: RSA below 2048 bits', () => {
    const { allowed, ...rest } = complaintOf(() =>
      pinned([{ ...publicPart(rsa(1024)), kid: 'k1' }], ['RS256']),
    )
    expect({ allowed, ...rest }).toEqual({
      ...unusable('RS256'),
      given: 'a key that none of the declared algorithms is checked with',
    })
  })

  it('are refused: two of one name', () => {
    const other = { ...publicPart(ec('P-256')), kid: 'k1' }
    expect(complaintOf(() => pinned([jwk, other]))).toMatchObject({
      at: `${at} keys`,
      given: 'the kid "k1" twice',
    })
  })
})

describe('a secret', () => {
  const secrets: ReadonlyArray<readonly [string, object]> = [
    ['a private EC key', { ...p256.export({ format: 'jwk' }), kid: 'k1' }],
    ['a private RSA key', { ...rsa(2048).export({ format: 'jwk' }), kid: 'k1' }],
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0', kid: 'k1' }],
    ['a prime alone', { ...publicPart(rsa(2048)), p: 'AQAB', kid: 'k1' }],
  ]
  it.each(secrets)('is refused in place of a public key, and not shown: %s', (_, key) => {
    const complaint = complaintOf(() => pinned([key], ['ES256', 'RS256']))
    expect(complaint).toMatchObject({
      at: `${at} keys[0]`,
      given: 'a secret',
      fix: 'remove it from here and replace it at the issuer: it has been written down',
    })
    for (const member of ['d', 'p', 'k'] as const) {
      const secret = (key as JsonWebKey)[member]
      if (secret) expect(JSON.stringify(complaint)).not.toContain(secret)
    }
  })
})
