import type { APIGatewayProxyResult } from 'aws-lambda'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allow } from '../../../contract/decision.ts'
import type { AnswerManifest, GateRoute, OutputManifest } from '../../../contract/gate-manifest.ts'
import { ticketContext } from '../../../contract/ticket.ts'
import type { Validate } from '../../../functions/gate/inputs/validation.ts'
import { readAnswerCookies } from '../../../functions/gate/outputs/cookies.ts'
import { readAnswerHeaders, roomBeside } from '../../../functions/gate/outputs/headers.ts'
import type { UpstreamAnswer } from '../../../functions/gate/upstreams/upstream.ts'
import { assembleGate, eventOf, manifest, ticket } from './parts.ts'

const key = 'PUT /users/{userId}'
const none = { headers: [], cookies: [], maxBytes: null }
const json = (more: Partial<Extract<AnswerManifest, { kind: 'json' }>> = {}): AnswerManifest => ({
  kind: 'json',
  mediaType: 'application/json',
  projection: { members: { ok: {} } },
  visibility: null,
  ...none,
  ...more,
})

/** The real pipeline before an upstream that answers like this. */
async function passed(
  answer: Partial<UpstreamAnswer>,
  statuses: Record<string, AnswerManifest> | 'unsafeAny',
  { viewers = [], validate }: { viewers?: readonly number[]; validate?: Validate | null } = {},
) {
  const output: OutputManifest =
    statuses === 'unsafeAny'
      ? { kind: 'unsafeAny' }
      : { kind: 'declared', accept: 'application/json', binary: [], statuses }
  const route = { ...(manifest.routes[key] as GateRoute), output }
  const validators = Object.fromEntries(
    Object.keys(typeof statuses === 'string' ? {} : statuses).map(status => [
      status,
      validate ?? (() => true),
    ]),
  )
  const gate = assembleGate({
    manifest: { ...manifest, routes: { [key]: route } },
    outputs: validate === null ? {} : { [key]: validators },
    upstream: async () => allow({ status: 200, headers: {}, body: '{"ok":true}', ...answer }),
  })
  const context = { extendedRequestId: 'id-1', authorizer: ticketContext({ ...ticket, viewers }) }
  const result: APIGatewayProxyResult = await gate.handle(eventOf({ requestContext: context }))
  return { result, denial: gate.denials.at(-1), faults: gate.faults, stripped: gate.stripped }
}

const note = (text: string) => ({ reason: 'upstream.invalid_response', note: text })

describe('the status of an answer', () => {
  test('passes where it is declared, a 5xx too', async () => {
    const { result } = await passed({ status: 503 }, { 503: json() })
    expect([result.statusCode, result.body]).toEqual([503, '{"ok":true}'])
  })

  test.each([
    [201, 'upstream.invalid_response'],
    [404, 'upstream.invalid_response'],
    [302, 'upstream.invalid_response'],
    [304, 'upstream.invalid_response'],
    [500, 'upstream.failed'],
    [599, 'upstream.failed'],
  ])('%i is 502 where only 200 is declared, and its body stays inside', async (status, reason) => {
    const { result, denial } = await passed({ status, body: '{"ok":"k3wz9q"}' }, { 200: json() })
    expect([result.statusCode, denial?.reason]).toEqual([502, reason])
    expect(JSON.stringify(result)).not.toContain('k3wz9q')
  })

  test('is looked up among what is declared, not among what every object has', async () => {
    const { result } = await passed({ status: 'constructor' as unknown as number }, { 200: json() })
    expect(result.statusCode).toBe(502)
  })
})

describe('a declared ETag', () => {
  const headers = { etag: ['"1"'] }
  const tagOf = async (...given: Parameters<typeof passed>) => (await passed(...given)).result.headers?.etag

  test('passes with an answer of which nothing was left out', async () => {
    expect(await tagOf({ headers }, { 200: json({ headers: ['etag'] }) })).toBe('"1"')
  })

  test('stays behind where it is not declared', async () => {
    expect(await tagOf({ headers }, { 200: json() })).toBeUndefined()
  })

  // Most are hashes of all that the upstream said: by trying, one finds what is missing.
  test('stays behind where a member was stripped, or could have been hidden', async () => {
    const declared = json({ headers: ['etag'] })
    expect(await tagOf({ headers, body: '{"ok":true,"cost":7}' }, { 200: declared })).toBeUndefined()
    const visibility = { members: { ok: { viewers: 0 } } }
    const hiding = json({ headers: ['etag'], visibility })
    expect(await tagOf({ headers }, { 200: hiding })).toBeUndefined()
    expect(await tagOf({ headers }, { 200: hiding }, { viewers: [0] })).toBeUndefined()
  })
})

