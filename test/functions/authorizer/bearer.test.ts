import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBearerToken } from '../../../functions/authorizer/bearer.ts'

const token = 'aa.bb.cc'
const read = (...values: string[]) => readBearerToken({ Authorization: values })

describe('the token of a request', () => {
  test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('is read after the scheme written as %s', scheme => {
    expect(read(`${scheme} ${token}`)).toEqual({ ok: true, value: token })
  })

  test.each(['authorization', 'AUTHORIZATION'])('is read from a header named %s', name => {
    expect(readBearerToken({ [name]: [`Bearer ${token}`] })).toEqual({ ok: true, value: token })
  })

  test.each([
    ['no headers', null],
    ['no such header', { cookie: [`access_token=${token}`] }],
    ['a header without a value', { Authorization: [] }],
    ['an empty header', { Authorization: [''] }],
  ])('is missing where there are %s', (_, headers) => {
    expect(readBearerToken(headers)).toMatchObject({ ok: false, reason: 'token.missing' })
  })

  test.each([
    ['another scheme', `Basic ${token}`],
    ['DPoP', `DPoP ${token}`],
    ['no scheme', token],
    ['no token', 'Bearer '],
    ['two spaces', `Bearer  ${token}`],
    ['a space behind', `Bearer ${token} `],
    ['a space before', ` Bearer ${token}`],
    ['a tab', `Bearer\t${token}`],
    ['two parts', 'Bearer aa.bb'],
    ['an unsigned token', 'Bearer aa.bb.'],
    ['five parts, an encrypted token', 'Bearer aa.bb.cc.dd.ee'],
    ['padding', 'Bearer aa=.bb.cc'],
    ['two tokens', `Bearer ${token}, Bearer ${token}`],
    ['parameters', `Bearer ${token}; realm=x`],
    ['a line break', `Bearer ${token}\n`],
  ])('is refused with %s', (_, value) => {
    expect(read(value)).toMatchObject({ ok: false, reason: 'token.malformed' })
  })

  test('is refused when there are two, in one spelling of the name or in two', () => {
    const malformed = { ok: false, reason: 'token.malformed', note: 'several Authorization headers' }
    expect(read(`Bearer ${token}`, `Bearer ${token}`)).toEqual(malformed)
    expect(
      readBearerToken({ Authorization: [`Bearer ${token}`], authorization: [`Bearer ${token}`] }),
    ).toEqual(malformed)
  })

  test('is accepted at 8192 characters of header', () => {
    expect(read(`Bearer ${'a'.repeat(8192 - 'Bearer .b.c'.length)}.b.c`).ok).toBe(true)
  })

  test('is refused at 8193, before anything is decoded', () => {
    expect(read(`Bearer ${'a'.repeat(8193 - 'Bearer .b.c'.length)}.b.c`)).toMatchObject({ note: 'too long' })
  })

  test('is never repeated in a refusal', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), secret => {
        expect(JSON.stringify(read(`Basic ${secret}`))).not.toContain(JSON.stringify(secret).slice(1, -1))
      }),
    )
  })
})
