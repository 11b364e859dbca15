import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { deal } from '../../support/deal-desk.ts'
import type { RawAnswer } from './hostile-upstream.ts'
import { marker } from './requests.ts'

const weighted = <T>(...choices: Array<readonly [weight: number, arbitrary: fc.Arbitrary<T>]>) =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })))
const oneOf = <T>(...values: T[]) => fc.constantFrom(...values)

const hostileStatus = oneOf(
  ...[
    '200',
    '200 ',
    '201 Created',
    '204 No Content',
    '206 Partial Content',
    '304 Not Modified',
    '404 x',
    '409 x',
  ],
  ...[
    '400 x',
    '401 x',
    '403 x',
    '429 x',
    '500 x',
    `503 ${marker}`,
    '301 Moved',
    '302 Found',
    '101 Upgrade',
    '100 x',
  ],
  ...['000', '99', '1000', '-200', '200OK', 'abc', '', '2e2', '999', '600 x'],
)

const header = oneOf(
  ...[
    `Location: https://${marker}.example.com/`,
    `Set-Cookie: session=${marker}; Path=/`,
    `Set-Cookie: ${marker}`,
    `Server: ${marker}`,
  ],
  ...[
    `X-Powered-By: ${marker}`,
    `Access-Control-Allow-Origin: *`,
    `Access-Control-Allow-Credentials: true`,
    'Cache-Control: public, max-age=9',
  ],
  ...[
    `Content-Security-Policy: ${marker}`,
    'Strict-Transport-Security: max-age=0',
    'X-Frame-Options: ALLOWALL',
    `WWW-Authenticate: ${marker}`,
  ],
  ...[
    'Content-Encoding: gzip',
    'Content-Encoding: identity',
    'Content-Encoding: br',
    'ETag: "1"',
    'ETag: "1"',
    'ETag: \xe9',
    'Content-Language: de',
  ],
  ...[
    'Last-Modified: yesterday',
    `Retry-After: ${marker}`,
    `x-amzn-ErrorType: ${marker}`,
    `X-Amz-Apigw-Id: ${marker}`,
    `statusCode: 999`,
  ],
  ...[
    'Connection: upgrade',
    'Upgrade: websocket',
    'Keep-Alive: timeout=0',
    `Trailer: ${marker}`,
    `Link: <${marker}>`,
    'Refresh: 0',
  ],
  ...[
    `X-Nul: \0${marker}`,
    `X-Folded: a\r\n ${marker}`,
    `no colon ${marker}`,
    `: ${marker}`,
    `X-Huge: ${'x'.repeat(9_000)}`,
    `ETag: "${'e'.repeat(8_100)}"`,
  ],
  ...[`__proto__: ${marker}`, `constructor: ${marker}`, `X-Many: ${'x'.repeat(20_000)}`],
)

const type = weighted<readonly string[]>(
  [12, fc.constant(['Content-Type: application/json'])],
  [
    2,
    oneOf<readonly string[]>(
      [],
      ['Content-Type: text/html'],
      ['Content-Type: application/problem+json'],
      ['Content-Type: application/json; charset=utf-16'],
      ['Content-Type: application/json', 'Content-Type: text/html'],
      [`Content-Type: ${marker}`],
    ),
  ],
)

const more: fc.Arbitrary<object> = oneOf<object>(
  {},
  { remark: marker },
  { [marker]: { a: [marker] } },
  { constructor: marker, toString: 1 },
  { Margin: marker },
)
const surplusDeal = more.map(surplus => ({ ...surplus, ...deal }))
const hostileValue = weighted<unknown>(
  [
    2,
    oneOf<unknown>({ error: 'no' }, { error: 'no', stack: marker }, { error: { a: marker } }, { error: 7 }),
  ],
  [
    2,
    oneOf<unknown>(
      ...[
        { ...deal, status: marker },
        { ...deal, amount: marker },
        { ...deal, id: marker },
        [[deal]],
        null,
        marker,
      ],
      ...[7, {}, [null], deal, [deal]],
    ),
  ],
  [1, fc.jsonValue()],
)
const hostileText = weighted<Buffer>(
  [3, hostileValue.map(json => Buffer.from(JSON.stringify(json)))],
  [
    3,
    oneOf<string>(
      ...[
        '',
        ' ',
        '{',
        '[',
        marker,
        `<html>${marker}</html>`,
        `\ufeff${JSON.stringify(deal)}`,
        `${JSON.stringify(deal)} ${marker}`,
      ],
      ...[
        JSON.stringify(deal).replace('{', '{"__proto__":{"x":1},'),
        JSON.stringify(deal).replace('{', `{"title":"${marker}",`),
      ],
      ...[
        JSON.stringify(deal).replace('5200', '9007199254740993'),
        JSON.stringify(deal).replace('5200', '1e999'),
      ],
      ...[
        '['.repeat(100_000),
        `{"error":${'['.repeat(40)}${']'.repeat(40)}}`,
        JSON.stringify({ error: 'x'.repeat(1_000_000), remark: marker }),
      ],
      ...[`{"error":"${marker}`, '{"error":"\\ud800"}', JSON.stringify({ ...deal, title: '\u2028\u0000' })],
    ).map(odd => Buffer.from(odd)),
  ],
  [
    1,
    oneOf(
      gzipSync(JSON.stringify(deal)),
      Buffer.from([0xff, 0xfe, 0]),
      Buffer.from('{"error":"\xe9"}', 'latin1'),
      Buffer.alloc(7_000_000, ' '),
    ),
  ],
)

