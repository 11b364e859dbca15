import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { mediaType, readJws } from '../../../functions/authorizer/jws.ts'

const text = (value: string | Uint8Array) => Buffer.from(value).toString('base64url')
const header = '{"alg":"ES256","typ":"at+jwt","kid":"key"}'
const payload = '{"iss":"https://login.example.com","sub":"user-1"}'
const signature = text(new Uint8Array(64).fill(7))
const token = (parts: { header?: string; payload?: string; signature?: string } = {}) =>
  [parts.header ?? text(header), parts.payload ?? text(payload), parts.signature ?? signature].join('.')
const withHeader = (json: string) => token({ header: text(json) })
const withPayload = (json: string | Uint8Array) => token({ payload: text(json) })

describe('a token is read', () => {
  it('as its header and its payload', () => {
    expect(readJws(token())).toEqual({
      ok: true,
      value: { header: { alg: 'ES256', typ: 'at+jwt', kid: 'key' }, payload: JSON.parse(payload) },
    })
  })

  it('with its type in any case, with or without application/', () => {
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+jwt']) {
      expect(mediaType(typ)).toBe('at+jwt')
    }
    // RFC 7515 §4.1.9: not where another slash follows.
    expect(mediaType('application/a/b')).toBe('application/a/b')
  })
})

describe('a token is malformed', () => {
  test.each([
    ['with two parts', 'a.b'],
    ['with four parts', `${token()}.AAAA`],
    ['with an empty signature', token({ signature: '' })],
    ['with padding', token({ payload: `${text('{"a":1}')}==` })],
    ['with stray bits at the end', token({ payload: `${text('{"a":1} ').slice(0, -1)}B` })],
    ['with the letters of plain base64', token({ payload: Buffer.from('{"a":"??>"}').toString('base64') })],
    ['with white space', token({ payload: `${text(payload)} ` })],
    ['with a byte order mark', withPayload(`\ufeff${payload}`)],
    ['with bytes that are not UTF-8', withPayload(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))],
    ['with a member twice', withPayload('{"sub":"a","sub":"b"}')],
    ['with a member twice, once escaped', withPayload('{"sub":"a","s\\u0075b":"b"}')],
    ['with a member twice, further down', withPayload('{"a":{"b":1,"b":2}}')],
    [
      'with a member twice in its header',
      withHeader('{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"key"}'),
    ],
    ['with a member that reaches a prototype', withPayload('{"__proto__":{"admin":true}}')],
    ['nested too deep', withPayload(`{"a":${'['.repeat(8)}${']'.repeat(8)}}`)],
    ['whose payload is an array', withPayload('[]')],
    ['whose payload is text', withPayload('"a"')],
    ['whose payload is null', withPayload('null')],
    ['whose header is an array', withHeader('[]')],
    ['without an algorithm', withHeader('{"typ":"at+jwt","kid":"key"}')],
    ['with an algorithm that is no text', withHeader('{"alg":["ES256"],"typ":"at+jwt","kid":"key"}')],
  ])('%s', (_, malformed) => {
    expect(readJws(malformed)).toMatchObject({ ok: false, reason: 'token.malformed' })
  })

  test.each(['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'zip', 'enc'])(
    'with the header parameter %s, whatever its value',
    name => {
      for (const value of ['null', '[]', 'true', '"x"']) {
        const json = `{"alg":"ES256","typ":"at+jwt","kid":"key","${name}":${value}}`
        expect(readJws(withHeader(json))).toMatchObject({ ok: false, reason: 'token.malformed' })
      }
    },
  )
})

describe('a token without a usable key id is refused', () => {
  test.each([
    ['none', '{"alg":"ES256","typ":"at+jwt"}'],
    ['empty', '{"alg":"ES256","typ":"at+jwt","kid":""}'],
    ['a number', '{"alg":"ES256","typ":"at+jwt","kid":1}'],
    ['with a line break', '{"alg":"ES256","typ":"at+jwt","kid":"a\\nb"}'],
    ['of 257 characters', `{"alg":"ES256","typ":"at+jwt","kid":"${'k'.repeat(257)}"}`],
  ])('%s', (_, json) => {
    expect(readJws(withHeader(json))).toMatchObject({ ok: false, reason: 'token.key_unknown' })
  })

  it('and one of 256 characters is accepted', () => {
    const json = `{"alg":"ES256","typ":"at+jwt","kid":"${'k'.repeat(256)}"}`
    expect(readJws(withHeader(json)).ok).toBe(true)
  })
})

it('nothing that is not a token makes it throw, or is read as one', () => {
  fc.assert(
    fc.property(fc.string(), garbage => {
      expect(readJws(garbage).ok).toBe(false)
    }),
  )
})
