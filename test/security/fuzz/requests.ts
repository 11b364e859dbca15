import { gzipSync } from 'node:zlib'
import fc from 'fast-check'

/** Stands in every place that no route declares, and so may appear nowhere: not upstream, not in an answer, not in a log. */
export const marker = 'zq7undeclared'

/** Replaced when sent: by a valid token, and by its subject. */
export const tokenHere = '\u0001token\u0001'
export const subjectHere = '\u0001subject\u0001'

/** A request as bytes, nearly: Latin-1 text with the two placeholders, and a body. */
export interface WireRequest {
  readonly head: string
  readonly body: Buffer
  /** Less may be sent than is promised. */
  readonly mayWait: boolean
  readonly isHead: boolean
}

const dealId = '3f2c0e9e-7f2e-4bb1-9a29-0a6a5d3b8f51'

export const weighted = <T>(...choices: Array<readonly [weight: number, arbitrary: fc.Arbitrary<T>]>) =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })))
export const oneOf = <T>(...values: T[]) => fc.constantFrom(...values)

// ── target ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Route {
  readonly method: string
  readonly path: string
  readonly body?: 'deal' | 'invoice'
}
const routes: readonly Route[] = [
  { method: 'GET', path: '/deals' },
  { method: 'GET', path: `/deals/${dealId}` },
  { method: 'GET', path: `/users/${subjectHere}/deals` },
  { method: 'POST', path: '/deals', body: 'deal' },
  { method: 'POST', path: '/deals', body: 'deal' },
  { method: 'POST', path: '/invoices', body: 'invoice' },
  { method: 'GET', path: '/health' },
]

