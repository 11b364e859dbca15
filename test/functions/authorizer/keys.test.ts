import type { JWSHeaderParameters } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createKeys } from '../../../functions/authorizer/keys.ts'
import { type Authority, createSigningKey, issuerName, type SigningKey, startAuthority } from './authority.ts'

let first: SigningKey
let second: SigningKey
let authority: Authority
let time: number

beforeEach(async () => {
  first = await createSigningKey('first')
  second = await createSigningKey('second')
  authority = await startAuthority(first)
  time = 1_000_000_000
})
afterEach(() => authority.close())

const open = (jwksUri: string | null = `${issuerName}/keys`) =>
  createKeys({ issuer: issuerName, jwksUri }, { fetch: authority.fetch, now: () => time })

const find = (keys: ReturnType<typeof open>, kid: string) =>
  Promise.resolve(
    keys.find({ alg: 'ES256', kid } as JWSHeaderParameters & { alg: string }, {
      payload: '',
      signature: '',
    }),
  )

const unavailable = { denial: { reason: 'keys.unavailable' } }
const unknown = { code: 'ERR_JWKS_NO_MATCHING_KEY' }

describe('keys of an issuer', () => {
  test('are fetched when first needed, not before', async () => {
    const keys = open()
    expect(authority.fetched).toEqual([])
    await find(keys, 'first')
    expect(authority.fetched).toEqual(['/keys'])
  })

  test('are found through the discovery document where no address is declared', async () => {
    await find(open(null), 'first')
    expect(authority.fetched).toEqual(['/.well-known/openid-configuration', '/keys'])
  })

  test('are fetched once for a hundred concurrent needs', async () => {
    const keys = open()
    await Promise.all(Array.from({ length: 100 }, () => find(keys, 'first')))
    expect(authority.fetched).toEqual(['/keys'])
  })

  test('are fetched once for a hundred concurrent tokens of an unknown key', async () => {
    const keys = open()
    await find(keys, 'first')
    time += 30_000
    await Promise.allSettled(Array.from({ length: 100 }, (_, i) => find(keys, `unknown-${i}`)))
    expect(authority.fetched).toEqual(['/keys', '/keys'])
  })

  test('are used for ten minutes less a moment', async () => {
    const keys = open()
    await find(keys, 'first')
    time += 599_999
    await find(keys, 'first')
    expect(authority.fetched).toHaveLength(1)
  })

  test('are fetched anew after ten minutes, and those withdrawn are gone', async () => {
    const keys = open()
    await find(keys, 'first')
    authority.publish(second)
    time += 600_000
    await expect(find(keys, 'first')).rejects.toMatchObject(unknown)
    await find(keys, 'second')
    expect(authority.fetched).toHaveLength(2)
  })
})

describe('a token that names an unknown key', () => {
  test('finds a key published since, half a minute after the last fetch', async () => {
    const keys = open()
    await find(keys, 'first')
    authority.publish(first, second)
    time += 30_000
    await find(keys, 'second')
    expect(authority.fetched).toHaveLength(2)
  })

  test('fetches nothing within half a minute of the last fetch', async () => {
    const keys = open()
    await find(keys, 'first')
    time += 29_999
    await expect(find(keys, 'second')).rejects.toMatchObject(unknown)
    expect(authority.fetched).toHaveLength(1)
  })

  test('fetches at most once in half a minute while the key server is down, too', async () => {
    const keys = open()
    await find(keys, 'first')
    authority.behave(response => response.destroy())
    time += 30_000
    await expect(find(keys, 'second')).rejects.toMatchObject(unavailable)
    const before = authority.fetched.length
    for (let i = 0; i < 5; i += 1) {
      time += 5000
      await expect(find(keys, 'second')).rejects.toThrow()
    }
    expect(authority.fetched.length).toBe(before)
  })

  test('takes nothing from tokens whose key is known while the key server is down', async () => {
    const keys = open()
    await find(keys, 'first')
    authority.behave(response => response.destroy())
    time += 30_000
    await expect(find(keys, 'second')).rejects.toMatchObject(unavailable)
    await find(keys, 'first')
  })
})

describe('a key server is refused', () => {
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
    await expect(find(open(), 'first')).rejects.toMatchObject(unavailable)
    expect(authority.fetched).not.toContain('/elsewhere')
  })

  test('when it never comes to an end', async () => {
    const keys = open()
    authority.behave(response => void response.writeHead(200).write('{"keys":['))
    await expect(find(keys, 'first')).rejects.toMatchObject(unavailable)
    authority.behave(undefined)
    await find(keys, 'first')
  })

  test.each(['http://login.example.com/keys', 'file:///etc/passwd', 'data:application/json,{"keys":[]}'])(
    'at %s, since only https tells who answers',
    async uri => {
      await expect(find(open(uri), 'first')).rejects.toMatchObject({
        denial: { reason: 'keys.unavailable', note: 'keys are fetched over https only' },
      })
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
    await expect(find(open(null), 'first')).rejects.toMatchObject(unavailable)
    expect(authority.fetched).toEqual(['/.well-known/openid-configuration'])
  })
})
