import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { judgeClaims } from '../../../functions/authorizer/claims.ts'

const now = 1_800_000_000
const rules = {
  audiences: ['https://api.example.com'],
  requiredClaims: ['client_id', 'jti'],
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
const judge = (changes: object = {}, more: Partial<typeof rules & { maxAgeSeconds: number | null }> = {}) => {
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
    ['accepts the greatest age', 'accepted', { iat: now - 600 }, { maxAgeSeconds: 600 }],
    ['refuses a second more of it', 'token.expired', { iat: now - 601 }, { maxAgeSeconds: 600 }],
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
