import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { framing, marker, oneOf, otherHeaders, query, type WireRequest, weighted } from './requests.ts'

const cookiePair = weighted<string>(
  [8, oneOf('session=abc123', 'theme=dark', 'n=5', 'n=0', 'session=0')],
  [
    4,
    oneOf(
      ...['session=', 'session', 'session="abc"', `session=${marker}`, 'session=a b', 'session=a,b'],
      ...[
        'session=\xe9',
        'session=a\\b',
        'Session=abc',
        'session =abc',
        'n=05',
        'n=1e1',
        'n=-0',
        'theme=green',
      ],
      ...[`session=abc${'0'.repeat(9000)}`, 'n=99999999999999999999', '\xa0session=abc', 'session=abc\x0b'],
    ),
  ],
  [
    5,
    oneOf(
      ...[`${marker}=1`, `a=${marker}`, marker, `=${marker}`, `__proto__=${marker}`, `constructor=${marker}`],
      ...[
        `$Version=${marker}`,
        `__Host-session=${marker}`,
        `"session=${marker}"`,
        `a="; session=${marker}"`,
        '',
      ],
    ),
  ],
)
const cookieHeader = fc
  .tuple(
    fc.array(cookiePair, { maxLength: 5 }),
    weighted([12, fc.constant('; ')], [1, oneOf(';', ' ;\t', ', ', '&', ';;')]),
  )
  .map(([pairs, separator]) => `Cookie: ${pairs.join(separator)}`)
const tags = oneOf(
  ...['X-Tags: a', 'x-tags: "a,b", c', 'X-Tags: a,b,c,d,e,f', 'X-Tags: "a', 'X-Tags: "a\\', 'X-Tags: ,,'],
  ...[`X-Tags: "${marker}`, `X-Tags: a, ${marker}`, 'X-Tags: W/"\\",', 'X-Tags: \xe9', `X_Tags: ${marker}`],
)
const cookieHeaders = fc
  .tuple(fc.array(cookieHeader, { maxLength: 2 }), fc.array(tags, { maxLength: 2 }))
  .map(lists => lists.flat())

const formPart = weighted<string>(
  [10, oneOf('name=a', 'name=a+b%26', 'name=%C3%A9', 'n=5', 'tag=a', 'tag=b', 'n%61me=c', 'tag=%E2%80%A8')],
  [
    3,
    oneOf(
      ...['name=', 'name', 'name=%ff', 'name=%00', 'name=%zz', 'name=%', 'name=%c0%af', 'name=%ed%a0%80'],
      ...[
        'name=a b',
        'name=<',
        'name=a;n=5',
        'n=05',
        'n=10',
        'n=1e0',
        'n=-0',
        'n=%35',
        '',
        '=',
        '%=',
        'name=é',
      ],
      ...[`name=${marker}`, `tag=${marker}`, `name=${'!'.repeat(41)}`, `tag=${'%41'.repeat(11)}`],
    ),
  ],
  [
    4,
    oneOf(
      ...[
        `${marker}`,
        `${marker}=1`,
        `admin=${marker}`,
        `name[]=${marker}`,
        `__proto__=${marker}`,
        `Name=${marker}`,
      ],
      ...[
        `constructor=${marker}`,
        `toString=${marker}`,
        `name%00=${marker}`,
        `%20name=${marker}`,
        `tag[0]=${marker}`,
      ],
    ),
  ],
)
const form = weighted<string>(
  [
    20,
    fc
      .tuple(
        weighted<string[]>([6, fc.constant(['name=a'])], [1, fc.constant([])]),
        fc.array(formPart, { maxLength: 4 }),
        weighted([12, fc.constant('&')], [1, oneOf(';', '&&', '&amp;', '\n')]),
      )
      .map(([first, parts, separator]) => [...first, ...parts].join(separator)),
  ],
  [1, oneOf(1001, 100_000).map(count => `name=a${'&x=1'.repeat(count)}`)],
)

