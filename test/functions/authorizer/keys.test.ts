import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createKeys, type Keys } from '../../../functions/authorizer/keys.ts'
import { type Authority, createSigningKey, issuerName, type SigningKey, startAuthority } from './authority.ts'

let first: SigningKey
let second: SigningKey
let authority: Authority
let time: number
let reports: string[]

beforeEach(async () => {
  first = await createSigningKey('first')
  second = await createSigningKey('second')
  authority = await startAuthority(first)
  time = 1_000_000_000
  reports = []
})
afterEach(() => authority.close())

const open = (jwksUri: string | null = `${issuerName}/keys`) =>
  createKeys(
    { issuer: issuerName, jwksUri, algorithms: ['ES256'] },
    { fetch: authority.fetch, now: () => time, report: note => reports.push(note) },
  )

const header = (kid: string) => ({ alg: 'ES256', kid, typ: 'at+jwt' })
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
    time += 30_000
    await Promise.allSettled(Array.from({ length: 100 }, (_, i) => find(keys, `unknown-${i}`)))
    expect(authority.fetched).toEqual(['/keys', '/keys'])
  })

  test('are used for ten minutes less a moment', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    time += 599_999
    expect(await find(keys, 'first')).toBe('found')
    expect(authority.fetched).toHaveLength(1)
  })

  test('are fetched anew after ten minutes, and those withdrawn are gone', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.publish(second)
    time += 600_000
    expect(await find(keys, 'first')).toBe('token.key_unknown')
    expect(await find(keys, 'second')).toBe('found')
    expect(authority.fetched).toHaveLength(2)
  })
})

describe('a token that names an unknown key', () => {
  test('finds a key published since, half a minute after the last fetch', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.publish(first, second)
    time += 30_000
    expect(await find(keys, 'second')).toBe('found')
    expect(authority.fetched).toHaveLength(2)
  })

  test('fetches nothing within half a minute of the last fetch', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    time += 29_999
    expect(await find(keys, 'second')).toBe('token.key_unknown')
    expect(authority.fetched).toHaveLength(1)
  })

  test('fetches at most once in half a minute while the key server is down, too', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.behave(response => response.destroy())
    time += 30_000
    expect(await find(keys, 'second')).toBe('token.key_unknown')
    const before = authority.fetched.length
    for (let i = 0; i < 5; i += 1) {
      time += 5000
      expect(await find(keys, 'second')).toBe('token.key_unknown')
    }
    expect(authority.fetched.length).toBe(before)
  })

  test('takes nothing from tokens whose key is known while the key server is down', async () => {
    const keys = open()
    expect(await find(keys, 'first')).toBe('found')
    authority.behave(response => response.destroy())
    time += 30_000
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
    time += 60 * 60_000 - 1
    expect(await find(keys, 'first')).toBe('found')
    time += 1
    expect(await find(keys, 'first')).toBe('keys.unavailable')
    expect(reports).toContain('the key set cannot be had: fetch failed')
  })

  test('callers are answered without another fetch for a second after one that failed', async () => {
    outage()
    const keys = open()
    expect(await find(keys, 'first')).toBe('keys.unavailable')
    const before = authority.fetched.length
    time += 999
    expect(await find(keys, 'first')).toBe('keys.unavailable')
    expect(authority.fetched).toHaveLength(before)
    authority.behave(undefined)
    time += 1
    expect(await find(keys, 'first')).toBe('found')
  })
})

describe('a key that took another one’s place under the same name', () => {
  test('is found once the signature did not hold, half a minute after the last fetch', async () => {
    const keys = open()
    const used = await keys.find(header('first'))
    if (!used.ok) throw new Error('not found')
    authority.publish({ ...second, publicJwk: { ...second.publicJwk, kid: 'first' } })
    time += 29_999
    expect(await keys.replacing(used.value, header('first'))).toBeNull()
    time += 1
    expect(await keys.replacing(used.value, header('first'))).not.toBeNull()
    expect(authority.fetched).toHaveLength(2)
  })
})

describe('a key server is refused', () => {
  test('without what it said being repeated', async () => {
    authority.behave(response => void response.writeHead(200).end('<html>k3wz9q'))
    expect(await find(open(), 'first')).toBe('keys.unavailable')
    expect(reports).toEqual(['the key set cannot be had: not JSON'])
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
    time += 5000
    expect(await find(keys, 'first')).toBe('found')
  })

  test.each(['http://login.example.com/keys', 'file:///etc/passwd', 'data:application/json,{"keys":[]}'])(
    'at %s, since only https tells who answers',
    async uri => {
      expect(await find(open(uri), 'first')).toBe('keys.unavailable')
      expect(reports).toEqual(['the key set cannot be had: keys are fetched over https only'])
      expect(authority.fetched).toEqual([])
    },
  )

  test.each([
    ['names another issuer', { issuer: 'https://evil.example.com', jwks_uri: `${issuerName}/keys` }],
    ['has no jwks_uri', { issuer: issuerName }],
    ['leads to http', { issuer: issuerName, jwks_uri: 'http://login.example.com/keys' }],
    ['is null', null],
  ])('when its discovery document %s', async (_, document) => {
    authority.behave(response => void response.writeHead(200).end(JSON.stringify(document)))
    expect(await find(open(null), 'first')).toBe('keys.unavailable')
    expect(authority.fetched).toEqual(['/.well-known/openid-configuration'])
  })
})
