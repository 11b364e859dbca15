import { Access, Issuer, Limit, optional, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { anyOutput } from '../lib/support.ts'
import { expectRefusal, expectSecurityHeaders } from './answers.ts'
import { sendRaw } from './raw-request.ts'
import { startSmallCloud, upstreamOrigin } from './small-cloud.ts'

const app = 'https://app.example.com'
const admin = 'https://admin.example.com'
const evil = 'https://evil.example.com'

const startWith = (origins: readonly string[]) =>
  startSmallCloud(stack => {
    const api = new ZeroTrustApi(stack, 'Api', {
      issuers: [
        Issuer.oidc('https://login.example.com', {
          audience: 'https://api.example.com',
          algorithms: ['ES256'],
        }),
      ],
      cors: { origins, credentials: true, exposeHeaders: ['retry-after'] },
    })
    const crm = api.addUpstream('Crm', Upstream.http(upstreamOrigin))
    api.addRoute('GET /deals', {
      upstream: crm,
      output: anyOutput,
      access: Access.token({ scopes: ['deals:read'] }),
      limits: { user: Limit.perMinute(2) },
    })
    api.addRoute('POST /deals', {
      upstream: crm,
      output: anyOutput,
      access: Access.token({ scopes: ['deals:read'] }),
      input: {
        headers: { 'x-trace': optional({ type: 'string' }) },
        body: { type: 'object', properties: { title: { type: 'string' } } },
      },
    })
    api.addRoute('DELETE /deals', { upstream: Upstream.stub(200, {}), access: Access.token() })
    api.addRoute('GET /news', { upstream: crm, output: anyOutput, access: Access.public() })
  })

type Cloud = Awaited<ReturnType<typeof startWith>>
let several: Cloud
let one: Cloud
beforeAll(async () => {
  ;[several, one] = await Promise.all([startWith([app, admin]), startWith([app])])
})
afterAll(() => Promise.all([several.close(), one.close()]))

let token: string
let callers = 0
beforeEach(async () => {
  callers += 1
  token = await several.mint({ subject: `caller-${callers}`, scope: 'deals:read' })
})

const ask = (requestLine: string, headers: readonly string[] = [], { cloud = several, body = '' } = {}) =>
  sendRaw(cloud.url, [`${requestLine} HTTP/1.1`, ...headers], body)
const authorized = () => `Authorization: Bearer ${token}`
const preflight = (path: string, method: string, origin: string, ...headers: string[]) =>
  ask(`OPTIONS ${path}`, [`Origin: ${origin}`, `Access-Control-Request-Method: ${method}`, ...headers])

const sharingOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name === 'vary' || name.startsWith('access-control-')))
const shared = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'retry-after, ratelimit, ratelimit-policy',
  vary: 'Origin',
})

describe('a page of a declared origin', () => {
  test.each([app, admin])('gets an answer that it may read: %s', async origin => {
    const response = await ask('GET /deals', [`Origin: ${origin}`, authorized()])
    expect(response.status).toBe(200)
    expect(sharingOf(response)).toEqual(shared(origin))
    expectSecurityHeaders(response.headers)
  })

  test('may read refusals of the second door', async () => {
    const invalid = await ask('POST /deals', [`Origin: ${app}`, authorized(), 'Content-Type: text/plain'], {
      body: 'x',
    })
    expect(invalid.status).toBe(415)
    expect(sharingOf(invalid)).toEqual(shared(app))
    for (let i = 0; i < 2; i += 1) await ask('GET /deals', [`Origin: ${app}`, authorized()])
    const limited = await ask('GET /deals', [`Origin: ${app}`, authorized()])
    expect(limited.status).toBe(429)
    expect(sharingOf(limited)).toEqual(shared(app))
  })

  test('may read API Gateway’s own refusals where it is the only one; of several, only the 403 of the first door', async () => {
    const none = async () => ''
    const scopeless = (cloud: Cloud) => cloud.mint({ scope: 'deals:write' })
    // Whom the answer is shared with: of an API with one origin; with several, when it asks; when another page does.
    const refusals = [
      [401, 'GET /deals', none, app, null, null],
      [403, 'GET /deals', scopeless, app, app, null],
      [404, 'GET /undeclared', none, app, null, null],
    ] as const
    for (const [status, requestLine, tokenOf, ofOne, ofSeveral, ofAnother] of refusals) {
      for (const [cloud, origin, sharedWith] of [
        [one, app, ofOne],
        [one, evil, ofOne],
        [several, app, ofSeveral],
        [several, evil, ofAnother],
      ] as const) {
        const good = await tokenOf(cloud)
        const headers = [`Origin: ${origin}`, ...(good ? [`Authorization: Bearer ${good}`] : [])]
        const { status: given, headers: sent } = await ask(requestLine, headers, { cloud })
        expect([given, sent.get('access-control-allow-origin'), sent.get('vary')]).toEqual([
          status,
          sharedWith,
          'Origin',
        ])
      }
    }
  })

  test('gets nothing of what the upstream says of sharing', async () => {
    several.upstream.answerWith(async () => ({
      headers: { 'access-control-allow-origin': '*', 'access-control-allow-methods': '*', server: 'x/1' },
    }))
    for (const headers of [[`Origin: ${app}`], []]) {
      const response = await ask('GET /news', headers)
      expect(sharingOf(response)).toEqual(headers.length > 0 ? shared(app) : { vary: 'Origin' })
      for (const banner of ['server', 'x-powered-by', 'via']) expect(response.headers.get(banner)).toBeNull()
    }
    several.upstream.answerWith(async () => ({}))
  })
})

