import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createVerifiedTokens, tokenId } from '../../../functions/authorizer/verified-tokens.ts'
import {
  type Authority,
  createSigningKey,
  declaredIssuer,
  type SigningKey,
  signToken,
  startAuthority,
  type TokenChanges,
} from './authority.ts'
import { openVerifier, testClock } from './verifier.ts'

let key: SigningKey
let authority: Authority
let clock: ReturnType<typeof testClock>
beforeAll(async () => {
  key = await createSigningKey('key')
  authority = await startAuthority(key)
})
beforeEach(() => {
  clock = testClock()
})
afterEach(() => {
  authority.publish(key)
  authority.behave(undefined)
})
afterAll(() => authority.close())

const open = (more: Partial<Parameters<typeof openVerifier>[0]> = {}) =>
  openVerifier({ fetch: authority.fetch, clock, ...more })
const sign = (changes: TokenChanges = {}) => signToken(key, changes, clock.wall())
const seconds = () => clock.wall() / 1000

/** Whether a token is remembered, told by what is handed out being the very same object. */
async function isRemembered({ verify }: ReturnType<typeof open>, token: string): Promise<boolean> {
  const [first, second] = [await verify(token), await verify(token)]
  return first.ok && second.ok && first.value === second.value
}

describe('a verified token', () => {
  test('is remembered with what it was verified as', async () => {
    const door = open()
    const token = await sign()
    expect(await isRemembered(door, token)).toBe(true)
    expect(door.verified.recall(tokenId(token))).toMatchObject({
      issuer: { place: 0 },
      claims: { sub: 'user-1' },
    })
  })

  test('is remembered up to the declared time, and not a moment longer', async () => {
    const door = open({ ttlSeconds: 60 })
    const token = await sign()
    await door.verify(token)
    clock.pass(59_999)
    expect(door.verified.recall(tokenId(token))).toBeDefined()
    clock.pass(1)
    expect(door.verified.recall(tokenId(token))).toBeUndefined()
  })

  test('is not remembered where that is declared', async () => {
    const door = open({ ttlSeconds: 0 })
    const token = await sign()
    await door.verify(token)
    expect(door.verified.recall(tokenId(token))).toBeUndefined()
  })

  test('that was refused is not remembered, as what it says or at all', async () => {
    const door = open()
    const token = await sign({ claims: { aud: 'https://other.example.com' } })
    expect(await door.verdict(token)).toBe('claim.audience_mismatch')
    expect(door.verified.recall(tokenId(token))).toBeUndefined()
    expect(await door.verdict(token)).toBe('claim.audience_mismatch')
  })

  test('is accepted in the last moment before exp and refused at it, remembered or not', async () => {
    const door = open()
    const token = await sign({ claims: { exp: seconds() + 100 } })
    expect(await isRemembered(door, token)).toBe(true)
    clock.pass(99_999)
    expect(await door.verdict(token)).toBe('accepted')
    clock.pass(1)
    expect(await door.verdict(token)).toBe('token.expired')
    expect(await open().verdict(token)).toBe('token.expired')
  })

  test('is accepted in the last moment of a declared leeway and refused after it', async () => {
    const door = open({ issuers: [{ ...declaredIssuer, leewaySeconds: 30 }] })
    const token = await sign({ claims: { exp: seconds() + 100 } })
    expect(await isRemembered(door, token)).toBe(true)
    clock.pass(129_999)
    expect(await door.verdict(token)).toBe('accepted')
    clock.pass(1)
    expect(await door.verdict(token)).toBe('token.expired')
  })

  test('is accepted in the last moment before a declared age and refused at it', async () => {
    const door = open({ issuers: [{ ...declaredIssuer, maxAgeSeconds: 60 }] })
    const token = await sign()
    expect(await isRemembered(door, token)).toBe(true)
    clock.pass(59_999)
    expect(await door.verdict(token)).toBe('accepted')
    clock.pass(1)
    expect(await door.verdict(token)).toBe('token.expired')
  })

  test('is refused when the clock is set back before it began', async () => {
    const door = open()
    const token = await sign({ claims: { nbf: seconds() - 10 } })
    await door.verify(token)
    clock.setBack(10_000)
    expect(await door.verdict(token)).toBe('token.not_yet_valid')
    clock.pass(10_000)
    expect(await door.verdict(token)).toBe('accepted')
  })

  test('is not remembered for longer because the clock was set back', async () => {
    const door = open({ ttlSeconds: 60 })
    const token = await sign({ claims: { iat: seconds() - 1000 } })
    await door.verify(token)
    clock.setBack(500_000)
    clock.pass(60_000)
    expect(door.verified.recall(tokenId(token))).toBeUndefined()
  })

  test('falls with its key, as soon as another fetch shows that it was withdrawn', async () => {
    const door = open()
    const token = await sign()
    expect(await isRemembered(door, token)).toBe(true)
    const next = await createSigningKey('next')
    authority.publish(next)
    clock.pass(1000)
    expect(await door.verdict(await signToken(next, {}, clock.wall()))).toBe('accepted')
    expect(await door.verdict(token)).toBe('token.key_unknown')
  })

  test('falls with its key, as soon as another one has taken its name', async () => {
    const door = open()
    const token = await sign()
    expect(await isRemembered(door, token)).toBe(true)
    const other = await createSigningKey('key')
    authority.publish(other)
    clock.pass(1000)
    expect(await door.verdict(await signToken(other, {}, clock.wall()))).toBe('accepted')
    expect(await door.verdict(token)).toBe('token.signature_invalid')
  })

  test('is not recalled once its key is due to be fetched anew', async () => {
    const door = open({ ttlSeconds: 3600 })
    const token = await sign({ claims: { exp: seconds() + 3600 } })
    await door.verify(token)
    clock.pass(599_999)
    expect(door.verified.recall(tokenId(token))).toBeDefined()
    clock.pass(1)
    expect(door.verified.recall(tokenId(token))).toBeUndefined()
    authority.publish()
    expect(await door.verdict(token)).toBe('token.key_unknown')
  })

  test('is remembered through a renewal that brought the same key', async () => {
    const door = open({ ttlSeconds: 3600 })
    const token = await sign({ claims: { exp: seconds() + 3600 } })
    await door.verify(token)
    clock.pass(600_000)
    expect(await isRemembered(door, token)).toBe(true)
  })

  test('cannot be changed by whoever is handed it, at any depth', async () => {
    const { verify } = open()
    const token = await sign({ claims: { realm_access: { roles: ['sales'] } } })
    const decision = await verify(token)
    if (!decision.ok) throw new Error('refused')
    const claims = decision.value.claims as unknown as {
      sub: string
      realm_access: { roles: string[] }
    }
    expect(() => {
      claims.sub = 'admin'
    }).toThrow(TypeError)
    expect(() => claims.realm_access.roles.push('admin')).toThrow(TypeError)
    expect(() => Object.assign(decision.value, { issuer: null })).toThrow(TypeError)
  })
})

