import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ReasonCode } from '../../../contract/reasons.ts'
import { createIssuers } from '../../../functions/authorizer/issuers.ts'
import {
  type Authority,
  audience,
  createSigningKey,
  declaredIssuer as declared,
  issuerName,
  type SigningKey,
  signToken,
  startAuthority,
  type TokenChanges,
} from './authority.ts'
import { openVerifier, testClock } from './verifier.ts'

const nowMs = 1_900_000_000_000
const now = nowMs / 1000

let key: SigningKey
let authority: Authority
beforeAll(async () => {
  key = await createSigningKey('key')
  authority = await startAuthority(key)
})
afterAll(() => authority.close())

const open = (at = nowMs) => openVerifier({ fetch: authority.fetch, clock: testClock(at) })
const verify = async (changes: TokenChanges, at = nowMs) =>
  open(at).verify(await signToken(key, changes, nowMs))

describe('a token is accepted', () => {
  test.each<[string, TokenChanges, number?]>([
    ['when it is right in everything', {}],
    ['with our audience among others', { claims: { aud: ['https://other.example.com', audience] } }],
    ['with its type written as a media type', { header: { typ: 'application/AT+JWT' } }],
    ['in the last moment before exp', { claims: { exp: now + 1 } }, nowMs + 999],
    ['at exactly nbf', { claims: { nbf: now } }],
    ['with a subject of 255 characters', { claims: { sub: 'x'.repeat(255) } }],
  ])('%s', async (_, changes, at) => {
    expect(await verify(changes, at)).toMatchObject({ ok: true })
  })
})

describe('a token is refused', () => {
  test.each<[string, ReasonCode, TokenChanges, number?]>([
    ['at exactly exp', 'token.expired', { claims: { iat: now - 300, exp: now } }],
    ['one second before nbf', 'token.not_yet_valid', { claims: { nbf: now + 1 } }],
    ['for another audience', 'claim.audience_mismatch', { claims: { aud: 'https://other.example.com' } }],
    ['for a longer audience', 'claim.audience_mismatch', { claims: { aud: `${audience}/` } }],
    ['of an undeclared issuer', 'token.issuer_unknown', { claims: { iss: 'https://evil.example.com' } }],
    ['of an issuer with a slash behind', 'token.issuer_unknown', { claims: { iss: `${issuerName}/` } }],
    ['of a list of issuers', 'claim.missing', { claims: { iss: [issuerName] } }],
    ['without iss', 'claim.missing', { claims: { iss: undefined } }],
    ['without sub', 'claim.missing', { claims: { sub: undefined } }],
    ['without aud', 'claim.missing', { claims: { aud: undefined } }],
    ['without exp', 'claim.missing', { claims: { exp: undefined } }],
    ['without iat', 'claim.missing', { claims: { iat: undefined } }],
    ['with exp as text', 'claim.invalid', { claims: { exp: '9999999999' } }],
    ['with nbf as text', 'claim.invalid', { claims: { nbf: '0' } }],
    ['with an empty sub', 'claim.invalid', { claims: { sub: '' } }],
    ['with a subject of 256 characters', 'claim.invalid', { claims: { sub: 'x'.repeat(256) } }],
    ['that is an ID token', 'token.type_not_allowed', { header: { typ: 'JWT' } }],
    ['without a type', 'token.type_not_allowed', { header: { typ: undefined } }],
    ['that is a logout token', 'token.type_not_allowed', { header: { typ: 'logout+jwt' } }],
    ['naming an unknown key', 'token.key_unknown', { header: { kid: 'other' } }],
  ])('%s: %s', async (_, reason, changes, at) => {
    expect(await verify(changes, at)).toMatchObject({ ok: false, reason })
  })

  test('with a critical header that is not understood', async () => {
    const [, payload, signature] = (await signToken(key, {}, nowMs)).split('.')
    const header = { alg: 'ES256', kid: 'key', typ: 'at+jwt', crit: ['exp2'], exp2: 1 }
    const token = [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.')
    expect(await open().verdict(token)).toBe('token.malformed')
  })
})

describe('a key that the issuer publishes for an algorithm we did not declare', () => {
  test.each(['ES384', 'RS256', 'PS256', 'EdDSA'])('%s makes no token acceptable', async alg => {
    const published = await createSigningKey('other', alg)
    // Without `alg` in the key, only our declaration stands against it.
    const { alg: _, ...bare } = published.publicJwk
    const theirs = await startAuthority({ ...published, publicJwk: bare })
    const { verdict } = openVerifier({ fetch: theirs.fetch, clock: testClock(nowMs) })
    expect(await verdict(await signToken(published, {}, nowMs))).toBe('token.algorithm_not_allowed')
    await theirs.close()
  })
})

describe('where two issuers are declared', () => {
  const otherName = 'https://other.example.com'

  // Same `kid` at both, and the other's keys cached first: what a cache keyed by `kid` alone would mix up.
  test.each([false, true])('one cannot speak for the other, its keys being cached: %s', async cached => {
    const theirs = await createSigningKey('key')
    const other = await startAuthority(theirs)
    const { verdict } = openVerifier({
      issuers: [
        declared,
        { ...declared, issuer: otherName, keys: { kind: 'uri', uri: `${otherName}/keys` } },
      ],
      clock: testClock(nowMs),
      fetch: ((uri: string, init: RequestInit) =>
        uri.startsWith(otherName)
          ? fetch(uri.replace(otherName, other.origin), init)
          : authority.fetch(uri, init)) as typeof fetch,
    })
    if (cached) {
      const own = await signToken(theirs, { claims: { iss: otherName } }, nowMs)
      expect(await verdict(own)).toBe('accepted')
      expect(await verdict(await signToken(key, {}, nowMs))).toBe('accepted')
    }
    const forged = await signToken(theirs, { claims: { iss: issuerName } }, nowMs)
    expect(await verdict(forged)).toBe('token.signature_invalid')
    await other.close()
  })

  test('of the same name, nothing starts', () => {
    const { telemetry, clock } = open()
    const services = { environment: {}, fetch: authority.fetch, clock, telemetry }
    expect(() => createIssuers([declared, declared], services)).toThrow('two issuers of the same name')
  })
})
