import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startDealDesk } from '../support/deal-desk.ts'
import { expectRefusal } from './answers.ts'
import { sendRaw } from './raw-request.ts'

let desk: Awaited<ReturnType<typeof startDealDesk>>
beforeAll(async () => {
  desk = await startDealDesk()
})
afterAll(() => desk.close())

let token: string
beforeEach(async () => {
  token = await desk.mint({
    subject: randomUUID(),
    scope: 'deals:read deals:write invoices:write',
    claims: { roles: ['sales', 'finance'] },
  })
})

const dealId = '3f2c0e9e-7f2e-4bb1-9a29-0a6a5d3b8f51'
const deal = { title: 'Forty chairs', amount: 5200, currency: 'EUR' }
const invoice = { dealId, amount: 10, currency: 'EUR', lines: [{ text: 'chair', amount: 10 }] }

const get = (path: string, headers: Record<string, string> = {}) => desk.call(path, { token, headers })
const post = (path: string, body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
  desk.call(path, { method: 'POST', token, body, headers: { 'content-type': type } })
const raw = (requestLine: string, headers: string[], body: string | Buffer = '') =>
  sendRaw(desk.cloud.url, [`${requestLine} HTTP/1.1`, `Authorization: Bearer ${token}`, ...headers], body)

/** Everything of the last request that came from the caller. */
const received = () => {
  const last = desk.upstream.last()
  if (!last) throw new Error('nothing reached the upstream')
  const names = last.rawHeaders.filter((_, i) => i % 2 === 0).map(name => name.toLowerCase())
  return { ...last, names: names.sort() }
}

describe('what is not declared never reaches the upstream:', () => {
  test('query parameters', async () => {
    const query = 'status=open&admin=true&Status=won&status[]=won&__proto__=x&constructor=y&limit=5'
    expect((await get(`/deals?${query}`)).status).toBe(200)
    expect(received().url).toBe('/deals?status=open&limit=5')
  })

  test('query parameters on a route that declares none', async () => {
    await get(`/deals/${dealId}?expand=all&a;b`)
    expect(received().url).toBe(`/deals/${dealId}`)
  })

  test('headers, whatever they are called', async () => {
    await raw(`GET /deals/${dealId}`, [
      'Accept-Language: de',
      'Accept: text/html',
      'X-Admin: 1',
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-User: admin',
      'X-Real-IP: 127.0.0.1',
      'X-Amzn-Oidc-Identity: admin',
      'Sallyport-Principal: admin',
      'Via: 1.1 evil',
      'User-Agent: odd',
      'Referer: https://evil.example.com',
      'Range: bytes=0-1',
      'If-None-Match: *',
      'Content-Type: text/plain',
    ])
    expect(received().names).toEqual([
      'accept',
      'accept-language',
      'connection',
      'host',
      'sallyport-principal',
    ])
    expect(received().headers).toMatchObject({ accept: 'application/json', 'accept-language': 'de' })
  })

  test('cookies', async () => {
    await get('/deals', { cookie: 'session=stolen; admin=true' })
    expect(received().names).toEqual(['accept', 'connection', 'host', 'sallyport-principal'])
  })

  test('members of a body', async () => {
    const sent = { ...deal, admin: true, owner: 'user-2', id: dealId, nested: { a: [1] } }
    expect((await post('/deals', JSON.stringify(sent))).status).toBe(201)
    expect(received().body).toBe(JSON.stringify(deal))
    expect(received().headers['content-length']).toBe(String(JSON.stringify(deal).length))
  })

  test('members of objects in a list in a body', async () => {
    const line = { text: 'chair', amount: 10, discount: 100, nested: { admin: true } }
    const sent = { ...invoice, lines: [line, { ...line, text: 'table' }], paid: true }
    expect((await post('/invoices', JSON.stringify(sent))).status).toBe(201)
    expect(JSON.parse(received().body)).toEqual({
      ...invoice,
      lines: [
        { text: 'chair', amount: 10 },
        { text: 'table', amount: 10 },
      ],
    })
  })

  test('members that lead to a prototype: a body that has one is refused, at any depth', async () => {
    const before = desk.upstream.received.length
    for (const member of [
      '"__proto__":{"admin":true}',
      '"\\u005f_proto__":{"admin":true}',
      '"constructor":{"prototype":{"admin":true}}',
      '"x":[{"y":{"__proto__":1}}]',
    ]) {
      const polluted = JSON.stringify(deal).replace('{', `{${member},`)
      await expectRefusal(await post('/deals', polluted), 400, 'input.malformed')
    }
    expect(desk.upstream.received.length).toBe(before)
  })

  test('a member sent twice is refused: two readers would take different ones', async () => {
    const before = desk.upstream.received.length
    for (const twice of [
      '{"title":"a","amount":-1,"amount":2,"currency":"EUR"}',
      '{"title":"a","amount":1,"currency":"EUR","x":{"y":1,"\\u0079":2}}',
    ]) {
      await expectRefusal(await post('/deals', twice), 400, 'input.malformed')
    }
    expect(desk.upstream.received.length).toBe(before)
  })

  test('the bytes of a body: white space, escapes and number forms are written anew', async () => {
    await post('/deals', '{ "title" : "\\u0061" ,\n"amount":1.0e2, "currency":"EUR"}')
    expect(received().body).toBe('{"title":"a","amount":100,"currency":"EUR"}')
  })

  test('a body on a route that declares none', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const response = await raw('GET /deals', [`Content-Type: ${type}`], '{"status":"open"}')
      expect(response.status).toBe(200)
      expect([received().body, received().method]).toEqual(['', 'GET'])
      expect(received().names).not.toContain('content-type')
    }
  })

  test('another query inside a value', async () => {
    const subject = 'x?admin=true#/../..&a=b'.replaceAll('/', '')
    token = await desk.mint({ subject, scope: 'deals:read' })
    expect((await get(`/users/${encodeURIComponent(subject)}/deals`)).status).toBe(200)
    expect(received().url).toBe('/users/x%3Fadmin%3Dtrue%23....%26a%3Db/deals')
  })
})

