import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createKeys, type Keys } from '../../../functions/authorizer/keys.ts'
import { silentTelemetry } from '../silent-telemetry.ts'
import { type Authority, createSigningKey, issuerName, type SigningKey, startAuthority } from './authority.ts'
import { testClock } from './verifier.ts'

let first: SigningKey
let second: SigningKey
let authority: Authority
let clock: ReturnType<typeof testClock>
let told: ReturnType<typeof silentTelemetry>

beforeEach(async () => {
  first = await createSigningKey('first')
  second = await createSigningKey('second')
  authority = await startAuthority(first)
  clock = testClock()
  told = silentTelemetry()
})
afterEach(() => authority.close())

const open = (jwksUri: string | null = `${issuerName}/keys`) =>
  createKeys(
    { issuer: issuerName, jwksUri, algorithms: ['ES256'] },
    { fetch: authority.fetch, clock, telemetry: told.telemetry },
  )

const header = (kid: string) => ({ alg: 'ES256', kid })
/** The reason it was not found, or nothing. */
const find = async (keys: Keys, kid: string) => {
  const found = await keys.find(header(kid))
  return found.ok ? 'found' : found.reason
}

describe('keys of an issuer', () => {
  test('are fetched when first needed, not before', async () => {
    const keys = open()
    expect(authority.fetched).toEqual([])
    expect(await find(keys, 'first')).toBe('found')
    expect(authority.fetched).toEqual(['/keys'])
  })

  test('are as old as the question that they answered; before one they have no age', async () => {
    const keys = open()
    expect(keys.age()).toBeNull()
    await find(keys, 'first')
    expect(keys.age()).toBe(0)
    clock.pass(90_000)
    expect(keys.age()).toBe(90_000)
  })

  test('are found through the discovery document where no address is declared', async () => {
    expect(await find(open(null), 'first')).toBe('found')
    expect(authority.fetched).toEqual(['/.well-known/openid-configuration', '/keys'])
  })

  test('are fetched once for a hundred concurrent needs', async () => {
    const keys = open()
    await Promise.all(Array.from({ length: 100 }, () => find(keys, 'first')))
    expect(authority.fetched).toEqual(['/keys'])
  })

  test('are fetched once for a hundred concurrent tokens of an unknown key', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    clock.pass(30_000)
    await Promise.allSettled(Array.from({ length: 100 }, (_, i) => find(keys, `unknown-${i}`)))
    expect(authority.fetched).toEqual(['/keys', '/keys'])
  })

  test('are used for ten minutes less a moment', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    clock.pass(599_999)
    expect(await find(keys, 'first')).toBe('found')
    expect(authority.fetched).toHaveLength(1)
  })

  test('are fetched anew after ten minutes, and those withdrawn are gone', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.publish(second)
    clock.pass(600_000)
    expect(await find(keys, 'first')).toBe('token.key_unknown')
    expect(await find(keys, 'second')).toBe('found')
    expect(authority.fetched).toHaveLength(2)
  })
})

describe('a token that names an unknown key', () => {
  test('finds a key published since, at once', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.publish(first, second)
    expect(await find(keys, 'second')).toBe('found')
    expect(authority.fetched).toHaveLength(2)
  })

  test('finds a key published while a fetch was under way that began before', async () => {
    const keys = open()
    const held: ServerResponse[] = []
    authority.behave(response => held.push(response))
    const prepared = keys.prepare()
    await vi.waitFor(() => expect(held).toHaveLength(1))
    const before = JSON.stringify({ keys: [first.publicJwk] })
    authority.publish(first, second)
    authority.behave(undefined)
    const found = find(keys, 'second')
    held[0]?.writeHead(200).end(before)
    await prepared
    expect(await found).toBe('found')
    expect(authority.fetched).toHaveLength(2)
  })

  test('fetches nothing within ten seconds of another that brought nothing', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    clock.pass(1000)
    expect(await find(keys, 'unknown')).toBe('token.key_unknown')
    expect(authority.fetched).toHaveLength(2)
    authority.publish(first, second)
    clock.pass(9_999)
    expect(await find(keys, 'second')).toBe('token.key_unknown')
    expect(authority.fetched).toHaveLength(2)
    clock.pass(1)
    expect(await find(keys, 'second')).toBe('found')
    expect(authority.fetched).toHaveLength(3)
  })

  test('finds its key through each of several rotations in a row: what brought a key was not in vain', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    for (const kid of ['a', 'b', 'c']) {
      authority.publish({ ...second, publicJwk: { ...second.publicJwk, kid } })
      clock.pass(1000)
      expect(await find(keys, kid)).toBe('found')
    }
    expect(authority.fetched).toHaveLength(4)
  })

  test('fetches at most once in ten seconds while the key server is down, too', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.behave(response => response.destroy())
    clock.pass(30_000)
    expect(await find(keys, 'second')).toBe('token.key_unknown')
    const before = authority.fetched.length
    for (let i = 0; i < 9; i += 1) {
      clock.pass(1000)
      expect(await find(keys, 'second')).toBe('token.key_unknown')
    }
    expect(authority.fetched.length).toBe(before)
  })

  test('takes nothing from tokens whose key is known while the key server is down', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.behave(response => response.destroy())
    clock.pass(30_000)
    expect(await find(keys, 'second')).toBe('token.key_unknown')
    expect(await find(keys, 'first')).toBe('found')
  })
})