describe('a JSON body', () => {
  test('is written anew from its declared members, which are counted', async () => {
    const { result, stripped } = await passed(
      { body: ' {"secret":1, "ok" : {"a":1}, "__proto__":{"x":1}} ' },
      { 200: json({ projection: { members: { ok: { members: {} } } } }) },
    )
    expect(result.body).toBe('{"ok":{}}')
    expect(stripped).toEqual([{ route: key, place: 'output', count: 3 }])
  })

  test('is called what was declared, whatever JSON type it came as', async () => {
    for (const type of [
      'application/json',
      'application/problem+json; charset=UTF-8',
      'application/hal+json',
    ]) {
      const { result } = await passed(
        { headers: { 'content-type': [type] } },
        { 200: json({ mediaType: 'application/vnd.deal+json' }) },
      )
      expect(result.headers?.['content-type']).toBe('application/vnd.deal+json')
    }
  })

  test.each([
    ['HTML', { headers: { 'content-type': ['text/html'] } }, 'header content-type: not JSON'],
    [
      'two types',
      { headers: { 'content-type': ['application/json', 'text/html'] } },
      'header content-type: not one type in UTF-8',
    ],
    [
      'another charset',
      { headers: { 'content-type': ['application/json; charset=utf-16'] } },
      'header content-type: not one type in UTF-8',
    ],
    [
      'packed bytes',
      { headers: { 'content-encoding': ['gzip'] }, body: new Uint8Array([0x1f, 0x8b]) },
      'header content-encoding: bytes that nobody asked to pack',
    ],
    ['no body', { body: '' }, 'body: not strict JSON'],
    ['half a body', { body: '{"ok":' }, 'body: not strict JSON'],
    ['a member twice', { body: '{"ok":1,"ok":2}' }, 'body: not strict JSON'],
    ['a member twice, once in disguise', { body: '{"ok":1,"\\u006fk":2}' }, 'body: not strict JSON'],
    ['a byte order mark', { body: '\ufeff{"ok":1}' }, 'body: not strict JSON'],
    ['bytes that are no UTF-8', { body: new Uint8Array([0x22, 0xff, 0x22]) }, 'body: not strict JSON'],
    ['half a character', { body: '"\ud800"' }, 'body: not strict JSON'],
    ['33 levels', { body: `${'['.repeat(33)}${']'.repeat(33)}` }, 'body: not strict JSON'],
    [
      'a number beyond doubles',
      { body: '{"ok":1e400}' },
      'body /ok: is a number that would not stay the same',
    ],
    [
      'a number of too many digits',
      { body: '{"ok":12345678901234567890}' },
      'body /ok: is a number that would not stay the same',
    ],
  ])('of %s is 502, named in the log only', async (_, answer, words) => {
    const { result, denial } = await passed(answer, { 200: json() })
    expect([result.statusCode, denial]).toMatchObject([502, note(words)])
    expect(result.body).not.toContain(words)
  })

  test('that violates its schema is 502, and the log names the member, never a value or a name of a map', async () => {
    const validate: Validate = () => {
      validate.errors = [
        {
          instancePath: '/lines/7/by~1name/alice@example.com',
          keyword: 'type',
          message: 'must be number',
          params: {},
        },
      ]
      return false
    }
    const projection = { members: { lines: { items: { members: { 'by/name': { others: {} } } } } } }
    const { result, denial } = await passed(
      { body: '{"lines":"k3wz9q"}' },
      { 200: json({ projection }) },
      { validate },
    )
    expect([result.statusCode, denial]).toMatchObject([502, note('body /lines/*/by~1name/*: must be number')])
    expect(JSON.stringify([result, denial])).not.toMatch(/k3wz9q|alice/)
  })

  test('of a member that is missing is named by it', async () => {
    const validate: Validate = () => {
      validate.errors = [{ instancePath: '', keyword: 'required', params: { missingProperty: 'ok' } }]
      return false
    }
    expect((await passed({}, { 200: json() }, { validate })).denial).toMatchObject(
      note('body /ok: is required'),
    )
  })

  test('passes at exactly its size', async () => {
    expect((await passed({ body: '"äb"' }, { 200: json({ maxBytes: 5 }) })).result.statusCode).toBe(200)
  })

  test('is refused one byte above its size', async () => {
    const { denial } = await passed({ body: '"äb"' }, { 200: json({ maxBytes: 4 }) })
    expect(denial).toMatchObject(note('body: larger than declared'))
  })

  test('passes nothing without its validator', async () => {
    const { result, faults } = await passed({}, { 200: json() }, { validate: null })
    expect([result.statusCode, faults.length]).toEqual([500, 1])
  })
})