const text = weighted<string | Buffer>(
  [6, fc.string({ unit: 'binary', maxLength: 120 })],
  [2, fc.string({ unit: 'grapheme', maxLength: 101 })],
  [
    2,
    oneOf(
      marker,
      '\u0000',
      '\ufeffa',
      'a\r\n\r\nGET / HTTP/1.1\r\n\r\n',
      'a'.repeat(101),
      '\ufffd',
      '{"a":1}',
    ),
  ],
  [1, fc.uint8Array({ minLength: 1, maxLength: 60 }).map(bytes => Buffer.from(bytes))],
  [1, oneOf(300_000, 1_100_000).map(size => 'a'.repeat(size))],
)

const file = weighted<string | Buffer>(
  [6, fc.uint8Array({ minLength: 1, maxLength: 300 }).map(bytes => Buffer.from(bytes))],
  [
    2,
    oneOf<string | Buffer>(
      marker,
      '',
      'plain text',
      'AAE=',
      '\ufeff',
      gzipSync('a'),
      Buffer.alloc(4096, 0xff),
    ),
  ],
  [1, oneOf(Buffer.alloc(4097, 0xff), Buffer.alloc(300_000, 1))],
)

interface Kind {
  readonly path: string
  readonly type: string | null
  readonly body: fc.Arbitrary<string | Buffer>
}
const kinds: readonly Kind[] = [
  { path: '/cookies', type: null, body: fc.constant('') },
  { path: '/form', type: 'application/x-www-form-urlencoded', body: form },
  { path: '/text', type: 'text/plain', body: text },
  { path: '/file', type: 'image/png', body: file },
]

const otherTypes = oneOf<readonly string[]>(
  [],
  ...kinds.flatMap(({ type }) =>
    type === null ? [] : [[`content-type: ${type};charset=utf-8`], [`Content-Type: ${type}`]],
  ),
  ['Content-Type: application/json'],
  ['Content-Type: text/plain; charset=latin1'],
  ['Content-Type: text/plain', 'Content-Type: image/png'],
  ['Content-Type: image/png, text/plain'],
  ['Content-Type: IMAGE/PNG'],
  ['Content-Type: image/*'],
  [`Content-Type: text/plain; ${marker}`],
)

/** Any request for the small app. */
export const anySmallRequest: fc.Arbitrary<WireRequest> = oneOf(...kinds).chain(({ path, type, body }) =>
  fc
    .record({
      method: weighted(
        [30, fc.constant(type === null ? 'GET' : 'POST')],
        [1, oneOf('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS')],
      ),
      asked: weighted([6, fc.constant('')], [1, query]),
      cookies: weighted<string[]>(
        [type === null ? 9 : 1, cookieHeaders],
        [type === null ? 1 : 6, fc.constant([])],
      ),
      headers: weighted<string[]>([3, fc.constant([])], [2, otherHeaders]),
      types: weighted([12, fc.constant(type === null ? [] : [`Content-Type: ${type}`])], [1, otherTypes]),
      framed: body.chain(sent => framing(typeof sent === 'string' ? Buffer.from(sent) : sent)),
    })
    .map(({ method, asked, cookies, headers, types, framed }) => ({
      head: `${method} ${path}${asked} HTTP/1.1\r\n${[
        'Host: localhost',
        ...cookies,
        ...headers,
        ...types,
        ...framed.lines,
        'Connection: close',
      ].join('\r\n')}\r\n\r\n`,
      body: framed.bytes,
      mayWait: framed.mayWait,
      isHead: method === 'HEAD',
    })),
)

/** One of each kind that passes. */
export const goodSmallRequests: ReadonlyArray<RequestInit & { readonly path: string }> = [
  { path: '/cookies', headers: { cookie: 'session=abc; theme=dark', 'x-tags': '"a,b", c' } },
  { path: '/form', method: 'POST', body: new URLSearchParams({ name: 'a&b', n: '5', tag: 'é' }) },
  { path: '/text', method: 'POST', body: 'é\n', headers: { 'content-type': 'text/plain' } },
  {
    path: '/file',
    method: 'POST',
    body: new Uint8Array([0, 255]),
    headers: { 'content-type': 'image/png' },
  },
]