describe('while the key server is in trouble', () => {
  const outage = () => authority.behave(response => void response.destroy())

  test('keys it published are believed up to an hour after the last good fetch, and not a moment longer', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    outage()
    clock.pass(60 * 60_000 - 1)
    expect(await find(keys, 'first')).toBe('found')
    clock.pass(1)
    expect(await find(keys, 'first')).toBe('keys.unavailable')
    expect(told.keyFetchFailures).toContain(
      'the keys of https://login.example.com cannot be had: it failed: UND_ERR_SOCKET',
    )
  })

  test('callers are answered without another fetch for a second after one that failed', async () => {
    outage()
    const keys = open()
    expect(await find(keys, 'first')).toBe('keys.unavailable')
    const before = authority.fetched.length
    clock.pass(999)
    expect(await find(keys, 'first')).toBe('keys.unavailable')
    expect(authority.fetched).toHaveLength(before)
    authority.behave(undefined)
    clock.pass(1)
    expect(await find(keys, 'first')).toBe('found')
  })
})

describe('a key that took another one’s place under the same name', () => {
  const renamed = () => ({ ...second, publicJwk: { ...second.publicJwk, kid: 'first' } })
  const firstOf = async (keys: Keys) => {
    const found = await keys.find(header('first'))
    if (!found.ok) throw new Error('not found')
    return found.value
  }

  test('is found once the signature did not hold, a second after the last fetch', async () => {
    const keys = open()
    const used = await firstOf(keys)
    authority.publish(renamed())
    clock.pass(999)
    expect(await keys.replacing(used, header('first'))).toBeNull()
    clock.pass(1)
    expect(await keys.replacing(used, header('first'))).not.toBeNull()
    expect(authority.fetched).toHaveLength(2)
  })

  test('is looked for once in ten seconds where bad signatures are all there is', async () => {
    const keys = open()
    const used = await firstOf(keys)
    clock.pass(1000)
    for (let i = 0; i < 3; i += 1) expect(await keys.replacing(used, header('first'))).toBeNull()
    expect(authority.fetched).toHaveLength(2)
    authority.publish(renamed())
    clock.pass(9_999)
    expect(await keys.replacing(used, header('first'))).toBeNull()
    clock.pass(1)
    expect(await keys.replacing(used, header('first'))).not.toBeNull()
  })

  test('is another object; a key published again as it was stays the same one', async () => {
    const keys = open()
    const used = await firstOf(keys)
    authority.publish(first, second)
    clock.pass(600_000)
    expect(await firstOf(keys)).toBe(used)
    authority.publish(renamed())
    clock.pass(600_000)
    expect(await firstOf(keys)).not.toBe(used)
  })
})

describe('keys that need not be asked for', () => {
  test('are those of a fresh set, up to a moment before ten minutes', async () => {
    const keys = open()
    expect(keys.current(header('first'))).toBeUndefined()
    await keys.prepare()
    expect(keys.current(header('first'))).toBeDefined()
    expect(keys.current(header('second'))).toBeUndefined()
    expect(keys.current({ kid: 'first', alg: 'ES384' })).toBeUndefined()
    clock.pass(599_999)
    expect(keys.current(header('first'))).toBeDefined()
    clock.pass(1)
    expect(keys.current(header('first'))).toBeUndefined()
    expect(authority.fetched).toHaveLength(1)
  })
})

describe('a clock that is not to be trusted', () => {
  const hour = 60 * 60_000

  test('set back by an hour makes no key last longer', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.publish(second)
    clock.setBack(hour)
    clock.pass(600_000)
    expect(await find(keys, 'first')).toBe('token.key_unknown')
  })

  test('set back by an hour holds up no fetch', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    clock.setBack(hour)
    authority.publish(first, second)
    clock.pass(1000)
    expect(await find(keys, 'second')).toBe('found')
  })

  test('of an instance that was frozen counts the time it was', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.publish(second)
    clock.freeze(600_000)
    expect(await find(keys, 'first')).toBe('token.key_unknown')
  })
})

