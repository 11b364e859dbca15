import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { Size } from 'aws-cdk-lib'
import { Access, Issuer, Output, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { ReasonCode } from '../../contract/reasons.ts'
import type { Answer } from '../support/deal-desk.ts'
import { expectSecurityHeaders } from './answers.ts'
import { startSmallCloud, upstreamOrigin } from './small-cloud.ts'

// A word that only ever stands where no caller may see it.
const secret = 'k3wz9q'

const Deal = z.object({
  id: z.int(),
  title: z.string().max(20),
  margin: z.number().optional(),
  lines: z.array(z.object({ text: z.string(), cost: z.number() })).optional(),
  byName: z.record(z.string(), z.object({ n: z.int() })).optional(),
  either: z.union([z.object({ a: z.string() }), z.string()]).optional(),
})
const deal = { id: 1, title: 'chairs' }

let cloud: Awaited<ReturnType<typeof startSmallCloud>>
beforeAll(async () => {
  cloud = await startSmallCloud(stack => {
    const api = new ZeroTrustApi(stack, 'Api', {
      issuers: [
        Issuer.oidc('https://login.example.com', {
          audience: 'https://api.example.com',
          algorithms: ['ES256'],
        }),
      ],
    })
    const upstream = api.addUpstream('Inner', Upstream.http(upstreamOrigin))
    const access = Access.token()
    const visibleTo = { '/margin': { roles: ['manager'] }, '/lines/*/cost': { scopes: ['costs:read'] } }
    api.addRoute('GET /deal', {
      upstream,
      access,
      output: {
        200: Output.json(Deal, { maxSize: Size.kibibytes(4) }),
        201: Output.json(Deal, {
          headers: ['Location', 'x-total', 'x-links', 'ETag'],
          cookies: ['session', 'theme'],
        }),
        204: Output.empty(),
        304: Output.empty(),
        409: z.object({ error: z.string() }),
        503: Output.json(z.object({ error: z.string() }), { headers: ['retry-after'] }),
      },
    })
    api.addRoute('GET /mine', { upstream, access, output: { 200: Output.json(Deal, { visibleTo }) } })
    api.addRoute('GET /open', {
      upstream,
      access: Access.public(),
      output: { 200: Output.json(Deal, { visibleTo }) },
    })
    api.addRoute('GET /report', { upstream, access, output: { 200: Output.text({ mediaType: 'text/csv' }) } })
    api.addRoute('GET /file', {
      upstream,
      access,
      output: {
        200: Output.bytes(['application/pdf', 'image/png'], { headers: ['content-disposition'] }),
        409: z.object({ error: z.string() }),
      },
    })
    api.addRoute('HEAD /deal', { upstream, access, output: { 200: Output.empty() } })
    api.addRoute('GET /any', { upstream, access, output: Output.unsafeAny('a test') })
  })
})
afterAll(() => cloud.close())
beforeEach(() => cloud.upstream.answerWith(async () => ({})))

const answered = (answer: Answer) => cloud.upstream.answerWith(async () => answer)
const body = (value: unknown): Answer => ({ body: JSON.stringify(value) })

/** What a caller gets is a problem without the upstream's words; the log has the reason, and none of its words either. */
async function expectRefused(
  answer: Answer,
  note: string,
  reason: ReasonCode = 'upstream.invalid_response',
  path = '/deal',
) {
  answered(answer)
  const response = await cloud.call(path)
  const text = await response.text()
  expect(response.status).toBe(502)
  expectSecurityHeaders(response.headers)
  expect(text + JSON.stringify([...response.headers])).not.toContain(secret)
  const line = await cloud.lineOf(JSON.parse(text))
  expect([line.reason, line.note]).toEqual([reason, note])
  expect(JSON.stringify(line)).not.toContain(secret)
}

describe('of what an upstream answers', () => {
  test('nothing undeclared passes, at any depth', async () => {
    answered(
      body({
        ...deal,
        password: secret,
        constructor: secret,
        lines: [{ text: 'a', cost: 1, supplier: secret }],
        byName: { x: { n: 1, hidden: { deeper: secret } } },
        either: { a: 'b', c: secret },
      }),
    )
    const response = await cloud.call('/deal')
    expect([response.status, await response.json()]).toEqual([
      200,
      { ...deal, lines: [{ text: 'a', cost: 1 }], byName: { x: { n: 1 } }, either: { a: 'b' } },
    ])
  })

  test('what stays behind is counted by route, without its names', async () => {
    const of = (lines: readonly string[]) =>
      lines.filter(line => line.includes('"StrippedOutput"')).map(line => JSON.parse(line))
    const before = of(cloud.lines).length
    answered({ ...body({ ...deal, [secret]: 1 }), headers: { 'set-cookie': `${secret}=1` } })
    await cloud.call('/deal')
    const line = await vi.waitFor(() => {
      const [found] = of(cloud.lines).slice(before)
      if (!found) throw new Error('not written yet')
      return found
    })
    expect(line).toMatchObject({ api: 'Api', route: 'GET /deal', StrippedOutput: 2 })
    expect(JSON.stringify(cloud.lines)).not.toContain(secret)
  })

  test('no prototype passes', async () => {
    answered({
      body: `{"id":1,"title":"a","__proto__":{"admin":"${secret}"},"byName":{"__proto__":{"n":1}}}`,
    })
    expect(await (await cloud.call('/deal')).text()).toBe('{"id":1,"title":"a","byName":{}}')
  })

  test('headers pass by name, several of one together, and none of them is another’s', async () => {
    answered({
      ...body(deal),
      status: 201,
      headers: {
        location: '/deals/1',
        'x-total': '7',
        'x-links': ['<a>', '<b>'],
        etag: '"1"',
        'x-internal': secret,
        server: secret,
        'x-powered-by': secret,
        'sallyport-principal': secret,
        'access-control-allow-origin': `https://${secret}.example`,
        'cache-control': 'public, max-age=31536000',
        'content-security-policy': `script-src ${secret}`,
        'strict-transport-security': 'max-age=0',
        'www-authenticate': secret,
        'retry-after': secret,
        connection: 'x-internal',
        'keep-alive': secret,
        trailer: 'x-internal',
        via: secret,
        'content-type': `application/vnd.${secret}+json`,
      },
    })
    const response = await cloud.call('/deal')
    expectSecurityHeaders(response.headers)
    const { headers } = response
    expect(['location', 'x-total', 'x-links', 'etag', 'content-type'].map(name => headers.get(name))).toEqual(
      ['/deals/1', '7', '<a>, <b>', '"1"', 'application/json'],
    )
    expect(JSON.stringify([...headers])).not.toContain(secret)
  })

  test('cookies pass by name, for this host alone and over TLS only', async () => {
    answered({
      ...body(deal),
      status: 201,
      headers: {
        'set-cookie': [
          'session=s1; Domain=example.com; Path=/; HttpOnly; SameSite=Lax',
          `other=${secret}`,
          'theme=dark',
          `=theme=${secret}`,
        ],
      },
    })
    const response = await cloud.call('/deal')
    expect(response.headers.getSetCookie()).toEqual([
      'session=s1; Path=/; HttpOnly; SameSite=Lax; Secure',
      'theme=dark; Secure',
    ])
  })

  test('no cookie passes where none is declared', async () => {
    answered({ ...body(deal), headers: { 'set-cookie': 'session=s1' } })
    expect((await cloud.call('/deal')).headers.getSetCookie()).toEqual([])
  })

  test.each([409, 503])(
    'a declared failure of status %i passes with its declared members only',
    async status => {
      answered({ ...body({ error: 'closed', stack: secret }), status, headers: { 'retry-after': '7' } })
      const response = await cloud.call('/deal')
      expect([response.status, await response.json()]).toEqual([status, { error: 'closed' }])
      expect(response.headers.get('retry-after')).toBe(status === 503 ? '7' : null)
    },
  )

  test.each([204, 304])('%i passes without a body', async status => {
    answered({ status, body: '' })
    const response = await cloud.call('/deal')
    expect([response.status, await response.text()]).toEqual([status, ''])
  })

  test('text passes as it is', async () => {
    answered({ body: 'a,"ü"\r\n', headers: { 'content-type': 'text/csv' } })
    const response = await cloud.call('/report')
    expect([response.headers.get('content-type'), await response.text()]).toEqual([
      'text/csv; charset=utf-8',
      'a,"ü"\r\n',
    ])
    expect(cloud.upstream.last()?.headers.accept).toBe('text/csv')
  })

  test('nothing but the status passes to HEAD', async () => {
    answered({ headers: { 'x-internal': secret, etag: '"1"' } })
    const response = await cloud.call('/deal', {}, { method: 'HEAD' })
    expect([response.status, response.headers.get('etag'), response.headers.get('x-internal')]).toEqual([
      200,
      null,
      null,
    ])
  })
})

describe('bytes', () => {
  const file = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
  const ask = (accept: string | null) =>
    cloud.call('/file', {}, accept === null ? {} : { headers: { accept } })
  const pdf: Answer = {
    body: file,
    headers: { 'content-type': 'application/pdf', 'content-disposition': 'attachment' },
  }

  test.each(['application/pdf', 'IMAGE/PNG;q=0.9, text/html', 'application/pdf, */*'])(
    'reach a caller who first accepts one of their types, byte for byte: %s',
    async accept => {
      answered(pdf)
      const response = await ask(accept)
      expect(response.status).toBe(200)
      expect(Buffer.from(await response.arrayBuffer()).equals(file)).toBe(true)
      expect(['content-type', 'content-disposition'].map(name => response.headers.get(name))).toEqual([
        'application/pdf',
        'attachment',
      ])
      expect(cloud.upstream.last()?.headers.accept).toBe('application/pdf, image/png, application/json')
    },
  )

  test.each(['*/*', 'text/html, application/pdf', 'image/*', 'application/pdfx', '', null])(
    'are 406 before the upstream is asked, to whom API Gateway would hand base64: %s',
    async accept => {
      answered(pdf)
      await cloud.expectDenied(() => ask(accept), 'input.not_acceptable', [406, 'input.not_acceptable'])
    },
  )

  test('do not keep a failure of the same route from being read', async () => {
    answered({ status: 409, ...body({ error: 'closed' }) })
    const response = await ask('application/pdf')
    expect([response.status, await response.json()]).toEqual([409, { error: 'closed' }])
  })

  test('of another type than declared are 502', async () => {
    answered({ body: file, headers: { 'content-type': 'text/html' } })
    expect((await ask('application/pdf')).status).toBe(502)
  })
})

describe('502 is all a caller sees of an upstream', () => {
  test.each([202, 206, 400, 401, 404, 418, 499])(
    'that answers with the undeclared status %i',
    async status => {
      await expectRefused({ ...body({ error: secret }), status }, `status ${status}: not declared`)
    },
  )

  test.each([301, 302, 303, 307, 308, 300])('that redirects with %i', async status => {
    const before = cloud.upstream.received.length
    await expectRefused(
      { status, headers: { location: `https://${secret}.example` } },
      `status ${status}: not declared`,
    )
    expect(cloud.upstream.received.length - before).toBe(1)
  })

  test.each([500, 502, 504, 599])('that fails with %i', async status => {
    await expectRefused({ ...body({ error: secret }), status }, `status ${status}`, 'upstream.failed')
  })

  test.each<[string, Answer, note: string]>([
    ['a member of another type', body({ ...deal, title: { [secret]: 1 } }), 'body /title: must be string'],
    [
      'a member that is too long',
      body({ ...deal, title: secret.repeat(4) }),
      'body /title: must NOT have more than 20 characters',
    ],
    ['a missing member', body({ id: 1, [secret]: 1 }), 'body /title: is required'],
    [
      'a wrong member in a list',
      body({ ...deal, lines: [{ text: 'a', cost: secret }] }),
      'body /lines/*/cost: must be number',
    ],
    [
      'a wrong member in a map',
      body({ ...deal, byName: { [secret]: { n: 0.5 } } }),
      'body /byName/*/n: must be integer',
    ],
    [
      'a number that would change',
      { body: '{"id":9007199254740993,"title":"a"}' },
      'body /id: is a number that would not stay the same',
    ],
    ['another value altogether', body([secret]), 'body as a whole: must be object'],
    ['a member twice', { body: `{"id":1,"title":"a","title":"${secret}"}` }, 'body: not strict JSON'],
    ['text after the JSON', { body: `${JSON.stringify(deal)} ${secret}` }, 'body: not strict JSON'],
    ['no body', { body: '' }, 'body: not strict JSON'],
    [
      'bytes that are no UTF-8',
      { body: Buffer.from('{"id":1,"title":"\xff"}', 'latin1') },
      'body: not strict JSON',
    ],
    ['UTF-16', { body: Buffer.from(JSON.stringify(deal), 'utf16le') }, 'body: not strict JSON'],
    ['more than declared', body({ ...deal, padding: secret.repeat(1000) }), 'body: larger than declared'],
    [
      'HTML',
      { body: `<p>${secret}`, headers: { 'content-type': 'text/html' } },
      'header content-type: not JSON',
    ],
    [
      'packed bytes that nobody asked for',
      { body: gzipSync(JSON.stringify(deal)), headers: { 'content-encoding': 'gzip' } },
      'header content-encoding: bytes that nobody asked to pack',
    ],
    [
      'two dates',
      { ...body(deal), headers: { 'last-modified': ['a', 'b'] } },
      'header last-modified: sent more than once',
    ],
    [
      'a header in another encoding',
      { ...body(deal), headers: { 'last-modified': '\xe9' } },
      'header last-modified: not plain ASCII',
    ],
  ])('that answers with %s', async (_, answer, note) => {
    await expectRefused(answer, note)
  })

  test.each<[string, Answer, note: string]>([
    [
      'a cookie twice',
      { headers: { 'set-cookie': ['session=1', 'session=2'] } },
      'cookie session: set more than once',
    ],
    ['a malformed cookie', { headers: { 'set-cookie': 'session=a b' } }, 'cookie session: malformed'],
    ['a header too large', { headers: { 'x-total': 'a'.repeat(8001) } }, 'header x-total: too large'],
    ['two locations', { headers: { location: ['/a', '/b'] } }, 'header location: sent more than once'],
  ])('that sets %s', async (_, answer, note) => {
    await expectRefused({ ...body(deal), status: 201, ...answer }, note)
  })

  test('that calls its text by another name', async () => {
    await expectRefused(
      { body: secret, headers: { 'content-type': 'text/html' } },
      'header content-type: not text/csv',
      undefined,
      '/report',
    )
  })
})

describe('an upstream that speaks no proper HTTP', () => {
  const valid = JSON.stringify(deal)
  test.each([
    [
      'a line in a header',
      `HTTP/1.1 200 OK\r\netag: a\rset-cookie: b=c\r\ncontent-length: ${valid.length}\r\n\r\n${valid}`,
    ],
    ['two lengths', `HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 18\r\n\r\n${valid}`],
    ['a NUL in a header', `HTTP/1.1 200 OK\r\netag: a\0b\r\ncontent-length: ${valid.length}\r\n\r\n${valid}`],
    ['a chunk that ends too soon', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n${valid}\r\n`],
    ['no HTTP at all', valid],
    ['a status of four digits', `HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n`],
  ])('gets 502, and the next request is served: %s', async (_, bytes) => {
    const raw = createServer((socket: Socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(bytes))
    })
    raw.listen(0, '127.0.0.1')
    await once(raw, 'listening')
    const { port } = raw.address() as AddressInfo
    const odd = await startSmallCloud(stack => {
      const api = new ZeroTrustApi(stack, 'Api')
      const upstream = api.addUpstream('Inner', Upstream.http(upstreamOrigin))
      api.addRoute('GET /deal', { upstream, access: Access.public(), output: { 200: Deal } })
    }, `http://127.0.0.1:${port}`)
    try {
      const response = await fetch(`${odd.url}/deal`)
      expect([response.status, response.headers.get('set-cookie')]).toEqual([502, null])
    } finally {
      await odd.close()
      raw.close()
    }
  })
})

describe('a member for some viewers', () => {
  const full = {
    ...deal,
    margin: 0.3,
    lines: [
      { text: 'a', cost: 2 },
      { text: 'b', cost: 3 },
    ],
  }
  const without = { ...deal, lines: [{ text: 'a' }, { text: 'b' }] }
  const see = async (asked: object) => (await cloud.call('/mine', asked)).json()
  beforeEach(() => answered(body(full)))

  test('is there for those with the role or scope, and for nobody else', async () => {
    expect(await see({ roles: ['manager'], scope: 'costs:read' })).toEqual(full)
    expect(await see({ roles: ['manager'] })).toEqual({ ...without, margin: 0.3 })
    expect(await see({ scope: 'costs:read costs' })).toEqual({ ...deal, lines: full.lines })
    expect(await see({})).toEqual(without)
  })

  test.each([
    { roles: ['Manager'] },
    { roles: ['managers', 'x manager'] },
    { scope: 'costs:readx' },
    { scope: 'manager' },
    { roles: ['costs:read'] },
    { claims: { roles: 'manager' } },
    { claims: { viewers: '0 1' } },
  ])('is not there for a caller who has almost that: %j', async asked => {
    expect(await see(asked)).toEqual(without)
  })

  test('depends on the caller, also where an answer of the first door is reused', async () => {
    const manager = await cloud.mint({ subject: 'm', roles: ['manager'], scope: 'costs:read' })
    const other = await cloud.mint({ subject: 'o' })
    for (let round = 0; round < 3; round += 1) {
      expect(await (await cloud.send('/mine', manager)).json()).toEqual(full)
      expect(await (await cloud.send('/mine', other)).json()).toEqual(without)
    }
  })

  test('is nobody’s on a public route, whatever token comes with the request', async () => {
    const manager = await cloud.mint({ roles: ['manager'], scope: 'costs:read' })
    expect(await (await cloud.send('/open', manager)).json()).toEqual(without)
  })

  test('is asked of the upstream all the same: its violation is a 502 for everyone', async () => {
    await expectRefused(body({ ...full, margin: secret }), 'body /margin: must be number', undefined, '/mine')
  })
})

describe('an upstream of which nothing is declared, on purpose', () => {
  test.each([200, 201, 202, 400, 404, 409, 422])('passes its body with status %i', async status => {
    answered({ status, body: `{"status":${status}}` })
    const response = await cloud.call('/any')
    expect([response.status, await response.json()]).toEqual([status, { status }])
  })

  test('passes four headers, and ours win', async () => {
    answered({
      headers: {
        'content-type': 'application/vnd.deals+json',
        etag: '"1"',
        'set-cookie': `session=${secret}`,
        server: secret,
        'access-control-allow-origin': '*',
        'cache-control': 'public, max-age=31536000',
        'content-security-policy': `default-src ${secret}`,
      },
      body: '{}',
    })
    const { headers } = await cloud.call('/any')
    expectSecurityHeaders(headers)
    expect([headers.get('content-type'), headers.get('etag')]).toEqual(['application/vnd.deals+json', '"1"'])
    expect(JSON.stringify([...headers])).not.toContain(secret)
  })
})
