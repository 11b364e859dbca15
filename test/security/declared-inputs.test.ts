import { Access, Body, Issuer, optional, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { anyOutput } from '../lib/support.ts'
import { expectRefusal } from './answers.ts'
import { sendRaw } from './raw-request.ts'
import { startSmallCloud, upstreamOrigin } from './small-cloud.ts'

const Thing = z.object({
  title: z.string().max(10),
  size: z.number(),
  count: z.int().optional(),
  parts: z.array(z.object({ name: z.string(), price: z.number().optional() })).optional(),
  labels: z.record(z.string(), z.object({ text: z.string() })).optional(),
})
const thing = { title: 'a', size: 1 }

let cloud: Awaited<ReturnType<typeof startSmallCloud>>
beforeAll(async () => {
  cloud = await startSmallCloud(stack => {
    const issuer = Issuer.oidc('https://login.example.com', {
      audience: 'https://api.example.com',
      algorithms: ['ES256'],
    })
    const api = new ZeroTrustApi(stack, 'Api', { issuers: [issuer] })
    const inner = api.addUpstream('Inner', Upstream.http(upstreamOrigin))
    const open = { upstream: inner, access: Access.public(), output: anyOutput }
    const query = { n: z.int().max(5).optional(), day: z.iso.date().optional(), on: z.boolean().optional() }
    const headers = { 'x-tenant': z.string().max(9000).optional(), 'x-tags': z.array(z.string()).optional() }
    const cookies = { session: z.string().max(20).optional(), theme: optional(z.enum(['light', 'dark'])) }
    api.addRoute('PUT /things/{id}', {
      ...open,
      input: { path: { id: z.string().max(20) }, query, headers, cookies, body: Thing },
    })
    api.addRoute('GET /things/{id}', { ...open, input: { path: { id: z.string().max(20) } } })
    api.addRoute('DELETE /things/{id}', { ...open, input: { path: { id: z.string().max(20) } } })
    api.addRoute('PUT /strict/{id}', {
      ...open,
      logUndeclared: true,
      input: { path: { id: z.string() }, query, cookies, body: Thing, undeclared: 'reject' },
    })
    api.addRoute('GET /strict', { ...open, input: { undeclared: 'reject' } })
    api.addRoute('GET /named', { ...open, logUndeclared: true, input: { query } })
    api.addRoute('POST /form', {
      ...open,
      input: {
        body: Body.form({
          name: z.string().max(10),
          n: z.int().optional(),
          tag: optional(z.array(z.string())),
        }),
      },
    })
    api.addRoute('POST /text', { ...open, input: { body: Body.text({ maxLength: 5, pattern: '^[^<]*$' }) } })
    api.addRoute('POST /file', { ...open, input: { body: Body.bytes(['image/png', 'text/csv']) } })
    api.addRoute('PATCH /merge', {
      ...open,
      input: { body: Body.json(Thing.partial(), { types: ['application/merge-patch+json'] }) },
    })
    api.addRoute('GET /forwarded', {
      ...open,
      access: Access.token(),
      forwardAuthorization: { reason: 'it calls another API for the caller' },
    })
    api.addRoute('GET /kept', { ...open, access: Access.token() })
  })
})
afterAll(() => cloud.close())

const raw = (requestLine: string, headers: string[] = [], body: string | Buffer = '') =>
  sendRaw(cloud.url, [`${requestLine} HTTP/1.1`, ...headers], body)
const json = 'Content-Type: application/json'
const put = (path: string, headers: string[] = [], body: string = JSON.stringify(thing)) =>
  raw(`PUT ${path}`, [json, ...headers], body)

/** What an upstream received of a request that must pass. */
async function passed(sending: Promise<Response>) {
  const before = cloud.upstream.received.length
  const { status } = await sending
  expect([status, cloud.upstream.received.length - before]).toEqual([200, 1])
  const last = cloud.upstream.last()
  if (!last) throw new Error('nothing reached the upstream')
  return last
}

/** The fields that a refusal names, of a request that must not reach the upstream. */
async function refused(
  sending: Promise<Response>,
  ...[status, code]: [number, Parameters<typeof expectRefusal>[2]]
) {
  const before = cloud.upstream.received.length
  const { errors } = await expectRefusal(await sending, status, code)
  expect(cloud.upstream.received.length).toBe(before)
  return errors?.map(error => `${error.in} ${error.name}`).sort()
}

test.each(['on=true&day=%ff', 'day=%c0%af', 'day=%ed%a0%80', 'day=%e2%82', 'day=%EF%BF%BD', 'day=a%ff'])(
  'a query that is no UTF-8, or may have been none, is malformed: %s',
  async query => {
    expect(await refused(put(`/things/1?${query}`), 400, 'input.malformed')).toEqual(['query day'])
  },
)

test('what is not declared may be any bytes: it is left behind', async () => {
  const { url } = await passed(put('/things/1?on=true&%ff=%ff&other=%ff'))
  expect(url).toBe('/things/1?on=true')
})

test.each(['-0', '-0.0', '-0e5'])('%s is the number 0, and goes on as that', async zero => {
  const { body } = await passed(put('/things/1', [], `{"title":"a","size":${zero}}`))
  expect(body).toBe('{"title":"a","size":0}')
})

test('a list of a header goes on item by item, its quoted texts whole', async () => {
  const { headers } = await passed(put('/things/1', ['X-Tags: "a,b" ,  W/"c\\",d"', 'X-Tags: e']))
  expect(headers['x-tags']).toBe('"a,b", W/"c\\",d", e')
  expect(await refused(put('/things/1', ['X-Tags: "a, b']), 400, 'input.invalid')).toEqual(['header x-tags'])
})

test('a body that came within its bound, and would go on beyond it, is too large', async () => {
  const parts = (count: number) =>
    JSON.stringify({ ...thing, parts: Array(count).fill('{"name":"a","price":1e20}') })
      .replaceAll('"{', '{')
      .replaceAll('}"', '}')
      .replaceAll('\\"', '"')
  const [few, many] = [parts(6000), parts(10_000)]
  expect(many.length).toBeLessThan(256 * 1024)
  expect((await passed(put('/things/1', [], few))).body).toContain(
    '{"name":"a","price":100000000000000000000}',
  )
  expect(await refused(put('/things/1', [], many), 413, 'input.too_large')).toBeUndefined()
})

describe('all that is wrong is named at once:', () => {
  test('parameters, headers, cookies and members, each by its name', async () => {
    const wrong = put(
      '/things/a%2Fb?n=6&day=tomorrow&on=yes',
      [`X-Tenant: ${'x'.repeat(8193)}`, 'Cookie: theme=green'],
      '{"title":"far too long a title","size":"1","count":1.5,"parts":[{},{"name":7}]}',
    )
    expect(await refused(wrong, 400, 'input.invalid')).toEqual([
      'body /count',
      'body /parts/0/name',
      'body /size',
      'body /title',
      'cookie theme',
      'header x-tenant',
      'path id',
      'query day',
      'query n',
      'query on',
    ])
  })

  test('what was sent twice, in every place', async () => {
    const twice = put('/things/1?n=1&n=2&day=x&day=y', [
      'X-Tenant: a',
      'x-tenant: b',
      'Cookie: theme=light; theme=dark',
    ])
    expect(await refused(twice, 400, 'input.ambiguous')).toEqual([
      'cookie theme',
      'header x-tenant',
      'query day',
      'query n',
    ])
  })

  test('what is not declared, where that is refused', async () => {
    const body = JSON.stringify({
      ...thing,
      admin: 1,
      parts: [{ name: 'a', cost: 1 }],
      labels: { 'a/b': { text: 'x', y: { z: 1 } } },
    })
    const more = put('/strict/1?n=1&debug=1&N=1', ['Cookie: theme=dark; tracking=1', 'X-Odd: 1'], body)
    expect(await refused(more, 400, 'input.undeclared')).toEqual([
      'body /admin',
      'body /labels/a~1b/y',
      'body /parts/0/cost',
      'cookie tracking',
      'query N',
      'query debug',
    ])
  })

  test('but not more than twenty of it, and no name at length', async () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${'k'.repeat(500)}${i}`, 1]))
    const named = await refused(
      put('/strict/1', [], JSON.stringify({ ...thing, ...many })),
      400,
      'input.undeclared',
    )
    expect(named).toHaveLength(20)
    expect(named?.every(name => name.length <= 'body '.length + 200)).toBe(true)
  })
})

describe('a route that refuses what is not declared', () => {
  test('takes what is, with whatever headers', async () => {
    const { url } = await passed(
      put('/strict/1?n=1', ['Cookie: theme=dark', 'X-Odd: 1', 'Sec-Fetch-Mode: cors']),
    )
    expect(url).toBe('/strict/1?n=1')
  })

  test('takes no body where none is declared', async () => {
    expect(await refused(raw('GET /strict', [json], '{}'), 400, 'input.undeclared')).toEqual(['body '])
    await passed(raw('GET /strict'))
  })
})

describe('a path value', () => {
  test.each([
    ['an encoded slash', 'a%2Fb'],
    ['an encoded slash in lower case', 'a%2fb'],
    ['an encoded backslash', 'a%5Cb'],
    ['a slash encoded twice', 'a%252Fb'],
    ['a letter encoded twice', '%2561'],
    ['NUL', 'a%00b'],
    ['a line break', 'a%0D%0AX-Admin:%201'],
    ['a control character of Latin-1', 'a%C2%85'],
    ["a line end of Unicode's", 'a%E2%80%A8'],
    ['an overlong slash of two bytes', 'a%C0%AFb'],
    ['an overlong slash of three', 'a%E0%80%AFb'],
    ['an overlong dot', '%C0%AE%C0%AE'],
    ['half a surrogate', '%ED%A0%80'],
    ['a byte beyond UTF-8', '%FF'],
    ['half a character', '%C3'],
    ['a broken escape', '%G1'],
    ['one dot', '%2e'],
    ['two dots', '.%2E'],
  ])('is refused with %s', async (_, value) => {
    expect(await refused(raw(`GET /things/${value}`), 400, 'input.invalid')).toEqual(['path id'])
  })

  test('is decoded once and encoded anew', async () => {
    expect((await passed(raw('GET /things/%61%20b%3f%C3%A9'))).url).toBe('/things/a%20b%3F%C3%A9')
  })
})

test.each(['X-Method-Override', 'X-HTTP-Method', '_method'])(
  '%s has no effect, and does not go on',
  async name => {
    const { method, headers } = await passed(raw('GET /things/1?_method=DELETE', [`${name}: DELETE`]))
    expect([method, headers[name.toLowerCase()]]).toEqual(['GET', undefined])
  },
)

test('X-HTTP-Method-Override makes it the other request, which is judged as that and told the upstream as that', async () => {
  const { method, headers } = await passed(raw('GET /things/1', ['X-HTTP-Method-Override: DELETE']))
  expect([method, headers['x-http-method-override']]).toEqual(['DELETE', undefined])
})

describe('cookies', () => {
  const cookieOf = async (...lines: string[]) => (await passed(put('/things/1', lines))).headers.cookie

  test('that are declared go on, others do not', async () => {
    expect(await cookieOf('Cookie: a=1; session=abc; theme=dark; admin=true')).toBe('session=abc; theme=dark')
    expect(await cookieOf('Cookie: Session=abc; session2=x; =session; session')).toBeUndefined()
    expect(await cookieOf()).toBeUndefined()
  })

  test('go on with their exact value', async () => {
    expect(await cookieOf("Cookie: session=!#$%&'()*+-./:<=>@[]")).toBe("session=!#$%&'()*+-./:<=>@[]")
  })

  test.each([
    ['quoted', 'session="abc"'],
    ['with a comma', 'session=a,b'],
    ['with a space', 'session=a b'],
    ['with a backslash', 'session=a\\b'],
    ['beyond ASCII', 'session=\u00e9'],
    ['not one of those that are declared', 'theme=green'],
  ])('are refused %s', async (_, cookie) => {
    const [name = ''] = cookie.split('=')
    expect(await refused(put('/things/1', [`Cookie: ${cookie}`]), 400, 'input.invalid')).toEqual([
      `cookie ${name}`,
    ])
  })

  test.each([
    ['in one line', ['Cookie: session=a; session=b']],
    ['in one line, with one value', ['Cookie: session=a; session=a']],
    ['in two lines', ['Cookie: session=a', 'cookie: session=b']],
  ])('are ambiguous when sent twice %s', async (_, lines) => {
    expect(await refused(put('/things/1', lines), 400, 'input.ambiguous')).toEqual(['cookie session'])
  })
})

describe('headers', () => {
  test('of exactly 8 KiB pass, one byte more is refused', async () => {
    const { headers } = await passed(put('/things/1', [`X-Tenant: ${'x'.repeat(8192)}`]))
    expect(headers['x-tenant']).toHaveLength(8192)
    const more = put('/things/1', [`X-Tenant: ${'x'.repeat(8193)}`])
    expect(await refused(more, 400, 'input.invalid')).toEqual(['header x-tenant'])
  })

  test('declared as a list are one line at the upstream, however they came', async () => {
    const { headers } = await passed(put('/things/1', ['X-Tags: a,b', 'x-tags:  c ']))
    expect(headers['x-tags']).toBe('a, b, c')
  })

  test('that would end a line early are refused or never arrive as another header', async () => {
    for (const value of ['a\u0000b', 'a\u000bb', 'a\u007fb', 'a\rX-Admin: 1']) {
      const before = cloud.upstream.received.length
      expect((await put('/things/1', [`X-Tenant: ${value}`])).status).toBe(400)
      expect(cloud.upstream.received.length).toBe(before)
    }
  })
})

describe('a number in a JSON body', () => {
  const sized = (size: string) => put('/things/1', [], `{"title":"a","size":${size}}`)

  test.each([
    ['9007199254740991', '9007199254740991'],
    ['-9007199254740991', '-9007199254740991'],
    ['0.1', '0.1'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['1.50', '1.5'],
    ['1e2', '100'],
    ['1E+20', '100000000000000000000'],
    ['5e-324', '5e-324'],
    ['-0', '0'],
    ['0e999999999999', '0'],
  ])('%s stays what it is: %s', async (size, written) => {
    expect((await passed(sized(size))).body).toBe(`{"title":"a","size":${written}}`)
  })

  test.each([
    '9007199254740992',
    '-9007199254740993',
    '123456789012345678901234567890',
    '0.1000000000000000055511151231257827',
    '100.000000000000001',
    '1e400',
    '-1e400',
    '1e-400',
  ])('%s would not, and is refused', async size => {
    expect(await refused(sized(size), 400, 'input.invalid')).toEqual(['body /size'])
  })

  test('is refused by its place, and not where it is left behind', async () => {
    const parts = '"parts":[{"name":"a"},{"name":"b","price":1e999}]'
    const deep = put('/things/1', [], `{"title":"a","size":1,${parts}}`)
    expect(await refused(deep, 400, 'input.invalid')).toEqual(['body /parts/1/price'])
    const many = `"x":[${'1e999,'.repeat(100)}1],"title":"a","size":12345678901234567890`
    expect(await refused(put('/things/1', [], `{${many}}`), 400, 'input.invalid')).toEqual(['body /size'])
    const { body } = await passed(put('/things/1', [], '{"id":12345678901234567890,"title":"a","size":1}'))
    expect(body).toBe('{"title":"a","size":1}')
  })
})

test('a body where none is declared does not go on', async () => {
  const { body, headers } = await passed(raw('DELETE /things/1', [json], '{"a":1}'))
  expect([body, headers['content-type']]).toEqual(['', undefined])
})

describe('a form', () => {
  const type = 'Content-Type: application/x-www-form-urlencoded'
  const form = (body: string | Buffer, header = type) => raw('POST /form', [header], body)

  test('goes on with its declared fields, encoded anew', async () => {
    const { body, headers } = await passed(form('admin=1&tag=b&n=5&name=a+%41%c3%a9%26n=6&tag=a&__proto__=1'))
    expect([body, headers['content-type']]).toEqual([
      'name=a+A%C3%A9%26n%3D6&n=5&tag=b&tag=a',
      'application/x-www-form-urlencoded',
    ])
  })

  test('is validated field by field', async () => {
    const wrong = form('name=far+too+long+a+name&n=x')
    expect(await refused(wrong, 400, 'input.invalid')).toEqual(['body /n', 'body /name'])
    expect(await refused(form('n=1'), 400, 'input.invalid')).toEqual(['body /name'])
    expect(await refused(form(''), 400, 'input.invalid')).toEqual(['body '])
  })

  test('with a field twice is ambiguous', async () => {
    expect(await refused(form('name=a&name=b&n=1&n=1'), 400, 'input.ambiguous')).toEqual([
      'body /n',
      'body /name',
    ])
    expect(await refused(form('name=a&%6eame=b'), 400, 'input.ambiguous')).toEqual(['body /name'])
  })

  test.each([
    'name=%zz',
    'name=%c0%af',
    'name=%ff',
    'name=a;n=1',
    'name=a&&n=1',
    '=a',
    'name=a b',
    'name=\u00e9',
    'name=a\r\n',
  ])('%j is refused: two readers would decode it differently', async body => {
    expect(await refused(form(body), 400, 'input.malformed')).toBeUndefined()
  })

  test('of exactly 1000 parts is read, and one more is refused', async () => {
    const parts = (count: number) => `name=a${'&x='.repeat(count - 1)}`
    expect((await passed(form(parts(1000)))).body).toBe('name=a')
    expect(await refused(form(parts(1001)), 400, 'input.malformed')).toBeUndefined()
  })

  test.each([
    'application/json',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded; charset=latin1',
  ])('of type %s is refused with 415', async other => {
    await refused(form('name=a', `Content-Type: ${other}`), 415, 'input.media_type')
  })
})

describe('text', () => {
  const text = (body: string | Buffer, type = 'text/plain') =>
    raw('POST /text', [`Content-Type: ${type}`], body)

  test('goes on as it is, in UTF-8', async () => {
    const { body, headers } = await passed(text('é\r\n😀', 'Text/Plain; charset=UTF-8'))
    expect([body, headers['content-type']]).toEqual(['é\r\n😀', 'text/plain; charset=utf-8'])
  })

  test('is bounded in characters, and matches its pattern', async () => {
    await passed(text('😀😀😀😀😀'))
    expect(await refused(text('😀😀😀😀😀😀'), 400, 'input.invalid')).toEqual(['body '])
    expect(await refused(text('<b>'), 400, 'input.invalid')).toEqual(['body '])
  })

  test('that is not UTF-8 is refused, as is another type', async () => {
    await refused(text(Buffer.from([0x61, 0xff])), 400, 'input.malformed')
    await refused(text('a', 'text/html'), 415, 'input.media_type')
    await refused(text('a', 'text/plain; charset=utf-16'), 415, 'input.media_type')
  })
})

describe('bytes', () => {
  const file = (body: Buffer, type = 'image/png') => raw('POST /file', [`Content-Type: ${type}`], body)
  const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i))

  test('go on exactly as they came, whether or not they could be text', async () => {
    for (const bytes of [every, Buffer.from('just text'), Buffer.from('\ufeff{"a":1}'), Buffer.from([0])]) {
      const got = await passed(file(bytes))
      expect(got.bytes.equals(bytes)).toBe(true)
      expect(got.headers['content-type']).toBe('image/png')
    }
    expect((await passed(file(every, 'Text/CSV; charset=utf-8'))).headers['content-type']).toBe('text/csv')
  })

  test('of another type are refused with 415', async () => {
    for (const type of ['image/jpeg', 'image/png2', 'image/*', 'image/png, text/html', 'application/json'])
      await refused(file(every, type), 415, 'input.media_type')
  })

  test('of exactly 256 KiB pass, one byte more is refused with 413', async () => {
    expect((await passed(file(Buffer.alloc(256 * 1024, 0xff)))).bytes).toHaveLength(256 * 1024)
    await refused(file(Buffer.alloc(256 * 1024 + 1, 0xff)), 413, 'input.too_large')
    await refused(file(Buffer.alloc(256 * 1024 + 1, 'a')), 413, 'input.too_large')
  })
})

test('JSON of a declared type goes on as that type, and of another is refused', async () => {
  const patch = (type: string) => raw('PATCH /merge', [`Content-Type: ${type}`], '{"title":"b","x":1}')
  const { body, headers } = await passed(patch('application/merge-patch+json'))
  expect([body, headers['content-type']]).toEqual(['{"title":"b"}', 'application/merge-patch+json'])
  await refused(patch('application/json'), 415, 'input.media_type')
})

describe('the access token', () => {
  test('goes on where the route says so, and nowhere else', async () => {
    const token = await cloud.mint()
    const lower = { headers: { authorization: `bearer ${token}` } }
    expect((await passed(cloud.send('/forwarded', token, lower))).headers.authorization).toBe(
      `Bearer ${token}`,
    )
    expect((await passed(cloud.send('/kept', token))).headers.authorization).toBeUndefined()
  })
})

describe('what is left behind', () => {
  const stripped = () =>
    cloud.lines
      .filter(line => line.includes('"Stripped'))
      .map(line => JSON.parse(line))
      .map(({ route, StrippedQuery, StrippedHeader, StrippedCookie, StrippedBody }) => ({
        route,
        query: StrippedQuery,
        header: StrippedHeader,
        cookie: StrippedCookie,
        body: StrippedBody,
      }))

  test('is counted by route and place, headers only where someone chose to send them', async () => {
    const before = stripped().length
    const browser = [
      'User-Agent: x',
      'Accept: */*',
      'Sec-Fetch-Mode: cors',
      'Referer: https://a.example.com/',
    ]
    await passed(
      put(
        '/things/1?n=1&a=1&b=2',
        [...browser, 'X-Admin: 1', 'Cookie: a=1'],
        '{"title":"a","size":1,"x":{"y":1}}',
      ),
    )
    await vi.waitFor(() =>
      expect(stripped().slice(before)).toEqual([
        { route: 'PUT /things/{id}', query: 2, header: 1, cookie: 1, body: 1 },
      ]),
    )
  })

  test('is named in the log where the route asks for it, and its values never are', async () => {
    await passed(raw('GET /named?debug=k3wz9q', ['X-Secret: k3wz9q']))
    await passed(raw('GET /things/1?quiet=k3wz9q'))
    await vi.waitFor(() => expect(cloud.lines.some(line => line.includes('"x-secret"'))).toBe(true))
    const named = cloud.lines
      .filter(line => line.includes('"message":"stripped"'))
      .map(line => JSON.parse(line))
    expect(named.map(({ place, names }) => [place, names])).toEqual(
      expect.arrayContaining([
        ['query', ['debug']],
        ['header', ['x-secret']],
      ]),
    )
    expect(cloud.lines.join('')).not.toMatch(/k3wz9q|quiet/)
  })
})
