import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, it, test } from 'vitest'
import type { Algorithm } from '../../../contract/authorizer-manifest.ts'
import { readKeySet } from '../../../functions/authorizer/key-set.ts'

const made = new Map<string, { publicJwk: JWK; privateJwk: JWK }>()
beforeAll(async () => {
  for (const alg of ['ES256', 'ES384', 'RS256', 'EdDSA']) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    made.set(alg, { publicJwk: await exportJWK(publicKey), privateJwk: await exportJWK(privateKey) })
  }
})
const jwk = (alg: string, more: object = {}): JWK =>
  ({ ...made.get(alg)?.publicJwk, kid: 'key', ...more }) as JWK
const read = (keys: unknown[], ...algorithms: Algorithm[]) => readKeySet({ keys }, algorithms)

describe('a key serves a declared algorithm', () => {
  test.each<[Algorithm, string]>([
    ['ES256', 'ES256'],
    ['ES384', 'ES384'],
    ['RS256', 'RS256'],
    ['PS256', 'RS256'],
    ['EdDSA', 'EdDSA'],
  ])('%s: a key made for %s', async (alg, kind) => {
    const set = await read([jwk(kind)], alg)
    expect(set.get('key', alg)).toBeDefined()
    expect(set.skipped).toBe(0)
  })

  it('only the one it names, if it names one', async () => {
    const set = await read([jwk('RS256', { alg: 'RS256' })], 'RS256', 'PS256')
    expect(set.get('key', 'RS256')).toBeDefined()
    expect(set.get('key', 'PS256')).toBeUndefined()
  })
})

describe('a key is skipped, and counted', () => {
  test.each<[string, () => JWK]>([
    ['of another curve', () => jwk('ES384')],
    ['of another type', () => jwk('RS256')],
    ['for another algorithm', () => jwk('ES256', { alg: 'ES384' })],
    ['for encryption', () => jwk('ES256', { use: 'enc' })],
    ['for signing only', () => jwk('ES256', { key_ops: ['sign'] })],
    ['whose operations are no list', () => jwk('ES256', { key_ops: 'verify' })],
    ['without an id', () => jwk('ES256', { kid: undefined })],
    ['whose id is no text', () => jwk('ES256', { kid: 7 })],
    ['that is not on its curve', () => jwk('ES256', { x: jwk('ES256').y })],
    ['that is malformed', () => jwk('ES256', { x: '?' })],
    ['whose numbers are lists', () => jwk('ES256', { x: [jwk('ES256').x] as unknown as string })],
  ])('%s', async (_, key) => {
    const set = await read([key()], 'ES256')
    expect(set.get('key', 'ES256')).toBeUndefined()
    expect(set.skipped).toBe(1)
  })

  it('with 1024 bits of RSA', async () => {
    const weak = { kty: 'RSA', kid: 'key', e: 'AQAB', n: Buffer.alloc(128, 0xff).toString('base64url') }
    expect((await read([weak], 'RS256')).skipped).toBe(1)
  })

  test.each([
    ['an exponent of 1, under which anyone can sign', { e: 'AQ' }],
    ['an exponent of 0', { e: 'AA' }],
    ['an exponent of 2', { e: 'Ag' }],
    ['an even exponent', { e: 'AQAA' }],
    ['no exponent', { e: undefined }],
    ['an empty exponent', { e: '' }],
    ['an exponent that is no text', { e: 65537 }],
    [
      '1024 bits behind zeros',
      { n: Buffer.concat([Buffer.alloc(128), Buffer.alloc(128, 0xff)]).toString('base64url') },
    ],
    ['2047 bits', { n: Buffer.concat([Buffer.from([0x7f]), Buffer.alloc(255, 0xff)]).toString('base64url') }],
    ['8193 bits', { n: Buffer.concat([Buffer.from([1]), Buffer.alloc(1024, 0xff)]).toString('base64url') }],
    ['an even modulus', { n: Buffer.alloc(256, 0xfe).toString('base64url') }],
  ])('with %s', async (_, changes) => {
    const set = await read([jwk('RS256', changes as JWK)], 'RS256')
    expect(set.get('key', 'RS256')).toBeUndefined()
    expect(set.skipped).toBe(1)
  })

  it('not for being as large as 8192 bits, or for an exponent of 3', async () => {
    const n = Buffer.alloc(1024, 0xff).toString('base64url')
    for (const changes of [{ n }, { e: 'Aw' }]) {
      expect((await read([jwk('RS256', changes)], 'RS256')).skipped).toBe(0)
    }
  })

  it('with any other of the same id: which was meant could only be tried out', async () => {
    const set = await read([jwk('ES256'), jwk('ES256')], 'ES256')
    expect(set.get('key', 'ES256')).toBeUndefined()
    expect(set.skipped).toBe(2)
  })

  it('without harm to those beside it', async () => {
    const set = await read([jwk('ES384', { kid: 'other' }), jwk('ES256'), null, 'x'], 'ES256')
    expect(set.get('key', 'ES256')).toBeDefined()
    expect(set.skipped).toBe(3)
  })
})

describe('a set is refused whole', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'that publishes a private key',
      () => ({ keys: [jwk('ES256'), made.get('ES384')?.privateJwk] }),
      /a secret/,
    ],
    [
      'that publishes a symmetric key',
      () => ({ keys: [{ kty: 'oct', kid: 'a', k: 'c2VjcmV0' }] }),
      /a secret/,
    ],
    ['of more than a hundred keys', () => ({ keys: Array(101).fill(jwk('ES256')) }), /more than 100/],
    ['that is none', () => ({ error: 'x' }), /not a key set/],
    ['that is null', () => null, /not a key set/],
    ['whose keys are no list', () => ({ keys: {} }), /not a key set/],
  ])('%s', async (_, document, problem) => {
    await expect(readKeySet(document(), ['ES256'])).rejects.toThrow(problem)
  })
})
