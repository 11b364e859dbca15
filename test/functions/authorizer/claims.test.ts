import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { judgeClaims } from '../../../functions/authorizer/claims.ts'

type Rules = Parameters<typeof judgeClaims>[1]

const now = 1_800_000_000
const rules: Rules = {
  audience: { claim: 'aud', values: ['https://api.example.com'] },
  requiredClaims: ['client_id', 'jti'],
  fixedClaims: [],
  leewaySeconds: 0,
  maxLifetimeSeconds: 3600,
  maxAgeSeconds: null,
}
const right = {
  aud: 'https://api.example.com',
  sub: 'user-1',
  iat: now - 60,
  exp: now + 60,
  client_id: 'app',
  jti: 'one',
}
const judge = (changes: object = {}, more: Partial<Rules> = {}) => {
  const payload = Object.fromEntries(
    Object.entries({ ...right, ...changes }).filter(([, v]) => v !== undefined),
  )
  const verdict = judgeClaims(payload, { ...rules, ...more }, now)
  return verdict.ok ? 'accepted' : verdict.reason
}

describe('times, to the second', () => {
  test.each<[string, string, object, object?]>([
    ['accepts one second before exp', 'accepted', { exp: now + 1 }],
    ['refuses at exp', 'token.expired', { exp: now }],
    ['accepts one second before exp and leeway', 'accepted', { exp: now - 29 }, { leewaySeconds: 30 }],
    ['refuses at exp and leeway', 'token.expired', { exp: now - 30 }, { leewaySeconds: 30 }],
    ['accepts at iat', 'accepted', { iat: now }],
    ['refuses one second before iat', 'token.not_yet_valid', { iat: now + 1 }],
    ['accepts iat within the leeway', 'accepted', { iat: now + 30 }, { leewaySeconds: 30 }],
    ['refuses iat one second beyond it', 'token.not_yet_valid', { iat: now + 31 }, { leewaySeconds: 30 }],
    ['accepts at nbf', 'accepted', { nbf: now }],
    ['refuses one second before nbf', 'token.not_yet_valid', { nbf: now + 1 }],
    ['accepts the longest lifetime', 'accepted', { iat: now - 60, exp: now + 3540 }],
    ['refuses a second more', 'claim.invalid', { iat: now - 60, exp: now + 3541 }],
    ['accepts a second before the declared age', 'accepted', { iat: now - 599 }, { maxAgeSeconds: 600 }],
    ['refuses at the declared age', 'token.expired', { iat: now - 600 }, { maxAgeSeconds: 600 }],
    ['refuses a token that ends before it began', 'claim.invalid', { iat: now, exp: now }],
  ])('%s', (_, verdict, changes, more) => {
    expect(judge(changes, more)).toBe(verdict)
  })
})

describe('what is no time', () => {
  test.each([
    ['text', String(now + 60)],
    ['milliseconds', (now + 60) * 1000],
    ['1e400', Number.POSITIVE_INFINITY],
    ['NaN', Number.NaN],
    ['negative', -1],
    ['nought', 0],
    ['a list', [now + 60]],
    ['null', null],
  ])('%s', (_, value) => {
    for (const claim of ['exp', 'iat', 'nbf']) expect(judge({ [claim]: value })).toBe('claim.invalid')
  })
})

describe('audiences', () => {
  test.each<[string, string, unknown]>([
    ['accepts the declared one', 'accepted', 'https://api.example.com'],
    ['accepts it in a list', 'accepted', ['https://other.example.com', 'https://api.example.com']],
    ['refuses another', 'claim.audience_mismatch', 'https://other.example.com'],
    ['refuses a longer one', 'claim.audience_mismatch', 'https://api.example.com/'],
    ['refuses another case', 'claim.audience_mismatch', 'https://API.example.com'],
    ['refuses an empty list', 'claim.audience_mismatch', []],
    ['refuses a list of lists', 'claim.invalid', [['https://api.example.com']]],
    ['refuses an object', 'claim.invalid', { 0: 'https://api.example.com' }],
    ['refuses null', 'claim.invalid', null],
  ])('%s', (_, verdict, aud) => {
    expect(judge({ aud })).toBe(verdict)
  })
})