describe('a page of any other origin', () => {
  test.each([
    evil,
    'null',
    '*',
    `${app}.evil.com`,
    'https://evil-app.example.com',
    'http://app.example.com',
    `${app}:8443`,
    `${app}.`,
    `${app}, ${admin}`,
    'https://app.example.com@evil.com',
  ])(
    'is refused with a good token, and on public routes, and the upstream hears nothing: %s',
    async origin => {
      const before = several.upstream.received.length
      for (const path of ['/deals', '/news']) {
        const response = await ask(`GET ${path}`, [`Origin: ${origin}`, authorized()])
        await expectRefusal(response, 403, 'origin.not_allowed')
        expect(sharingOf(response)).toEqual({ vary: 'Origin' })
      }
      expect(several.upstream.received.length).toBe(before)
    },
  )

  test('is refused with two origins, one of them declared', async () => {
    const before = several.upstream.received.length
    for (const second of [evil, app]) {
      const response = await ask('GET /news', [`Origin: ${app}`, `Origin: ${second}`])
      await expectRefusal(response, 403, 'origin.not_allowed')
      const spelt = await ask('GET /news', [`Origin: ${app}`, `origin: ${second}`])
      await expectRefusal(spelt, 403, 'origin.not_allowed')
    }
    expect(several.upstream.received.length).toBe(before)
  })

  test('is refused without an origin where the browser says that another site asked', async () => {
    const before = several.upstream.received.length
    await expectRefusal(await ask('GET /news', ['Sec-Fetch-Site: cross-site']), 403, 'origin.not_allowed')
    expect(several.upstream.received.length).toBe(before)
  })

  test('uses up nothing of its visitor’s limit', async () => {
    for (let i = 0; i < 4; i += 1) await ask('GET /deals', [`Origin: ${evil}`, authorized()])
    expect((await ask('GET /deals', [authorized()])).status).toBe(200)
  })

  test('does nothing by a form, whatever type the body has', async () => {
    const before = several.upstream.received.length
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
      const response = await ask('POST /deals', [`Origin: ${evil}`, authorized(), `Content-Type: ${type}`], {
        body: '{"title":"a"}',
      })
      await expectRefusal(response, 403, 'origin.not_allowed')
    }
    expect(several.upstream.received.length).toBe(before)
  })
})

test('a page of the API’s own name passes, with TLS and no other port, and no other page by calling itself so', async () => {
  const { host, port } = new URL(several.url)
  expect((await ask('GET /news', [`Origin: https://${host}`])).status).toBe(200)
  for (const origin of [
    `http://${host}`,
    'https://localhost',
    `https://127.0.0.1:${port}`,
    `https://localhost.:${port}`,
  ]) {
    await expectRefusal(await ask('GET /news', [`Origin: ${origin}`]), 403, 'origin.not_allowed')
    const forged = [`Origin: ${origin}`, `X-Forwarded-Host: ${new URL(origin).host}`]
    await expectRefusal(await ask('GET /news', forged), 403, 'origin.not_allowed')
  }
})

test('a program without an origin passes, and is told that answers differ by it', async () => {
  const response = await ask('GET /deals', [authorized()])
  expect(response.status).toBe(200)
  expect(sharingOf(response)).toEqual({ vary: 'Origin' })
})

describe('a preflight', () => {
  test.each([
    ['GET', 'authorization', 'authorization'],
    ['POST', 'content-type,x-trace', 'authorization, content-type, x-trace'],
    ['DELETE', 'authorization', 'authorization'],
  ])('of a declared method is answered with 204, without a token: %s', async (method, asked, allowed) => {
    const response = await preflight('/deals', method, admin, `Access-Control-Request-Headers: ${asked}`)
    expect([response.status, await response.text()]).toEqual([204, ''])
    expectSecurityHeaders(response.headers)
    expect(sharingOf(response)).toEqual({
      'access-control-allow-origin': admin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': method,
      'access-control-allow-headers': allowed,
      'access-control-max-age': '600',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    })
  })

  test.each([
    ['of another origin', 'GET', evil, ''],
    ['of an undeclared method', 'PUT', app, ''],
    ['of every method', '*', app, ''],
    ['of a header that another method has', 'GET', app, 'x-trace'],
    ['of an undeclared header', 'POST', app, 'authorization, x-api-key'],
    ['of every header', 'POST', app, '*'],
  ])('is refused %s, and tells no page anything', async (_, method, origin, asked) => {
    const response = await preflight('/deals', method, origin, `Access-Control-Request-Headers: ${asked}`)
    await expectRefusal(response, 403, 'origin.not_allowed')
    expect(sharingOf(response)).toEqual({})
  })

  test('is nothing of its own: without an origin, or of an undeclared path', async () => {
    await expectRefusal(await ask('OPTIONS /deals'), 403, 'origin.not_allowed')
    await expectRefusal(await preflight('/undeclared', 'GET', app), 404, 'route.undeclared')
  })

  test('reaches no upstream and uses up no limit', async () => {
    const before = several.upstream.received.length
    for (let i = 0; i < 5; i += 1) {
      await preflight('/deals', 'GET', app, authorized(), 'Access-Control-Request-Headers: authorization')
    }
    expect(several.upstream.received.length).toBe(before)
    expect((await ask('GET /deals', [authorized()])).status).toBe(200)
  })

  test('cannot be made of a request, nor a request of it, by an override of the method', async () => {
    const before = several.upstream.received.length
    const headers = [`Origin: ${app}`, 'Access-Control-Request-Method: GET', authorized()]
    await ask('GET /deals', [...headers, 'X-HTTP-Method-Override: OPTIONS'])
    expect(several.upstream.received.length).toBe(before)
    // API Gateway takes it for a GET, token and all.
    const response = await ask('OPTIONS /deals', [...headers.slice(0, 2), 'X-HTTP-Method-Override: GET'])
    expect(response.status).toBe(401)
  })
})