const hostileMethods = oneOf(
  ...['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'PROPFIND', 'PURGE', 'M-SEARCH'],
  ...['get', 'GeT', 'BREW', 'G E T', 'PRI', ''],
)

/** What has got paths past gateways: climbing, encodings (once, twice, overlong, broken), separators, controls, raw bytes. */
const segment = oneOf(
  ...['.', '..', '...', '%2e', '%2e%2e', '.%2E', '%252e%252e', '%c0%ae%c0%ae', '%e0%80%ae', '%uff0e'],
  ...[
    '',
    '%2f',
    '%2F..%2f',
    '%252f',
    '%c0%af',
    '%5c',
    '\\',
    '..\\',
    '%00',
    '%0d%0aX:%20y',
    '%0a',
    '%7f',
    '%c2%85',
  ],
  ...[
    '%zz',
    '%',
    '%4',
    '%ff',
    '%ed%a0%80',
    '%f4%90%80%80',
    '\xe9',
    '\xc3\xa9',
    '%E2%80%A8',
    '%EF%BB%BF',
    '*',
    '{dealId}',
  ],
  ...[`;x=${marker}`, `${marker}`, `%3b${marker}`, `:${marker}`, `@${marker}`, '%20', '+', '~', '%7e', '%2B'],
)
const path = (route: Route) =>
  weighted<string>(
    [8, fc.constant(route.path)],
    [1, segment.map(odd => `${route.path}/${odd}`)],
    [1, segment.map(odd => `${route.path}${odd}`)],
    [1, segment.map(odd => `/${odd}${route.path}`)],
    [2, segment.map(odd => route.path.replace(/[^/]+(?=\/deals$)|(?<=^\/deals\/).+$/, odd))],
    [
      1,
      oneOf(
        route.path.toUpperCase(),
        `/${route.path}`,
        `/.${route.path}`,
        `${route.path}/`,
        `${route.path}//`,
      ),
    ],
    [1, fc.nat({ max: route.path.length - 1 }).map(at => escapeAt(route.path, at))],
    [1, oneOf(`${route.path}#${marker}`, `${route.path}/../../admin`, '*', '/', '', 'deals', `?${marker}`)],
    [1, fc.string({ unit: 'binary-ascii', maxLength: 30 }).map(text => `/deals/${text}`)],
  )

function escapeAt(text: string, at: number): string {
  if (text.includes('\u0001')) return text
  const code = text.charCodeAt(at).toString(16).padStart(2, '0')
  return `${text.slice(0, at)}%${code}${text.slice(at + 1)}`
}

const declaredQuery = oneOf('status=open', 'status=won', 'limit=5', 'limit=100', 'st%61tus=lost', 'limit=%35')
const invalidQuery = oneOf(
  ...[
    'status=',
    'status',
    'limit=1e1',
    'limit=0x5',
    'limit=+5',
    'limit=05',
    'limit=101',
    'limit=-1',
    'limit=5%00',
  ],
  ...[
    'status=open%00',
    'status=OPEN',
    'limit=%EF%BC%95',
    'limit=999999999999999999999',
    'status=%ff',
    'limit=5.0',
  ],
)
const undeclaredQuery = oneOf(
  ...[
    `${marker}`,
    `${marker}=1`,
    `debug=${marker}`,
    `Status=${marker}`,
    `status[]=${marker}`,
    `status%5b0%5d=${marker}`,
  ],
  ...[
    `__proto__=${marker}`,
    `constructor[prototype]=${marker}`,
    `%00status=${marker}`,
    `status%00=${marker}`,
  ],
  ...[
    `=${marker}`,
    `%20limit=${marker}`,
    `limit%20=${marker}`,
    `limit.x=${marker}`,
    `%zz=${marker}`,
    `a%26limit=${marker}`,
  ],
  ...[
    `%ff=${marker}`,
    `a|b=${marker}`,
    `x=${marker}%0d%0aX-Y:%20z`,
    `x=?limit=${marker}`,
    `?status=${marker}`,
  ],
)
export const query = weighted<string>(
  [4, fc.constant('')],
  [4, fc.uniqueArray(declaredQuery, { maxLength: 2, selector: part => part[0] }).map(joined('&'))],
  [
    5,
    fc
      .tuple(
        fc.array(weighted([3, declaredQuery], [1, invalidQuery], [5, undeclaredQuery]), { maxLength: 5 }),
        weighted([8, fc.constant('&')], [1, oneOf(';', '&&', '&;', '%26', '&amp;')]),
      )
      .map(([parts, separator]) => joined(separator)(parts)),
  ],
)
function joined(separator: string) {
  return (parts: readonly string[]) => (parts.length > 0 ? `?${parts.join(separator)}` : '')
}
const hugeQuery = fc.integer({ min: 1000, max: 20_000 }).map(size => `?pad=${marker}${'x'.repeat(size)}`)
const origin = weighted<string>(
  [30, fc.constant('')],
  [
    1,
    oneOf(
      'http://localhost',
      `http://${marker}.example.com`,
      `https://${marker}@localhost:1`,
      'HTTP://localhost',
    ),
  ],
)

// ── headers ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const bearer = `Authorization: Bearer ${tokenHere}`
const authorization = weighted<readonly string[]>(
  [60, fc.constant([bearer])],
  [
    1,
    oneOf<readonly string[]>(
      [],
      [bearer, bearer],
      [bearer, `Authorization: Basic ${marker}`],
      [`Authorization: Basic ${marker}`],
      [`authorization:Bearer  ${tokenHere}`],
      [`Authorization: bearer ${tokenHere}`],
      [`Authorization: Bearer ${tokenHere}, Bearer ${marker}`],
      [`Authorization: Bearer ${tokenHere}x`],
      ['Authorization: Bearer e30.e30.'],
      [`Authorization: Bearer ${'a'.repeat(9000)}`],
      ['Authorization:'],
      [`Authorization : Bearer ${tokenHere}`],
    ),
  ],
)

const language = weighted<readonly string[]>(
  [6, fc.constant([])],
  [4, oneOf(['Accept-Language: de'], ['accept-language:   en-GB, en;q=0.9  '], ['ACCEPT-LANGUAGE: *'])],
  [
    1,
    oneOf(
      ['Accept-Language: de', 'accept-language: en'],
      [`Accept-Language: ${'d'.repeat(65)}`],
      ['Accept-Language: d\xe9'],
      ['Accept-Language: de\x01'],
      ['Accept-Language:'],
      ['Accept-Language: de', `Connection: accept-language, ${marker}`],
    ),
  ],
)

const undeclaredNames = oneOf(
  ...[
    'X-Admin',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-User',
    'X-Forwarded-Prefix',
    'Forwarded',
    'X-Real-IP',
  ],
  ...[
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-HTTP-Method',
    'X-Method-Override',
    'X-Original-Method',
    '_method',
    'X-Role',
  ],
  ...[
    'Sallyport-Principal',
    'sallyport_principal',
    'SALLYPORT-PRINCIPAL',
    'X-Sallyport-Ticket',
    'Sallyport-Anything',
  ],
  ...[
    'X-Amzn-Oidc-Identity',
    'X-Amzn-Trace-Id',
    'X-Amzn-RequestId',
    'Via',
    'Referer',
    'User-Agent',
    'From',
    'Date',
  ],
  ...[
    'Range',
    'If-Match',
    'If-None-Match',
    'Origin',
    'Accept-Encoding',
    'Accept-Charset',
    'Content-Language',
    'Traceparent',
  ],
  ...[
    'Content-MD5',
    'Max-Forwards',
    'Proxy-Authorization',
    'Proxy-Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Server',
  ],
  ...[
    'Content-Location',
    'Content-Disposition',
    'Location',
    'Host-Override',
    'accept_language',
    'Accept-Language-X',
  ],
  ...['__proto__', 'constructor', 'toString', 'Cookie2', 'Set-Cookie', 'X', `X-${marker}`, marker],
)
const undeclaredHeader = fc
  .tuple(
    undeclaredNames,
    oneOf(marker, `${marker}, ${marker}`, `a=${marker}; b`, `"${marker}`, `\t${marker}\t`, `\xff${marker}`),
  )
  .map(([name, value]) => `${name}: ${value}`)
const cookie = fc
  .array(
    oneOf(
      ...[
        `session=${marker}`,
        `${marker}=1`,
        `__Host-id=${marker}`,
        marker,
        `=${marker}`,
        'a="',
        ';',
        `a=b=${marker}`,
      ],
      ...[`$Version=1`, `x=\xe9${marker}`, `__proto__=${marker}`, `a=${marker}`, `a=${marker}`],
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map(pairs => `Cookie: ${pairs.join('; ')}`)
const hostileHeader = oneOf(
  ...[
    'Expect: 100-continue',
    `Expect: ${marker}`,
    'Upgrade: websocket',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABk',
  ],
  ...[
    `Connection: keep-alive, ${marker}`,
    'Connection: upgrade',
    'Connection: content-type, host, authorization',
    'Keep-Alive: timeout=1',
  ],
  ...[
    'Content-Encoding: gzip',
    'Content-Encoding: identity',
    `Content-Encoding: ${marker}`,
    'TE: trailers, deflate',
  ],
  ...[
    'Accept: text/html',
    `Accept: */*;q=${marker}`,
    'Accept:',
    'Accept-Encoding: gzip',
    'Transfer-Encoding: identity',
  ],
  ...[
    'X-HTTP-Method-Override: DELETE',
    'X-HTTP-Method-Override: GET',
    'x-http-method-override: post',
    'X-HTTP-Method-Override: BREW',
  ],
  ...[
    ` folded: ${marker}`,
    `X-Folded: a\r\n ${marker}`,
    `X-Bare: a\n${marker}: b`,
    `X-Cr: a\rX-Y: ${marker}`,
    `X-Nul: \0${marker}`,
  ],
  ...[
    `: ${marker}`,
    `No colon ${marker}`,
    `Sp ace: ${marker}`,
    `X\xe9: ${marker}`,
    'Host: localhost',
    `X-Host: ${marker}`,
  ],
)
const hugeHeader = fc.integer({ min: 2000, max: 70_000 }).map(size => `X-Huge: ${marker}${'x'.repeat(size)}`)
export const otherHeaders = fc.array(
  weighted([12, undeclaredHeader], [4, cookie], [4, hostileHeader], [1, hugeHeader]),
  { maxLength: 4 },
)
const headers = fc.tuple(authorization, language, otherHeaders).map(parts => parts.flat())

// ── body ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const deal = { title: 'Forty chairs', amount: 5200, currency: 'EUR' }
const invoice = {
  dealId,
  amount: 10.5,
  currency: 'EUR',
  lines: [
    { text: 'chair', amount: 10 },
    { text: 'é"\u2028', amount: 0.5 },
  ],
}

/** A value full of what nobody declared. */
const undeclaredValue: fc.Arbitrary<unknown> = oneOf<unknown>(
  marker,
  { [marker]: marker, amount: marker },
  [marker, [marker], { lines: [{ text: marker }] }],
  { constructor: marker },
  null,
)
const undeclaredName = oneOf(
  ...[
    marker,
    'admin',
    'Title',
    'title ',
    '',
    'owner',
    'toString',
    'constructor',
    'hasOwnProperty',
    '0',
    'titlé',
    '$ref',
    'a/b~c',
  ],
)
const surplus = fc.dictionary(undeclaredName, undeclaredValue, { maxKeys: 3 })

const asked = (kind: 'deal' | 'invoice') =>
  fc
    .tuple(surplus, fc.array(surplus, { minLength: 2, maxLength: 2 }))
    .map(([more, moreOfLines]) =>
      kind === 'deal'
        ? { ...more, ...deal }
        : { ...invoice, ...more, lines: invoice.lines.map((line, i) => ({ ...moreOfLines[i], ...line })) },
    )
const wrong = oneOf<unknown>(
  ...[
    { ...deal, amount: '1' },
    { ...deal, title: { $ne: marker } },
    { ...deal, title: null },
    [deal],
    null,
    'text',
    7,
    true,
    {},
  ],
  ...[
    { ...invoice, lines: {} },
    { ...invoice, lines: [[]] },
    { ...invoice, lines: Array(101).fill(invoice.lines[0]) },
    { ...deal, amount: -0 },
  ],
)

/** JSON that readers disagree about, or that is none. */
const hostileText = oneOf(
  ...[
    `{"title":"a","title":"${marker}","amount":1,"currency":"EUR"}`,
    `{"title":"a","\\u0074itle":"b","amount":1,"currency":"EUR"}`,
  ],
  ...[
    `{"__proto__":{"x":"${marker}"},"title":"a","amount":1,"currency":"EUR"}`,
    '{"constructor":{"prototype":{"a":1}}}',
  ],
  ...[
    '{"title":"\\ud800","amount":1,"currency":"EUR"}',
    '{"title":"a\\u0000","amount":1e0,"currency":"EUR"}',
    '{"title":"\\u2028","amount":0.1e1,"currency":"EUR"}',
  ],
  ...[
    '{"title":"a","amount":1e999,"currency":"EUR"}',
    '{"title":"a","amount":0.1000000000000000055511151231257827,"currency":"EUR"}',
  ],
  ...[
    '{"title":"a","amount":9007199254740993,"currency":"EUR"}',
    '{"title":"a","amount":01,"currency":"EUR"}',
    '{"title":"a","amount":NaN,"currency":"EUR"}',
  ],
  ...[
    '{"title":"a","amount":1,"currency":"EUR"} x',
    '{"title":"a","amount":1,"currency":"EUR"}{}',
    '{"title":\'a\'}',
    '{title:1}',
    '[',
    '{',
    '"',
    ' ',
    '\u0000',
  ],
  ...[
    '//x\n{"title":"a","amount":1,"currency":"EUR"}',
    '\ufeff{"title":"a","amount":1,"currency":"EUR"}',
    '{"title":"a","amount":1,"currency":"EUR\\n"}',
  ],
)
const nested = fc
  .tuple(oneOf(1, 30, 31, 32, 33, 34, 1000, 100_000), oneOf('[', '{"a":'))
  .map(([depth, open]) => {
    const close = open === '[' ? ']' : '}'
    return `{"title":"a","amount":1,"currency":"EUR","${marker}":${open.repeat(depth)}1${close.repeat(depth)}}`
  })
const large = oneOf(9_000, 300_000, 1_100_000, 11_000_000).map(size =>
  JSON.stringify({ ...deal, [marker]: 'x'.repeat(size) }),
)
const many = oneOf(1000, 50_000).map(
  count =>
    `{${Array.from({ length: count }, (_, i) => `"${marker}${i}":${i}`).join()},"title":"a","amount":1,"currency":"EUR"}`,
)
const otherEncodings = fc
  .tuple(oneOf('gzip', 'utf16', 'latin1', 'overlong', 'surrogate'), asked('deal'))
  .map(([encoding, value]) => {
    const text = JSON.stringify({ ...value, title: 'é' })
    if (encoding === 'gzip') return gzipSync(text)
    if (encoding === 'utf16') return Buffer.from(`\ufeff${text}`, 'utf16le')
    if (encoding === 'latin1') return Buffer.from(text, 'latin1')
    const bytes = encoding === 'overlong' ? [0xc0, 0xa2] : [0xed, 0xa0, 0x80]
    return Buffer.concat([
      Buffer.from('{"title":"'),
      Buffer.from(bytes),
      Buffer.from('","amount":1,"currency":"EUR"}'),
    ])
  })
const otherForms = oneOf(
  ...[
    `title=a&amount=1&currency=EUR&admin=${marker}`,
    `--b\r\nContent-Disposition: form-data; name="title"\r\n\r\n${marker}\r\n--b--`,
  ],
  ...[marker, `<x>${marker}</x>`, `${marker}\r\n\r\nGET /deals?x=${marker} HTTP/1.1\r\n\r\n`],
)
const bodyOf = (kind: 'deal' | 'invoice') =>
  weighted<string | Buffer>(
    [12, asked(kind).map(value => JSON.stringify(value))],
    [2, wrong.map(value => JSON.stringify(value))],
    [2, hostileText],
    [1, nested],
    [1, otherEncodings],
    [1, otherForms],
    [1, fc.constant('')],
    [
      1,
      fc.json({ maxDepth: 4 }).map(text => `{"title":"a","amount":1,"currency":"EUR","${marker}":${text}}`),
    ],
    [1, many],
  ).map(body => (typeof body === 'string' ? Buffer.from(body) : body))

const contentType = weighted<readonly string[]>(
  [14, fc.constant(['Content-Type: application/json'])],
  [
    3,
    oneOf<readonly string[]>(
      [],
      ['content-type: Application/JSON;charset="UTF-8"'],
      ['Content-Type: application/json; charset=utf-16'],
      ['Content-Type: application/json', 'Content-Type: text/plain'],
      [`Content-Type: application/json; boundary=${marker}`],
      ['Content-Type: application/x-www-form-urlencoded'],
      ['Content-Type: multipart/form-data; boundary=b'],
      ['Content-Type: text/plain'],
      ['Content-Type: application/json, text/plain'],
      ['Content-Type: application/vnd.api+json'],
      ['Content-Type:'],
      [`Content-Type: ${marker}/${'x'.repeat(3000)}`],
    ),
  ],
)

// ── framing ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Framed {
  readonly lines: readonly string[]
  readonly bytes: Buffer
  readonly mayWait: boolean
}

const chunked = (
  body: Buffer,
  sizes: readonly number[],
  { extension = '', trailers = '', last = '0' } = {},
) => {
  const parts: Buffer[] = []
  let at = 0
  for (let i = 0; at < body.length; i += 1) {
    const size = Math.min(sizes[i % sizes.length] ?? 1, body.length - at)
    parts.push(
      Buffer.from(`${size.toString(16)}${extension}\r\n`),
      body.subarray(at, at + size),
      Buffer.from('\r\n'),
    )
    at += size
  }
  return Buffer.concat([...parts, Buffer.from(`${last}\r\n${trailers}\r\n`)])
}
const smuggled = Buffer.from(
  `GET /deals?limit=1&${marker}=1 HTTP/1.1\r\nHost: localhost\r\n${bearer}\r\nX-Smuggled: ${marker}\r\n\r\n`,
)

type Hostile = (body: Buffer) => Omit<Framed, 'mayWait'>

const te = 'Transfer-Encoding: chunked'

/** A body under header lines that lie about it, with another request behind. */
const followed =
  (...lines: string[]): Hostile =>
  body => ({
    lines: lines.map(line => line.replaceAll('LENGTH', String(body.length))),
    bytes: Buffer.concat([body, smuggled]),
  })

/** In one chunk. */
const inOne = (body: Buffer, last?: string) =>
  chunked(body, [body.length || 1], { ...(last !== undefined && { last }) })

// Made only when drawn: some bodies are large.
const hostileFramings = oneOf<Hostile>(
  body => ({ lines: [`Content-Length: ${body.length + 10}`], bytes: body }),
  body => ({ lines: [`Content-Length: ${Math.max(0, body.length - 3)}`], bytes: body }),
  followed('Content-Length: LENGTH'),
  followed('Content-Length: LENGTH', 'Content-Length: LENGTH'),
  followed('Content-Length: LENGTH', 'Content-Length: 0'),
  followed('Content-Length: LENGTH, LENGTH'),
  ...['+', '0x', '-', ' 0', marker].map(prefix => followed(`Content-Length: ${prefix}LENGTH`)),
  followed('Content-Length: 99999999999999999999'),
  followed('Content-Length:'),
  followed('Content-Length: LENGTH', te),
  followed(te, 'Content-Length: LENGTH'),
  ...[
    'chunked, identity',
    'gzip, chunked',
    'xchunked',
    'chunked, chunked',
    '"chunked"',
    'chunked\x0b',
    marker,
  ].map(
    (coding): Hostile =>
      body => ({ lines: [`Transfer-Encoding: ${coding}`], bytes: Buffer.concat([inOne(body), smuggled]) }),
  ),
  body => ({ lines: ['Transfer-Encoding : chunked'], bytes: inOne(body) }),
  body => ({ lines: [te, te], bytes: inOne(body) }),
  ...['zz', '-1', 'ffffffffffffffffff', '0x5', '5 5', '', '0;', '00000000'].map(
    (last): Hostile =>
      body => ({ lines: [te], bytes: Buffer.concat([inOne(body, last), smuggled]) }),
  ),
  body => ({
    lines: [te],
    bytes: Buffer.from(inOne(body).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  }),
  body => ({ lines: [te], bytes: inOne(body).subarray(0, -3) }),
)

export const framing = (body: Buffer): fc.Arbitrary<Framed> => {
  const { length } = body
  const exact: Framed = {
    lines: length > 0 ? [`Content-Length: ${length}`] : [],
    bytes: body,
    mayWait: false,
  }
  const sizes = fc.array(fc.integer({ min: 1, max: Math.max(1, Math.ceil(length / 8)) }), {
    minLength: 1,
    maxLength: 5,
  })
  const extension = oneOf('', `;${marker}=${marker}`, ` ; a="${marker}"`)
  const trailers = oneOf(
    '',
    `X-Trailer: ${marker}\r\n`,
    `Sallyport-Principal: ${marker}\r\nContent-Length: 0\r\n`,
    `Accept-Language: ${marker}\r\nContent-Type: text/${marker}\r\n`,
  )
  const wellChunked = fc.tuple(sizes, extension, trailers).map(([each, ext, trailer]) => ({
    lines: [te],
    bytes: chunked(body, each, { extension: ext, trailers: trailer }),
    mayWait: ext.includes(' '),
  }))
  const hostile = hostileFramings.map(make => ({ ...make(body), mayWait: true }))
  return weighted<Framed>([14, fc.constant(exact)], [4, wellChunked], [2, hostile])
}

// ── together ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const version = weighted<string>(
  [40, fc.constant('HTTP/1.1')],
  [2, fc.constant('HTTP/1.0')],
  [
    1,
    oneOf('HTTP/0.9', 'HTTP/2.0', 'HTTP/1.2', 'http/1.1', 'HTTP/1.1 ', '', `HTTP/1.1 ${marker}`, 'RTSP/1.0'),
  ],
)
const host = weighted<readonly string[]>(
  [40, fc.constant(['Host: localhost'])],
  [
    1,
    oneOf<readonly string[]>([], ['Host: localhost', 'Host: localhost'], ['Host:'], ['Host: localhost:80']),
  ],
)

/** Any request: mostly one that a route takes, with something odd about it. Often with much odd about it. */
export const anyRequest: fc.Arbitrary<WireRequest> = oneOf(...routes).chain(route => {
  const sent = route.body
    ? bodyOf(route.body)
    : weighted<Buffer>([4, fc.constant(Buffer.alloc(0))], [1, bodyOf('deal')])
  return fc
    .record({
      method: weighted([24, fc.constant(route.method)], [1, hostileMethods]),
      origin,
      path: path(route),
      query: weighted([40, query], [1, hugeQuery]),
      version,
      host,
      headers,
      type: contentType,
      framed: weighted([60, sent], [1, large.map(text => Buffer.from(text))]).chain(framing),
      close: weighted(
        [20, fc.constant('Connection: close')],
        [1, oneOf('connection:Close', `Connection: close, ${marker}`)],
      ),
    })
    .map(({ method, origin: before, path: at, query: asking, version: http, framed, ...rest }) => {
      const lines = [
        ...rest.host,
        ...rest.headers,
        ...(framed.bytes.length > 0 ? rest.type : []),
        ...framed.lines,
        rest.close,
      ]
      return {
        head: `${method} ${before}${at}${asking} ${http}\r\n${lines.join('\r\n')}\r\n\r\n`,
        body: framed.bytes,
        mayWait: framed.mayWait,
        isHead: method === 'HEAD',
      }
    })
})

/** Noise: what no client would call a request. */
export const noise: fc.Arbitrary<WireRequest> = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }).map(bytes => Buffer.from(bytes)),
    oneOf(
      '\r\n\r\n',
      'GET',
      'GET / HTTP/1.1',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\x16\x03\x01\x02',
      `GET /deals?${'x'.repeat(100_000)}`,
    ).map(text => Buffer.from(text, 'latin1')),
  )
  .map(body => ({ head: '', body, mayWait: true, isHead: false }))