type Framing = (body: Buffer) => {
  readonly lines: readonly string[]
  readonly bytes: Buffer
  readonly whole: boolean
}
const inChunks = (body: Buffer, size = body.length.toString(16), end = '0\r\n\r\n') =>
  Buffer.concat([Buffer.from(`${size}\r\n`), body, Buffer.from(`\r\n${end}`)])
const unasked = JSON.stringify([{ ...deal, title: marker }])
const te = 'Transfer-Encoding: chunked'
const framing = weighted<Framing>(
  [12, fc.constant(body => ({ lines: [`Content-Length: ${body.length}`], bytes: body, whole: true }))],
  [4, fc.constant(body => ({ lines: [te], bytes: inChunks(body), whole: true }))],
  [
    3,
    oneOf<Framing>(
      body => ({ lines: [], bytes: body, whole: false }),
      body => ({ lines: [`Content-Length: ${body.length + 5}`], bytes: body, whole: false }),
      body => ({ lines: [`Content-Length: ${Math.max(0, body.length - 5)}`], bytes: body, whole: false }),
      body => ({ lines: [`Content-Length: ${body.length}`, 'Content-Length: 1'], bytes: body, whole: false }),
      body => ({ lines: [`Content-Length: ${body.length}`, te], bytes: inChunks(body), whole: false }),
      body => ({ lines: [te], bytes: inChunks(body, 'zz'), whole: false }),
      body => ({ lines: [te], bytes: inChunks(body, 'ffffffffff'), whole: false }),
      body => ({
        lines: [te],
        bytes: inChunks(body, undefined, `0\r\nSet-Cookie: ${marker}\r\n\r\n`),
        whole: false,
      }),
      body => ({
        lines: [`Content-Length: ${body.length}`],
        // A second answer that nobody asked for: it must not become the next caller's.
        bytes: Buffer.concat([
          body,
          Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${unasked.length}\r\n\r\n${unasked}`),
        ]),
        whole: false,
      }),
    ),
  ],
)

interface Good {
  readonly status: string
  readonly value: fc.Arbitrary<unknown>
}

/** Whatever a broken, careless or taken-over upstream may say: mostly a good answer with something odd about it. */
export const anyAnswer = ({ status, value }: Good): fc.Arbitrary<RawAnswer> =>
  weighted<RawAnswer>(
    [
      30,
      fc
        .record({
          status: weighted(
            [12, fc.constant(status)],
            [3, hostileStatus],
            [1, fc.integer({ min: 100, max: 999 }).map(String)],
          ),
          version: weighted(
            [30, fc.constant('HTTP/1.1')],
            [1, oneOf('HTTP/1.0', 'HTTP/2', 'http/1.1', marker, 'ICY')],
          ),
          headers: weighted<string[]>(
            [1, fc.constant([])],
            [1, fc.array(header, { minLength: 1, maxLength: 3 })],
          ),
          type,
          text: weighted([4, value.map(json => Buffer.from(JSON.stringify(json)))], [1, hostileText]),
          framing,
          cuts: fc.array(fc.nat({ max: 600 }), { maxLength: 3 }),
          early: oneOf(
            '',
            '',
            '',
            '',
            'HTTP/1.1 100 Continue\r\n\r\n',
            `HTTP/1.1 103 Early Hints\r\nLink: ${marker}\r\n\r\n`,
          ),
          afterwards: oneOf<RawAnswer['afterwards']>('end', 'end', 'reset', 'keep', 'keep'),
        })
        .map(({ status: code, version, framing: frame, cuts, afterwards, ...given }) => {
          const { lines, bytes, whole } = frame(given.text)
          const head = [`${version} ${code}`, ...given.type, ...given.headers, ...lines].join('\r\n')
          const all = Buffer.concat([Buffer.from(`${given.early}${head}\r\n\r\n`, 'latin1'), bytes])
          // What is not whole, and left open, would end with the declared time-out only: see `silences`.
          const open = whole && code === status && version === 'HTTP/1.1'
          return { parts: cut(all, cuts), afterwards: afterwards === 'keep' && !open ? 'end' : afterwards }
        }),
    ],
    [
      1,
      fc
        .uint8Array({ maxLength: 100 })
        .map(bytes => ({ parts: [Buffer.from(bytes)], afterwards: 'end' as const })),
    ],
    [1, oneOf<RawAnswer>({ parts: [], afterwards: 'end' }, { parts: [], afterwards: 'reset' })],
  )

/** Good answers of the example's CRM, with more in them than is declared. */
export const good = {
  'GET /deals': { status: '200 OK', value: fc.array(surplusDeal, { maxLength: 3 }) },
  [`GET /deals/${deal.id}`]: { status: '200 OK', value: surplusDeal },
  'POST /deals': { status: '201 Created', value: surplusDeal },
} satisfies Record<string, Good>

/** Says too little, and then nothing: once per run, since each takes the declared time-out. */
export const silences: readonly RawAnswer[] = [
  { parts: [], afterwards: 'wait' },
  {
    parts: [
      Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: application/json\r\n\r\n{"id":'),
    ],
    afterwards: 'wait',
  },
]

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [
    0,
    ...[...new Set(at)].sort((a, b) => a - b).filter(place => place < bytes.length),
    bytes.length,
  ]
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}