describe('a member for some viewers', () => {
  const projection = {
    members: {
      a: {},
      list: { items: { members: { b: {}, c: {} } } },
      map: { others: {}, members: { d: {} } },
    },
  }
  const visibility = {
    members: {
      a: { viewers: 0 },
      list: { items: { members: { b: { viewers: 1 } } } },
      map: { others: { viewers: 0 }, members: { d: {} } },
    },
  }
  const body = '{"a":1,"list":[{"b":1,"c":1},{"c":2}],"map":{"d":1,"e":1,"constructor":1}}'
  const seen = async (viewers: readonly number[], validate?: Validate) =>
    JSON.parse(
      (
        await passed(
          { body },
          { 200: json({ projection, visibility }) },
          { viewers, ...(validate && { validate }) },
        )
      ).result.body,
    )

  test('is there for them', async () => {
    expect(await seen([0, 1])).toEqual(JSON.parse(body))
  })

  test('is not there for others, at any depth', async () => {
    expect(await seen([])).toEqual({ list: [{ c: 1 }, { c: 2 }], map: { d: 1 } })
    expect(await seen([1])).toEqual({ list: [{ b: 1, c: 1 }, { c: 2 }], map: { d: 1 } })
    expect(await seen([2, 7])).toEqual({ list: [{ c: 1 }, { c: 2 }], map: { d: 1 } })
  })

  test('was validated before, for everyone alike', async () => {
    const values: unknown[] = []
    const validate: Validate = value => values.push(value) > 0
    await seen([], validate)
    expect(values).toEqual([JSON.parse(body)])
  })
})

describe('text', () => {
  const text: AnswerManifest = { kind: 'text', mediaType: 'text/csv', ...none }

  test('passes as it is, under its declared type', async () => {
    const { result } = await passed(
      { headers: { 'content-type': ['Text/CSV; charset=utf-8'] }, body: 'a,"ä"' },
      { 200: text },
    )
    expect(result).toMatchObject({ body: 'a,"ä"', headers: { 'content-type': 'text/csv; charset=utf-8' } })
  })

  test.each([
    ['another type', { headers: { 'content-type': ['text/html'] } }],
    ['no UTF-8', { body: new Uint8Array([0xc0, 0xaf]) }],
  ])('of %s is 502', async (_, answer) => {
    expect((await passed({ body: 'a', ...answer }, { 200: text })).result.statusCode).toBe(502)
  })
})

describe('bytes', () => {
  const bytes: AnswerManifest = { kind: 'bytes', mediaTypes: ['application/pdf', 'image/png'], ...none }

  test('pass as they are, in base64 for API Gateway', async () => {
    const { result } = await passed(
      { headers: { 'content-type': ['image/png'] }, body: new Uint8Array([0, 255]) },
      { 200: bytes },
    )
    expect(result).toMatchObject({
      body: 'AP8=',
      isBase64Encoded: true,
      headers: { 'content-type': 'image/png' },
    })
  })

  test.each([['text/html'], [''], ['image/*'], ['image/pngx']])('of type "%s" are 502', async type => {
    const { result } = await passed(
      { headers: { 'content-type': [type] }, body: new Uint8Array([0]) },
      { 200: bytes },
    )
    expect(result.statusCode).toBe(502)
  })
})

describe('an answer without a body', () => {
  test('has none, whatever the upstream says', async () => {
    const { result, stripped } = await passed(
      { status: 204, body: 'k3wz9q' },
      { 204: { kind: 'empty', headers: [], cookies: [] } },
    )
    expect([result.statusCode, result.body, stripped.length]).toEqual([204, '', 1])
  })
})