describe('invalid input is refused with 400 that names the field, and nothing reaches the upstream:', () => {
  test.each<[string, path: string, field: { in: string; name: string }]>([
    ['a query value', '/deals?status=maybe', { in: 'query', name: 'status' }],
    ['a number beyond its maximum', '/deals?limit=101', { in: 'query', name: 'limit' }],
    ['a number below its minimum', '/deals?limit=0', { in: 'query', name: 'limit' }],
    ['no number', '/deals?limit=ten', { in: 'query', name: 'limit' }],
    ['a number in another form', '/deals?limit=1e1', { in: 'query', name: 'limit' }],
    ['an empty value', '/deals?limit=', { in: 'query', name: 'limit' }],
    ['a NUL in the query', '/deals?status=open%00', { in: 'query', name: 'status' }],
    ['a path value', '/deals/not-a-uuid', { in: 'path', name: 'dealId' }],
    ['an encoded slash', `/deals/${dealId}%2Fnotes`, { in: 'path', name: 'dealId' }],
    ['an encoded slash twice', `/deals/..%252F${dealId}`, { in: 'path', name: 'dealId' }],
    ['a NUL in the path', `/deals/${dealId}%00`, { in: 'path', name: 'dealId' }],
    ['a line break in the path', `/deals/${dealId}%0d%0aX:1`, { in: 'path', name: 'dealId' }],
    ['a broken escape', '/deals/%zz', { in: 'path', name: 'dealId' }],
    ['a path value too long', `/users/${'x'.repeat(65)}/deals`, { in: 'path', name: 'userId' }],
  ])('%s', async (_, path, field) => {
    const before = desk.upstream.received.length
    const { errors } = await expectRefusal(await raw(`GET ${path}`, []), 400, 'input.invalid')
    expect(errors).toEqual([{ ...field, detail: expect.any(String) }])
    expect(desk.upstream.received.length).toBe(before)
  })

  test.each(['.', '..', '%2e', '%2E%2e', '.%2e', '..%5C', '..%2f..'])('the dot segment %s', async segment => {
    const before = desk.upstream.received.length
    for (const path of [`/deals/${segment}`, `/users/${segment}/deals`]) {
      await expectRefusal(await raw(`GET ${path}`, []), 400, 'input.invalid')
    }
    expect(desk.upstream.received.length).toBe(before)
  })

  test.each<[string, body: unknown, fields: string[]]>([
    ['a missing member', { title: 'a', amount: 1 }, ['/currency']],
    ['several at once', { title: '', amount: -1, currency: 'eur' }, ['/amount', '/currency', '/title']],
    ['several that are missing', {}, ['/amount', '/currency', '/title']],
    ['another type', { ...deal, amount: '1' }, ['/amount']],
    ['an object for text', { ...deal, title: { $ne: null } }, ['/title']],
    ['a list for text', { ...deal, title: ['a'] }, ['/title']],
    ['null for text', { ...deal, title: null }, ['/title']],
    ['a list for the whole', [deal], ['']],
    ['null for the whole', null, ['']],
    ['text for the whole', 'text', ['']],
  ])('in a body: %s', async (_, body, fields) => {
    const before = desk.upstream.received.length
    const { errors } = await expectRefusal(await post('/deals', JSON.stringify(body)), 400, 'input.invalid')
    expect(errors?.map(error => [error.in, error.name]).sort()).toEqual(fields.map(name => ['body', name]))
    expect(desk.upstream.received.length).toBe(before)
  })

  test('in a body: no body at all', async () => {
    const { errors } = await expectRefusal(await post('/deals', ''), 400, 'input.invalid')
    expect(errors).toEqual([{ in: 'body', name: '', detail: 'is required' }])
  })

  test('in a body: a number beyond what numbers can hold', async () => {
    await expectRefusal(
      await post('/deals', '{"title":"a","amount":1e999,"currency":"EUR"}'),
      400,
      'input.invalid',
    )
  })

  test('in a list of a body, by its place', async () => {
    const lines = [{ text: 'a', amount: 1 }, { text: 'b', amount: 'x' }, 7]
    const { errors } = await expectRefusal(
      await post('/invoices', JSON.stringify({ ...invoice, lines })),
      400,
      'input.invalid',
    )
    expect(errors?.map(({ name }) => name).sort()).toEqual(['/lines/1/amount'])
  })

  test('and no value that was sent is repeated', async () => {
    const response = await post(
      '/deals',
      JSON.stringify({ title: 'a', amount: 'k3wz9q', currency: 'k3wz9q' }),
    )
    expect(await response.text()).not.toContain('k3wz9q')
  })

  test('a header value', async () => {
    const long = 'x'.repeat(65)
    const { errors } = await expectRefusal(
      await get(`/deals/${dealId}`, { 'accept-language': long }),
      400,
      'input.invalid',
    )
    expect(errors?.[0]).toMatchObject({ in: 'header', name: 'accept-language' })
  })

  test('bytes beyond ASCII in a header', async () => {
    const response = await raw(`GET /deals/${dealId}`, ['Accept-Language: d\u00e9'])
    const { errors } = await expectRefusal(response, 400, 'input.invalid')
    expect(errors?.[0]).toMatchObject({ in: 'header', name: 'accept-language' })
  })
})