describe('subjects and required claims', () => {
  test.each(['sub', 'aud', 'exp', 'iat', 'client_id', 'jti'])('%s must be there', claim => {
    expect(judge({ [claim]: undefined })).toBe('claim.missing')
  })

  test.each([
    ['empty', ''],
    ['of 256 characters', 'x'.repeat(256)],
    ['with CR LF', 'user-1\r\nset-cookie: a'],
    ['with NUL', 'user-1\u0000'],
    ['with an invisible character', 'user\u200b-1'],
    ['with a line separator', 'user\u2028'],
    ['a number', 1],
    ['a list', ['user-1']],
    ['an object', { sub: 'user-1' }],
  ])('refused when %s', (_, value) => {
    for (const claim of ['sub', 'client_id', 'jti']) expect(judge({ [claim]: value })).toBe('claim.invalid')
  })

  it('accepts text of any script, up to 255 characters', () => {
    for (const sub of ['x'.repeat(255), 'ユーザー', 'auth0|5f7c8ec7c33c6c004bbafe82', 'user name']) {
      expect(judge({ sub })).toBe('accepted')
    }
  })
})

it('whatever a claim holds, the answer is a decision', () => {
  const claim = fc.constantFrom(...Object.keys(right), 'nbf')
  fc.assert(
    fc.property(claim, fc.anything(), (name, value) => {
      expect([
        'accepted',
        'claim.missing',
        'claim.invalid',
        'claim.audience_mismatch',
        'token.expired',
        'token.not_yet_valid',
      ]).toContain(judge({ [name]: value }))
    }),
  )
})

describe('what an issuer always says', () => {
  const fixed: Partial<Rules> = { fixedClaims: [['token_use', 'access']] }

  test.each([
    ['accepts exactly that', 'accepted', 'access'],
    ['refuses another word', 'claim.invalid', 'id'],
    ['refuses another case', 'claim.invalid', 'Access'],
    ['refuses a list of it', 'claim.invalid', ['access']],
    ['refuses null', 'claim.invalid', null],
    ['refuses to go without', 'claim.missing', undefined],
  ])('%s', (_, verdict, value) => {
    expect(judge({ token_use: value }, fixed)).toBe(verdict)
  })
})

describe('where the client is whom a token is for', () => {
  const forClients: Partial<Rules> = { audience: { claim: 'client_id', values: ['app', 'job'] } }

  test.each([
    ['accepts a declared client, without aud', 'accepted', { aud: undefined }],
    ['accepts another declared one', 'accepted', { aud: undefined, client_id: 'job' }],
    ['refuses an undeclared one', 'claim.audience_mismatch', { aud: undefined, client_id: 'other' }],
    ['refuses a declared one whose token is for somebody else', 'claim.audience_mismatch', {}],
    [
      'refuses an undeclared one that calls a declared one its audience',
      'claim.audience_mismatch',
      { client_id: 'other', aud: 'app' },
    ],
    ['refuses to go without', 'claim.missing', { client_id: undefined }],
  ])('%s', (_, verdict, changes) => {
    expect(judge(changes, forClients)).toBe(verdict)
  })
})

test('where the client is whom a token is for, its aud may be required to be one thing', () => {
  const forResource: Partial<Rules> = {
    audience: { claim: 'client_id', values: ['app'] },
    fixedClaims: [['aud', 'https://api.example.com']],
  }
  expect(judge({}, forResource)).toBe('accepted')
  expect(judge({ aud: 'https://other.example.com' }, forResource)).toBe('claim.invalid')
  expect(judge({ aud: undefined }, forResource)).toBe('claim.missing')
})

test('claims hold from nbf to exp, widened by the leeway, and no longer than the declared age', () => {
  const window = (changes: object, more: Partial<Rules> = {}) => {
    const verdict = judgeClaims({ ...right, ...changes }, { ...rules, ...more }, now)
    return verdict.ok ? [verdict.value.from - now, verdict.value.until - now] : verdict.reason
  }
  expect(window({})).toEqual([-60, 60])
  expect(window({ nbf: now - 10 })).toEqual([-10, 60])
  expect(window({ nbf: now - 90 })).toEqual([-60, 60])
  expect(window({}, { leewaySeconds: 5 })).toEqual([-65, 65])
  expect(window({}, { maxAgeSeconds: 70, leewaySeconds: 5 })).toEqual([-65, 15])
})
