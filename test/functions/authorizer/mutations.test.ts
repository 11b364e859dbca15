import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Authority, createSigningKey, type SigningKey, signToken, startAuthority } from './authority.ts'
import { openVerifier } from './verifier.ts'

let key: SigningKey
let authority: Authority
let good: string
let parts: string[]
beforeAll(async () => {
  key = await createSigningKey('key')
  authority = await startAuthority(key)
  good = await signToken(key, { claims: { roles: ['sales'], nested: { a: [1, 'x', null] } } })
  parts = good.split('.')
})
afterAll(() => authority.close())

// Once before any token was seen, once after the genuine one was.
describe.each([['cold'], ['warm']])('whatever is changed of a good token, it is refused (%s):', state => {
  async function refused(mutation: fc.Arbitrary<string>): Promise<void> {
    const { verdict } = openVerifier({ fetch: authority.fetch })
    if (state === 'warm') expect(await verdict(good)).toBe('accepted')
    await fc.assert(
      fc.asyncProperty(mutation, async token => {
        fc.pre(token !== good)
        expect(await verdict(token)).not.toBe('accepted')
      }),
      { numRuns: 300 },
    )
    expect(await verdict(good)).toBe('accepted')
  }
  const part = fc.nat(2)
  const replacing = (index: number, text: string) => parts.with(index, text).join('.')
  const bytesOf = (index: number) => Buffer.from(parts[index] ?? '', 'base64url')

  test('a bit of what is encoded', () =>
    refused(
      fc.tuple(part, fc.nat(), fc.nat(7)).map(([index, at, bit]) => {
        const bytes = bytesOf(index)
        const place = at % bytes.length
        bytes[place] = (bytes[place] ?? 0) ^ (1 << bit)
        return replacing(index, bytes.toString('base64url'))
      }),
    ))

  test('a character', () =>
    refused(
      fc
        .tuple(fc.nat(good.length - 1), fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }))
        .map(([at, char]) => good.slice(0, at) + char + good.slice(at + 1)),
    ))

  test('a byte more or less', () =>
    refused(
      fc.tuple(part, fc.nat(), fc.option(fc.nat(255))).map(([index, at, byte]) => {
        const bytes = [...bytesOf(index)]
        bytes.splice(at % bytes.length, byte === null ? 1 : 0, ...(byte === null ? [] : [byte]))
        return replacing(index, Buffer.from(bytes).toString('base64url'))
      }),
    ))

  test('a part, left out, doubled, moved or added', () =>
    refused(
      fc
        .array(
          fc.oneof(
            part.map(index => parts[index] ?? ''),
            fc.constantFrom('', 'e30', 'AAAA'),
          ),
          {
            maxLength: 5,
          },
        )
        .map(chosen => chosen.join('.')),
    ))

  test('a member of its header or payload, under the signature it has', () =>
    refused(
      fc
        .tuple(
          fc.nat(1),
          fc.oneof(fc.constantFrom('alg', 'kid', 'typ', 'sub', 'aud', 'exp', 'scope'), fc.string()),
          fc.jsonValue(),
        )
        .map(([index, name, value]) => {
          const members = JSON.parse(bytesOf(index).toString('utf8')) as Record<string, unknown>
          const changed = JSON.stringify({ ...members, [name]: value })
          return replacing(index, Buffer.from(changed).toString('base64url'))
        }),
    ))

  test('the way the same JSON is written', () =>
    refused(
      fc.tuple(fc.nat(1), fc.constantFrom(' ', '\n', '\t', '\ufeff', '\u0000')).map(([index, space]) => {
        const text = bytesOf(index).toString('utf8')
        return replacing(index, Buffer.from(`${space}${text}`).toString('base64url'))
      }),
    ))
})