describe('headers of an answer', () => {
  const read = (headers: UpstreamAnswer['headers'], declared: readonly string[] = []) =>
    readAnswerHeaders({ headers }, declared)

  test('pass where they are declared, or say something of the answer alone', () => {
    const decision = read(
      {
        etag: ['"1"'],
        location: ['/deals/1'],
        'x-secret': ['k3wz9q'],
        server: ['x'],
        'x-links': ['<a>', '<b>'],
      },
      ['etag', 'location', 'x-links'],
    )
    expect(decision).toMatchObject({ value: { etag: '"1"', location: '/deals/1', 'x-links': '<a>, <b>' } })
    expect(JSON.stringify(decision)).not.toMatch(/k3wz9q|server/)
  })

  test.each(['a\r\nset-cookie: b=c', 'a\nb', 'a\0', 'a\u007f', 'ä', 'a\u2028'])(
    'with %j in a value refuse the answer',
    value => {
      expect(read({ location: [value] }, ['location'])).toMatchObject(
        note('header location: not plain ASCII'),
      )
    },
  )

  test('that may be there once refuse the answer when they are there twice', () => {
    expect(read({ etag: ['"1"', '"2"'] }, ['etag'])).toMatchObject(note('header etag: sent more than once'))
  })

  test('pass up to 8000 bytes in all', () => {
    expect(read({ location: ['a'.repeat(8000)] }, ['location']).ok).toBe(true)
  })

  test('refuse the answer above that', () => {
    expect(read({ location: ['a'.repeat(8000)], etag: ['b'] }, ['location', 'etag']).ok).toBe(false)
  })

  test('are not found on the prototype', () => {
    expect(read({}, ['constructor', 'tostring'])).toMatchObject({ value: {} })
  })
})

describe('headers and cookies of an answer', () => {
  const read = (location: string) => {
    const cookies = [`a=${'x'.repeat(2990)}`, `b=${'x'.repeat(2990)}`]
    const decision = readAnswerCookies(cookies, ['a', 'b'], roomBeside({ location }))
    return decision.ok ? decision.value.set.join('').length : decision.note
  }

  test('pass up to 8000 bytes together', () => {
    expect(read('l'.repeat(2000))).toBe(6000)
  })

  test('refuse the answer above that', () => {
    expect(read('l'.repeat(2001))).toBe('cookie b: too large')
  })
})

describe('cookies of an answer', () => {
  const set = (...sent: readonly string[]) => {
    const decision = readAnswerCookies(sent, ['session'], 8000)
    return decision.ok ? [decision.value.set, decision.value.dropped] : decision.note
  }

  test('are written anew: always Secure, never for another host', () => {
    expect(
      set(
        'session=a1; Domain=.example.com; path=/; HttpOnly; max-age=60; samesite=strict; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
      ),
    ).toEqual([
      [
        'session=a1; Path=/; HttpOnly; Max-Age=60; SameSite=Strict; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure',
      ],
      0,
    ])
    expect(set('session="a b"')).toBe('cookie session: malformed')
    expect(set('session="ab"; Unheard=of; partitioned')).toEqual([['session="ab"; Partitioned; Secure'], 0])
  })

  test.each(['other=1', '=session=1', 'session', ' session=1', 'Session=1', 'session =1', '; session=1', ''])(
    'that are not declared stay behind: %j',
    text => {
      expect(set(text, 'session=1')).toEqual([['session=1; Secure'], 1])
    },
  )

  test.each([
    'session=a\r\nx: y',
    'session=a\0',
    'session=a b',
    'session=a,b',
    'session="a',
    'session=ä',
    'session=a; Path=b',
    'session=a; Path=/\r\n',
    'session=a; Path',
    'session=a; Path=/; Path=/b',
    'session=a; Max-Age=1e3',
    'session=a; Expires=never',
    'session=a; SameSite=maybe',
    `session=${'a'.repeat(4089)}`,
  ])('that cannot be read in one way refuse the answer: %j', text => {
    expect(set(text)).toBe('cookie session: malformed')
  })

  test('set twice refuse the answer', () => {
    expect(set('session=1', 'session=2')).toBe('cookie session: set more than once')
  })

  test('several leave together', async () => {
    const { result } = await passed(
      { headers: { 'set-cookie': ['a=1', 'b=2', 'c=3'] } },
      { 200: json({ cookies: ['a', 'b'] }) },
    )
    expect(result.multiValueHeaders).toEqual({ 'set-cookie': ['a=1; Secure', 'b=2; Secure'] })
  })

  test('never let a line through, whatever an upstream sends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (value, attribute) => {
        const decision = readAnswerCookies([`session=${value}; Path=/${attribute}`], ['session'], 8000)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
        if (decision.ok) expect(decision.value.set.join('')).not.toMatch(/[\u0000-\u001f\u007f-\uffff]/)
      }),
    )
  })
})