describe('keys that should have been renewed', () => {
  test('are counted each time one is believed, and failed fetches too', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.behave(response => void response.destroy())
    clock.pass(600_000)
    expect(await find(keys, 'first')).toBe('found')
    expect(await find(keys, 'first')).toBe('found')
    expect([told.stale.uses, told.keyFetchFailures.length]).toEqual([2, 1])
  })

  test('are asked for every ten seconds, until they are there', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.behave(response => void response.destroy())
    clock.pass(600_000)
    for (const [ms, failures] of [
      [0, 1],
      [9_999, 1],
      [1, 2],
      [10_000, 3],
    ] as const) {
      clock.pass(ms)
      expect(await find(keys, 'first')).toBe('found')
      expect(told.keyFetchFailures).toHaveLength(failures)
    }
    authority.behave(undefined)
    clock.pass(10_000)
    expect(await find(keys, 'first')).toBe('found')
    expect(told.stale.uses).toBe(4)
  })

  test('are believed while the key server never answers, and without asking it for ten seconds', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.behave(() => {})
    clock.pass(600_000)
    expect(await find(keys, 'first')).toBe('found')
    expect(told.keyFetchFailures).toEqual([
      'the keys of https://login.example.com cannot be had: no answer within 1500 ms',
    ])
    clock.pass(9_999)
    expect(await find(keys, 'first')).toBe('found')
    expect(await find(keys, 'unknown')).toBe('token.key_unknown')
    expect(authority.fetched).toHaveLength(2)
  })

  test('are asked for anew by an instance that was frozen in the middle of asking', async () => {
    const keys = open()
    authority.behave(() => {})
    const lost = find(keys, 'first')
    await vi.waitFor(() => expect(authority.fetched).toHaveLength(1))
    clock.freeze(4001)
    authority.behave(undefined)
    expect(await find(keys, 'first')).toBe('found')
    expect(authority.fetched).toHaveLength(2)
    expect(await lost).toBe('found')
    expect(told.keyFetchFailures).toEqual([])
  })

  test('are not looked for in vain by a token that came while the key server was down', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.behave(response => void response.destroy())
    expect(await find(keys, 'second')).toBe('token.key_unknown')
    authority.behave(undefined)
    authority.publish(first, second)
    clock.pass(9_999)
    expect(await find(keys, 'second')).toBe('token.key_unknown')
    clock.pass(1)
    expect(await find(keys, 'second')).toBe('found')
  })
})

describe('a key server is refused', () => {
  test('without what it said being repeated', async () => {
    authority.behave(response => void response.writeHead(200).end('<html>k3wz9q'))
    expect(await find(open(), 'first')).toBe('keys.unavailable')
    expect(told.keyFetchFailures).toEqual(['the keys of https://login.example.com cannot be had: not JSON'])
  })

  const large = JSON.stringify({ keys: [], padding: 'x'.repeat(256 * 1024) })
  test.each<[string, Parameters<Authority['behave']>[0]]>([
    ['when it is gone', response => void response.destroy()],
    ['when it answers 500', response => void response.writeHead(500).end('{"keys":[]}')],
    ['when it answers 204', response => void response.writeHead(204).end()],
    ['when it redirects', response => void response.writeHead(302, { location: '/elsewhere' }).end()],
    ['when it answers more than 256 KiB', response => void response.writeHead(200).end(large)],
    ['when it answers no JSON', response => void response.writeHead(200).end('<html>')],
    ['when it answers another document', response => void response.writeHead(200).end('{"error":"x"}')],
    ['when it answers null', response => void response.writeHead(200).end('null')],
  ])('%s', async (_, behaviour) => {
    authority.behave(behaviour)
    expect(await find(open(), 'first')).toBe('keys.unavailable')
    expect(authority.fetched).not.toContain('/elsewhere')
  })

  test('when it never comes to an end', async () => {
    const keys = open()
    authority.behave(response => void response.writeHead(200).write('{"keys":['))
    expect(await find(keys, 'first')).toBe('keys.unavailable')
    authority.behave(undefined)
    clock.pass(5000)
    expect(await find(keys, 'first')).toBe('found')
  })

  test.each(['http://login.example.com/keys', 'file:///etc/passwd', 'data:application/json,{"keys":[]}'])(
    'at %s, since only https tells who answers',
    async uri => {
      expect(await find(open(uri), 'first')).toBe('keys.unavailable')
      expect(told.keyFetchFailures).toEqual([
        'the keys of https://login.example.com cannot be had: keys are fetched over https only',
      ])
      expect(authority.fetched).toEqual([])
    },
  )

  test.each([
    ['names another issuer', { issuer: 'https://evil.example.com', jwks_uri: `${issuerName}/keys` }],
    ['has no jwks_uri', { issuer: issuerName }],
    [
      'leads to an address with credentials',
      { issuer: issuerName, jwks_uri: 'https://a:k3wz9q@login.example.com/keys' },
    ],
    ['leads to http', { issuer: issuerName, jwks_uri: 'http://login.example.com/keys' }],
    ['is null', null],
  ])('when its discovery document %s', async (_, document) => {
    authority.behave(response => void response.writeHead(200).end(JSON.stringify(document)))
    expect(await find(open(null), 'first')).toBe('keys.unavailable')
    expect(authority.fetched).toEqual(['/.well-known/openid-configuration'])
    expect(told.keyFetchFailures.join()).not.toContain('k3wz9q')
  })
})