describe('what is remembered', () => {
  test('is bounded: a thousand tokens, a million characters, of which those used longest ago make room', async () => {
    const door = open()
    const verified = createVerifiedTokens(300, clock)
    const token = await sign()
    const decision = await door.verify(token)
    if (!decision.ok) throw new Error('refused')
    const { issuer, claims } = decision.value
    const name = { kid: 'key', alg: 'ES256' }
    const current = issuer.keys.current(name)
    if (!current) throw new Error('no key')
    const judged = { claims, from: seconds() - 1, until: seconds() + 1 }
    const remember = (id: number, size = 1000) =>
      verified.remember({ id: `token-${id}`, size, name }, issuer, judged, current)
    const recalled = (id: number) => verified.recall(`token-${id}`) !== undefined
    for (let id = 0; id < 1000; id += 1) remember(id)
    expect([recalled(0), recalled(999)]).toEqual([true, true])
    remember(1000)
    // 0 was used since; 1 was not.
    expect([recalled(0), recalled(1), recalled(2), recalled(1000)]).toEqual([true, false, true, true])
    // Large ones take the room of several, in the order in which they were used.
    remember(1001, 5000)
    const ids = Array.from({ length: 1002 }, (_, id) => id)
    expect(ids.filter(recalled)).toHaveLength(996)
    expect([recalled(3), recalled(7), recalled(8), recalled(0), recalled(1001)]).toEqual([
      false,
      false,
      true,
      true,
      true,
    ])
    remember(1002, 999_999)
    expect(ids.filter(recalled)).toEqual([])
    expect(recalled(1002)).toBe(true)
  })

  test('is no other token’s, however alike they are', async () => {
    const door = open()
    const good = await sign()
    await door.verify(good)
    const change = fc.oneof(
      fc.tuple(fc.nat(good.length - 1), fc.nat(6)).map(([at, bit]) => {
        const byte = String.fromCharCode(good.charCodeAt(at) ^ (1 << bit))
        return good.slice(0, at) + byte + good.slice(at + 1)
      }),
      fc.nat(good.length - 1).map(at => good.slice(0, at)),
      fc.string({ minLength: 1 }).map(more => good + more),
      fc.string({ minLength: 1 }).map(more => more + good),
      fc.constant(good.toLowerCase()),
    )
    fc.assert(
      fc.property(change, other => {
        fc.pre(other !== good)
        expect(door.verified.recall(tokenId(other))).toBeUndefined()
      }),
    )
    expect(door.verified.recall(tokenId(good))).toBeDefined()
  })

  test('keeps two callers apart who are verified at once', async () => {
    const door = open()
    const subjects = Array.from({ length: 20 }, (_, i) => `user-${i}`)
    const tokens = await Promise.all(subjects.map(sub => sign({ claims: { sub } })))
    for (let round = 0; round < 3; round += 1) {
      const decisions = await Promise.all(tokens.map(token => door.verify(token)))
      expect(decisions.map(decision => decision.ok && decision.value.claims.sub)).toEqual(subjects)
    }
    expect(authority.fetched.filter(path => path === '/keys').length).toBeGreaterThan(0)
  })
})