describe('an answer of which nothing is declared, on purpose', () => {
  test('passes as text, with four headers and no cookie', async () => {
    const headers = {
      'content-type': ['text/csv'],
      etag: ['"1"'],
      'set-cookie': ['a=1'],
      location: ['/'],
      'x-secret': ['1'],
    }
    const { result } = await passed({ status: 404, headers, body: 'a,b' }, 'unsafeAny')
    expect(result).toMatchObject({ statusCode: 404, body: 'a,b' })
    const own = ['content-type', 'etag']
    expect(Object.keys(result.headers ?? {})).toEqual(expect.arrayContaining(own))
    expect(JSON.stringify(result)).not.toMatch(/x-secret|location|a=1/)
  })

  test.each([
    [{ status: 500 }, 'upstream.failed'],
    [{ status: 302 }, 'upstream.invalid_response'],
    [{ body: new Uint8Array([0xff]) }, 'upstream.invalid_response'],
    [{ headers: { 'content-encoding': ['gzip'] } }, 'upstream.invalid_response'],
  ])('is still refused as %j', async (answer, reason) => {
    expect((await passed(answer, 'unsafeAny')).denial?.reason).toBe(reason)
  })
})

test('no answer of an upstream is a fault of the gate', async () => {
  const text = fc.string({ unit: 'binary' })
  const answers = fc.record({
    status: fc.integer({ min: 0, max: 999 }),
    headers: fc.dictionary(
      fc.constantFrom('content-type', 'set-cookie', 'etag', 'location', 'content-encoding'),
      fc.array(text, { maxLength: 3 }),
    ),
    body: fc.oneof(text, fc.uint8Array(), fc.json()),
  })
  const statuses: Record<string, AnswerManifest> = {
    200: json({ headers: ['location'], cookies: ['a'] }),
    201: { kind: 'bytes', mediaTypes: ['image/png'], ...none },
    202: { kind: 'text', mediaType: 'text/plain', ...none },
    204: { kind: 'empty', headers: [], cookies: [] },
  }
  await fc.assert(
    fc.asyncProperty(answers, fc.constantFrom(200, 201, 202, 204, null), async (answer, status) => {
      const { result, faults } = await passed({ ...answer, status: status ?? answer.status }, statuses)
      expect([faults.length, [200, 201, 202, 204, 502].includes(result.statusCode)]).toEqual([0, true])
    }),
    { numRuns: 500 },
  )
})

describe('what Lambda carries of an answer', () => {
  // 6 MiB, but for what headers take.
  const most = 6 * 1024 * 1024 - 32 * 1024
  const text = { mediaType: 'text/plain', kind: 'text', ...none } as const
  const bytes = { mediaTypes: ['image/png'], kind: 'bytes', ...none } as const
  const plain = { 'content-type': ['text/plain'] }
  const png = { 'content-type': ['image/png'] }

  test.each([
    ['text', { body: 'a'.repeat(most - 2), headers: plain }],
    ['text that is escaped', { body: '\0'.repeat(Math.floor((most - 2) / 6)), headers: plain }],
    ['bytes', { body: new Uint8Array(((most - 2) / 4) * 3 - 3), headers: png }],
  ])('is passed on up to its limit: %s', async (_, answer) => {
    const { result } = await passed(answer, { 200: answer.headers === png ? bytes : text })
    expect(result.statusCode).toBe(200)
  })

  test.each([
    ['text', { body: 'a'.repeat(most - 1), headers: plain }],
    ['text that is escaped', { body: '\0'.repeat(Math.floor((most - 2) / 6) + 1), headers: plain }],
    ['bytes', { body: new Uint8Array(((most - 2) / 4) * 3 + 3), headers: png }],
  ])('is all that is passed on: %s of one more are 502, and logged', async (_, answer) => {
    const { result, denial } = await passed(answer, { 200: answer.headers === png ? bytes : text })
    expect([result.statusCode, denial]).toMatchObject([502, note('body: larger than Lambda carries')])
    if (answer.headers !== plain) return
    expect((await passed(answer, 'unsafeAny')).result.statusCode).toBe(502)
  })
})