describe('what is sent twice is refused as ambiguous:', () => {
  test.each([
    'status=open&status=won',
    'status=open&status=open',
    'status=open&st%61tus=won',
    'status=open;status=won',
    'status=&status=open',
  ])('the query %s', async query => {
    const { errors } = await expectRefusal(await get(`/deals?${query}`), 400, 'input.ambiguous')
    expect(errors).toEqual([{ in: 'query', name: 'status', detail: 'was sent more than once' }])
  })

  test.each([
    [['Accept-Language: de', 'Accept-Language: en']],
    [['Accept-Language: de', 'accept-language: de']],
    [['accept-language: de', 'ACCEPT-LANGUAGE: en', 'Accept-Language: fr']],
  ])('the headers %j', async headers => {
    const { errors } = await expectRefusal(await raw(`GET /deals/${dealId}`, headers), 400, 'input.ambiguous')
    expect(errors).toMatchObject([{ in: 'header', name: 'accept-language' }])
  })
})

describe('a body', () => {
  test.each([
    'text/plain',
    'text/json',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'application/problem+json',
    'multipart/form-data; boundary=x',
  ])('of type %s is refused with 415', async type => {
    await expectRefusal(await post('/deals', JSON.stringify(deal), type), 415, 'input.media_type')
  })

  test('without a type, or with two, is refused with 415', async () => {
    const json = 'Content-Type: application/json'
    for (const headers of [[], [json, json], [json, 'content-type: text/plain']]) {
      await expectRefusal(await raw('POST /deals', headers, JSON.stringify(deal)), 415, 'input.media_type')
    }
  })

  test('with a charset of UTF-8 is read', async () => {
    expect((await post('/deals', JSON.stringify(deal), 'application/json; charset=utf-8')).status).toBe(201)
  })

  test.each(['{', '', '{"title":"a",}', "{'title':'a'}", 'title=a', '[1', '\ufeff{}'].filter(Boolean))(
    '%j is refused as malformed',
    async text => {
      await expectRefusal(await post('/deals', text), 400, 'input.malformed')
    },
  )

  test('that is not UTF-8 is refused as malformed', async () => {
    const bytes = Buffer.concat([Buffer.from('{"title":"'), Buffer.from([0xff]), Buffer.from('"}')])
    await expectRefusal(
      await raw('POST /deals', ['Content-Type: application/json'], bytes),
      400,
      'input.malformed',
    )
  })

  test('of exactly 256 KiB is read, and one byte more is refused with 413', async () => {
    const frame = JSON.stringify({ ...deal, padding: '' })
    const padded = (bytes: number) => JSON.stringify({ ...deal, padding: 'x'.repeat(bytes - frame.length) })
    expect((await post('/deals', padded(256 * 1024))).status).toBe(201)
    expect(received().body).toBe(JSON.stringify(deal))
    await expectRefusal(await post('/deals', padded(256 * 1024 + 1)), 413, 'input.too_large')
  })

  test('nested ten thousand deep is refused or stripped, and the next request is answered', async () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
    const body = JSON.stringify(deal).replace('}', `,"deep":${deep}}`)
    expect([201, 400]).toContain((await post('/deals', body)).status)
    expect([400]).toContain((await post('/deals', `{"title":${deep},"amount":1,"currency":"EUR"}`)).status)
    expect((await post('/deals', JSON.stringify(deal))).status).toBe(201)
  })
})

describe("the request's id", () => {
  test('in a refusal is one that no client can choose', async () => {
    const response = await get('/deals?limit=x', { 'x-amzn-requestid': 'chosen', 'x-request-id': 'chosen' })
    const { requestId } = await expectRefusal(response, 400, 'input.invalid')
    expect(requestId).not.toContain('chosen')
    expect(requestId).toBe(response.headers.get('x-amz-apigw-id'))
  })
})
