import { Access, Credentials, Principal, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { anyOutput, login } from '../lib/support.ts'
import { isSigned, type SignedRequest } from '../support/verify-sig-v4.ts'
import { startSmallCloud, upstreamOrigin } from './small-cloud.ts'

let cloud: Awaited<ReturnType<typeof startSmallCloud>>

beforeAll(async () => {
  cloud = await startSmallCloud(stack => {
    const api = new ZeroTrustApi(stack, 'Api', { issuers: [login] })
    const declared = { output: anyOutput, access: Access.token() }
    const signed = api.addUpstream(
      'Signed',
      Upstream.http(`${upstreamOrigin}/base,path`, {
        credentials: Credentials.sigV4({
          service: 'execute-api',
          allow: {
            actions: ['execute-api:Invoke'],
            resources: ['arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/live/GET/deals'],
          },
        }),
      }),
    )
    api.addRoute('PUT /signed/{name}', {
      ...declared,
      upstream: signed,
      input: {
        path: { name: z.string().max(100) },
        query: { q: z.array(z.string()).optional(), 'f[a]': z.string().optional() },
        headers: { 'x-words': z.string().optional(), 'cache-control': z.string().optional() },
        cookies: { c: z.string().optional() },
        body: z.object({ text: z.string() }).optional(),
      },
    })
    const told = api.addUpstream(
      'Told',
      Upstream.http(`${upstreamOrigin}/told`, {
        principal: Principal.claims({ 'x-user-id': 'sub', 'x-tenant': 'tenant', 'x-level': 'level' }),
      }),
    )
    api.addRoute('GET /told', { ...declared, upstream: told })
    api.addRoute('GET /anyone', { ...declared, upstream: told, access: Access.public() })
  })
})
afterAll(() => cloud.close())

/** What the upstream received last, byte for byte. */
const received = (): SignedRequest => {
  const last = cloud.upstream.last()
  if (!last) throw new Error('nothing was received')
  return { method: last.method, url: last.url, headers: last.headers, body: last.bytes }
}

describe('a signed request', () => {
  test.each<[string, path: string, init: RequestInit]>([
    ['a plain path', '/signed/a', {}],
    ['a path that is encoded', '/signed/a%20b%2Bc%21%28%27%29%2A%2Cd%C3%A9%25', {}],
    [
      'a query with all that forms write otherwise',
      '/signed/a?q=a+b&q=a%2Bb&q=%7E*%27&q=&f%5Ba%5D=%26%3D',
      {},
    ],
    ['a body', '/signed/a', { body: '{"text":"é\\n"}', headers: { 'content-type': 'application/json' } }],
    [
      'headers and cookies',
      '/signed/a',
      { headers: { 'x-words': 'two   words', cookie: 'c=1', 'cache-control': 'no-cache' } },
    ],
  ])('with %s is what was signed, as it arrives', async (_, path, init) => {
    const response = await cloud.call(path, {}, { method: 'PUT', ...init })
    expect(response.status).toBe(200)
    const request = received()
    expect(request.headers.authorization).toContain('Credential=LOCALLOCALLOCALLOCAL/')
    expect(isSigned(request, 'local')).toBe(true)
    expect(isSigned({ ...request, url: `${request.url}x` }, 'local')).toBe(false)
  })

  test('means what the caller sent', async () => {
    await cloud.call('/signed/a%20b%2Bc%2Cd?q=a+b&q=a%2Bb', {}, { method: 'PUT' })
    expect(received().url).toBe('/base%2Cpath/signed/a%20b%2Bc%2Cd?q=a%20b&q=a%2Bb')
  })

  test('holds neither the caller’s token nor what a caller says in the signer’s name', async () => {
    const token = await cloud.mint()
    await cloud.send('/signed/a', token, { method: 'PUT', headers: { 'x-amz-security-token': 'mine' } })
    expect(received().headers['x-amz-security-token']).toBe('local')
    expect(JSON.stringify(received().headers)).not.toContain(token)
  })
})

describe('claims as headers', () => {
  const tenant = { claims: { tenant: 'acme', level: 3 } }
  const told = () => Object.entries(received().headers).filter(([name]) => /^x-|principal/.test(name))

  test('are those of the verified token, whatever the caller sends under their names', async () => {
    const headers = { 'x-tenant': 'initech', 'X-User-Id': 'root', x_tenant: 'initech', 'x-level': '9' }
    expect((await cloud.call('/told', tenant, { headers })).status).toBe(200)
    expect(told()).toEqual([
      ['x-user-id', 'user-1'],
      ['x-tenant', 'acme'],
      ['x-level', '3'],
    ])
  })

  test('are not there on a public route, whatever the caller sends', async () => {
    const response = await fetch(`${cloud.url}/anyone`, { headers: { 'x-tenant': 'initech' } })
    expect(response.status).toBe(200)
    expect(told()).toEqual([])
  })

  test.each([
    ['lacks one', { tenant: 'acme' }, 'claim level: missing'],
    ['has one that is a list', { tenant: ['acme'], level: 3 }, 'claim tenant: not what a header can hold'],
    [
      'has one that would be two headers',
      { tenant: 'a\r\nx-user-id: root', level: 3 },
      'claim tenant: not what a header can hold',
    ],
  ])('are all there or the request is refused: a token that %s', async (_, claims, note) => {
    const { line } = await cloud.expectDenied(() => cloud.call('/told', { claims }), 'principal.unusable', [
      403,
      'access.denied',
    ])
    expect(line.note).toBe(note)
  })
})
