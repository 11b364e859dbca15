import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BodyManifest, Parameter } from '../../../contract/gate-manifest.ts'
import { readBody } from '../../../functions/gate/inputs/body.ts'
import * as cookies from '../../../functions/gate/inputs/cookies.ts'
import { Findings } from '../../../functions/gate/inputs/findings.ts'
import { readForm } from '../../../functions/gate/inputs/form.ts'
import * as headers from '../../../functions/gate/inputs/headers.ts'
import { fieldsOf } from '../../../functions/gate/inputs/pairs.ts'
import * as path from '../../../functions/gate/inputs/path.ts'
import * as query from '../../../functions/gate/inputs/query.ts'
import { candidateOf, failureIn, type Validate } from '../../../functions/gate/inputs/validation.ts'
import { targetOf } from '../../../functions/gate/upstreams/http/asked.ts'
import { emptyInput } from './parts.ts'

/** What becomes of reading one place: its value, or what the request would be refused with. */
function reading<T>(read: (findings: Findings) => T) {
  const findings = new Findings()
  const value = read(findings)
  return (
    findings.ambiguity ??
    findings.malformation ??
    findings.invalidity ?? { ok: true as const, value, left: findings.left }
  )
}
const readPath = (raw: Parameters<typeof path.readPath>[0], declared: Parameters<typeof path.readPath>[1]) =>
  reading(findings => path.readPath(raw, declared, findings))
const readQuery = (
  raw: Parameters<typeof query.readQuery>[0],
  declared: Parameters<typeof query.readQuery>[1],
) => reading(findings => query.readQuery(raw, declared, findings))
const readHeaders = (raw: Record<string, string[]>, declared: readonly Parameter[]) =>
  reading(findings => headers.readHeaders(headers.sentHeaders(raw), declared, findings))
const readCookies = (raw: Record<string, string[]>, declared: readonly Parameter[]) =>
  reading(findings => cookies.readCookies(headers.sentHeaders(raw), declared, findings))

const id = (...reserved: string[]) => ({ ...one('id'), reserved })
const one = (name: string, wire: Parameter['wire'] = 'string'): Parameter => ({
  name,
  wire,
  many: false,
  required: true,
})
const list = (name: string): Parameter => ({ ...one(name), many: true })
const invalid = (place: string, name: string) => ({ reason: 'input.invalid', fields: [{ in: place, name }] })
const ambiguous = (place: string, name: string) => ({
  reason: 'input.ambiguous',
  fields: [{ in: place, name }],
})

describe('a path parameter', () => {
  const read = (sent: string) => readPath({ id: sent }, [id('admin')])

  test.each([
    ['plain', 'plain'],
    ['a%20b', 'a b'],
    ['test%2Balias@example.com', 'test+alias@example.com'],
    ['%C3%A9', 'é'],
    ['...', '...'],
    ['100%25', '100%'],
    ['%25zz', '%zz'],
    ['Admin', 'Admin'],
    ['admins', 'admins'],
  ])('%s is read as %s, decoded once', (sent, value) => {
    expect(read(sent)).toMatchObject({ value: { id: value } })
  })

  test.each([
    ['nothing', ''],
    ['an encoded slash', 'a%2Fb'],
    ['an encoded backslash', 'a%5Cb'],
    ['a slash', 'a/b'],
    ['one dot', '.'],
    ['two dots', '..'],
    ['encoded dots', '%2e%2E'],
    ['NUL', 'a%00'],
    ['a line break', 'a%0d%0ab'],
    ['DEL', '%7f'],
    ['a slash encoded twice', 'a%252Fb'],
    ['a broken escape', '%zz'],
    ['half an escape', '%4'],
    ['an overlong slash', '%c0%af'],
    ['half a surrogate', '%ed%a0%80'],
    ['the name of a declared path beside it', 'admin'],
    ['that name, encoded', '%61dmin'],
  ])('is refused with %s', (_, sent) => {
    expect(read(sent)).toMatchObject(invalid('path', 'id'))
  })

  test('is refused when it is missing', () => {
    expect(readPath(null, [id()])).toMatchObject(invalid('path', 'id'))
    expect(readPath({ constructor: 'x' }, [id()])).toMatchObject(invalid('path', 'id'))
  })

  test('arrives at the upstream as one segment of the declared path, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string({ unit: 'binary' }), fc.webQueryParameters()), sent => {
        const decision = read(sent)
        if (!decision.ok) return
        const target = targetOf({ key: 'GET /deals/{id}', path: decision.value, query: [] })
        const { pathname, search, hash, host } = new URL(target, 'https://crm.internal.example.com')
        expect([pathname.split('/').length, search, hash, host]).toEqual([
          3,
          '',
          '',
          'crm.internal.example.com',
        ])
        expect(decodeURIComponent(pathname.slice('/deals/'.length))).toBe(decision.value.id)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a query parameter', () => {
  test('that is declared passes, others do not', () => {
    expect(readQuery({ status: ['open'], admin: ['true'] }, [one('status')])).toMatchObject({
      value: [['status', 'open']],
    })
  })

  test('is known by its exact name', () => {
    const sent = { Status: ['a'], 'status[]': ['b'], 'status ': ['c'], 'status\u0000': ['d'] }
    expect(readQuery(sent, [one('status')])).toMatchObject({ value: [] })
  })

  test('sent twice is ambiguous, also with one value', () => {
    expect(readQuery({ status: ['open', 'open'] }, [one('status')])).toMatchObject(
      ambiguous('query', 'status'),
    )
  })

  test('declared as a list may be sent twice, and keeps its order', () => {
    expect(readQuery({ tag: ['b', 'a'] }, [list('tag')])).toMatchObject({
      value: [
        ['tag', 'b'],
        ['tag', 'a'],
      ],
    })
  })

  test('is not found among what every object inherits', () => {
    expect(readQuery({}, [one('constructor'), one('__proto__')])).toMatchObject({ ok: true, value: [] })
  })

  test('cannot add another one at the upstream', () => {
    const target = targetOf({ key: 'GET /deals', path: {}, query: [['status', 'open&admin=true#x?y=1+2']] })
    expect([...new URL(target, 'https://h').searchParams]).toEqual([['status', 'open&admin=true#x?y=1+2']])
  })
})

describe('a header', () => {
  const declared = [one('accept-language')]

  test('is known in any case', () => {
    expect(readHeaders({ 'Accept-LANGUAGE': ['de'], 'X-Admin': ['1'] }, declared)).toMatchObject({
      value: [['accept-language', 'de']],
    })
  })

  test('sent twice is ambiguous, in one spelling or in two', () => {
    expect(readHeaders({ 'accept-language': ['de', 'en'] }, declared)).toMatchObject(
      ambiguous('header', 'accept-language'),
    )
    expect(readHeaders({ 'accept-language': ['de'], 'Accept-Language': ['de'] }, declared)).toMatchObject(
      ambiguous('header', 'accept-language'),
    )
  })

  test('declared as a list is the same in one line or in several, item by item', () => {
    const many = [{ ...one('x-tags'), many: true }]
    for (const lines of [['a, b,c'], ['a', 'b,c'], ['a', 'b', ' c ']]) {
      expect(readHeaders({ 'X-Tags': lines }, many)).toMatchObject({
        value: [
          ['x-tags', 'a'],
          ['x-tags', 'b'],
          ['x-tags', 'c'],
        ],
      })
    }
    expect(
      fieldsOf([
        ['x-tags', 'a'],
        ['x-tags', 'b'],
      ]),
    ).toEqual({ 'x-tags': 'a, b' })
  })

  test('that the connection calls its own is dropped, declared or not', () => {
    for (const connection of [
      ['Accept-Language'],
      ['close, ACCEPT-language'],
      ['close', 'x,accept-language'],
    ]) {
      expect(readHeaders({ 'accept-language': ['de'], Connection: connection }, declared)).toMatchObject({
        value: [],
        left: new Map(),
      })
    }
    const many = [{ ...one('x-tags'), many: true }]
    expect(readHeaders({ 'x-tags': ['a'], connection: ['x-tags'] }, many)).toMatchObject({
      value: [],
      left: new Map([['header', 1]]),
    })
  })

  test.each([
    ['"a,b", c', ['"a,b"', 'c']],
    ['W/"x,y",  "z"', ['W/"x,y"', '"z"']],
    ['for="[2001:db8::1]:80,x";by=a, for=b', ['for="[2001:db8::1]:80,x";by=a', 'for=b']],
    ['"a\\",b", c', ['"a\\",b"', 'c']],
    ['a\\, b', ['a\\', 'b']],
    ['"", ""', ['""', '""']],
  ])('of a list keeps quoted texts whole: %s', (line, items) => {
    const tags = [list('x-tags')]
    expect(readHeaders({ 'x-tags': [line] }, tags)).toMatchObject({
      value: items.map(item => ['x-tags', item]),
    })
    expect(fieldsOf(items.map(item => ['x-tags', item]))).toEqual({ 'x-tags': items.join(', ') })
  })

  test.each(['"a, b', 'a, "', '"a\\", b', '"a\\'])(
    'of a list is refused where a quoted text does not end: %s',
    line => {
      expect(readHeaders({ 'x-tags': [line, 'x"'] }, [list('x-tags')])).toMatchObject(
        invalid('header', 'x-tags'),
      )
      expect(readHeaders({ 'x-tags': [line] }, [list('x-tags')])).toMatchObject(invalid('header', 'x-tags'))
    },
  )

  test('of exactly 8192 characters is read, and one more is refused', () => {
    expect(readHeaders({ 'accept-language': ['x'.repeat(8192)] }, declared)).toMatchObject({ ok: true })
    expect(readHeaders({ 'accept-language': ['x'.repeat(8193)] }, declared)).toMatchObject(
      invalid('header', 'accept-language'),
    )
  })

  test('that is not declared is counted, unless it comes with every request', () => {
    const sent = {
      'User-Agent': ['x'],
      'Sec-Fetch-Site': ['none'],
      Via: ['1.1 x'],
      'X-Admin': ['1'],
      'X-Id': ['1'],
    }
    expect(readHeaders(sent, declared)).toMatchObject({ left: new Map([['header', 2]]) })
  })

  test.each(['a\r\nx-admin: 1', 'a\n', 'a\u0000', 'é', '\u007f'])('is refused with %j', value => {
    expect(readHeaders({ 'accept-language': [value] }, declared)).toMatchObject(
      invalid('header', 'accept-language'),
    )
  })
})

describe('a cookie', () => {
  test.each(['\u00a0', '\u2000', '\ufeff', '\u000b', '\u0085'])(
    'is not one of another name for having %j before it: `__Host-` is a promise of browsers',
    space => {
      const name = '__Host-session'
      expect(readCookies({ cookie: [`${space}${name}=evil`] }, [one(name)])).toMatchObject({ value: [] })
      expect(readCookies({ cookie: [` \t${name}=mine `] }, [one(name)])).toMatchObject({
        value: [[name, 'mine']],
      })
    },
  )

  const declared = [one('session')]
  const read = (...headers: string[]) => readCookies({ Cookie: headers }, declared)

  test('that is declared passes, others do not', () => {
    expect(read('a=1; session=abc; admin=true')).toMatchObject({ value: [['session', 'abc']] })
  })

  test.each([
    ['one header', ['session=a; session=b']],
    ['two headers', ['session=a', 'session=b']],
    ['one value', ['session=a; session=a']],
  ])('sent twice in %s is ambiguous', (_, headers) => {
    expect(read(...headers)).toMatchObject(ambiguous('cookie', 'session'))
  })

  test.each(['session="a"', 'session=a,b', 'session=a b', 'session=é', 'session=a\\b'])(
    'is refused as %s',
    header => {
      expect(read(header)).toMatchObject(invalid('cookie', 'session'))
    },
  )

  test('is known by its exact name', () => {
    expect(read('Session=a; session_=b; =session; session')).toMatchObject({ value: [] })
  })
})

describe('a body', () => {
  const declared: BodyManifest = {
    kind: 'json',
    types: ['application/json'],
    required: true,
    maxBytes: 20,
    projection: { members: { a: {} } },
  }
  const readAs = (
    as: BodyManifest | null,
    body: string | null,
    type: string[] = ['application/json'],
    more: { isBase64Encoded?: boolean } = {},
  ) => {
    const findings = new Findings()
    const sent = headers.sentHeaders({ 'Content-Type': type })
    const decision = readBody({ body, isBase64Encoded: false, ...more }, sent, as, findings)
    if (!decision.ok) return decision
    return findings.invalidity ?? { ok: true, ...decision.value, left: findings.left }
  }
  const read = (body: string | null, type?: string[], more?: { isBase64Encoded?: boolean }) =>
    readAs(declared, body, type, more)

  test('that is not declared does not exist, and is counted', () => {
    expect(readAs(null, '{"a":1}')).toMatchObject({
      ok: true,
      value: undefined,
      left: new Map([['body', 1]]),
    })
    expect(readAs(null, '')).toMatchObject({ ok: true, value: undefined, left: new Map() })
  })

  test('of exactly the largest size is read', () => {
    expect(read(`{"a":"${'x'.repeat(12)}"}`)).toMatchObject({ ok: true })
  })

  test('one byte larger is refused', () => {
    expect(read(`{"a":"${'x'.repeat(13)}"}`)).toMatchObject({ reason: 'input.too_large' })
  })

  test('is measured in bytes', () => {
    expect(read(`{"a":"${'é'.repeat(6)}"}`)).toMatchObject({ ok: true })
    expect(read(`{"a":"${'é'.repeat(7)}"}`)).toMatchObject({ reason: 'input.too_large' })
  })

  test.each(['application/json', 'application/json;charset=utf-8', 'APPLICATION/JSON ; charset="UTF-8"'])(
    'of type %s is read',
    type => {
      expect(read('{"a":1}', [type])).toMatchObject({ value: { a: 1 } })
    },
  )

  test.each([
    [[]],
    [['text/plain']],
    [['application/json', 'application/json']],
    [['application/json, text/plain']],
    [['application/json; charset=utf-16']],
    [['application/json-patch+json']],
    [['multipart/form-data; boundary=application/json']],
  ])('of types %j is refused', types => {
    expect(read('{"a":1}', types)).toMatchObject({ reason: 'input.media_type' })
  })

  test.each(['{', '{"a":1,}', "{'a':1}", '{"a":NaN}', '\ufeff{"a":1}', '{"a":1}{"a":2}'])(
    '%j is refused',
    text => {
      expect(read(text)).toMatchObject({ reason: 'input.malformed' })
    },
  )

  test('that is not UTF-8 is refused', () => {
    expect(read('eyJhIjoxfQ==', undefined, { isBase64Encoded: true })).toMatchObject({
      reason: 'input.malformed',
    })
  })

  const bytes: BodyManifest = { kind: 'bytes', types: ['image/png'], required: true, maxBytes: 4 }
  const readBytes = (body: string, isBase64Encoded = true) =>
    readAs(bytes, body, ['image/png'], { isBase64Encoded })

  test('of bytes is what stands in base64', () => {
    expect(readBytes('AAH//g==')).toMatchObject({ value: Buffer.from([0, 1, 255, 254]) })
    expect(readBytes('AAH//gA=')).toMatchObject({ reason: 'input.too_large' })
  })

  test.each(['AAH_', 'AAE', 'AAE=AA', 'AA E', 'AAF=', '=', '!', 'AA\n'])(
    'of bytes is refused where that is no base64, or not the only one for these bytes: %j',
    text => {
      expect(readBytes(text)).toMatchObject({ reason: 'input.malformed' })
    },
  )

  test('of bytes is refused as text, which API Gateway does not make of it', () => {
    expect(readBytes('text', false)).toMatchObject({ reason: 'input.malformed' })
    expect(readBytes('AAE=', false)).toMatchObject({ reason: 'input.malformed' })
  })
})

describe('a form', () => {
  test('has its fields named by JSON Pointers, escaped, whatever is wrong with them', () => {
    const findings = new Findings()
    readForm('a%7E%2Fb=1&a%7E%2Fb=2&c%7E%2Fd=3', [one('a~/b')], findings)
    expect(findings.ambiguity).toMatchObject(ambiguous('body', '/a~0~1b'))
    expect(findings.namesLeftIn('body')).toEqual(['/c~0~1d'])
  })
})

describe('text on the wire', () => {
  const read = (wire: Parameter['wire'], text: string) =>
    candidateOf({
      key: 'GET /deals',
      route: {
        access: { kind: 'public' },
        input: { ...emptyInput, query: [one('q', wire)] },
        limits: { cost: 1, layers: [], openWithoutStore: false },
        output: null,
        stub: null,
      },
      ticket: null,
      path: {},
      query: [['q', text]],
      headers: [],
      cookies: [],
      body: undefined,
      bodyType: null,
      sourceIp: '192.0.2.1',
      certificate: null,
    }).query

  test.each([
    ['integer', '0', 0],
    ['integer', '-7', -7],
    ['number', '0.5', 0.5],
    ['boolean', 'true', true],
    ['boolean', 'false', false],
  ] as const)('declared as %s reads %s', (wire, text, value) => {
    expect(read(wire, text)).toEqual(Object.assign(Object.create(null), { q: value }))
  })

  test.each([
    ['integer', ''],
    ['integer', ' 1'],
    ['integer', '01'],
    ['integer', '+1'],
    ['integer', '1.0'],
    ['integer', '1e3'],
    ['integer', '0x10'],
    ['integer', '١'],
    ['integer', '99999999999999999'],
    ['number', 'NaN'],
    ['number', 'Infinity'],
    ['number', '.5'],
    ['number', '1e308'],
    // More digits than a double holds: what was validated would not be what goes on.
    ['number', '100.000000000000001'],
    ['number', '-0'],
    ['integer', '-0'],
    ['integer', '1234567890123456'],
    ['boolean', 'TRUE'],
    ['boolean', '1'],
  ] as const)('declared as %s stays text when it is %j, and so fails its schema', (wire, text) => {
    expect(read(wire, text)).toEqual(Object.assign(Object.create(null), { q: text }))
  })
})

describe('a failure', () => {
  test.each([
    ['', {}, ''],
    ['/0/text', {}, '/0/text'],
    ['/a~1b', {}, '/a~1b'],
    ['', { missingProperty: 'a/b' }, '/a~1b'],
    ['/lines/0', { missingProperty: 'a' }, '/lines/0/a'],
  ])('at %j with %j has the place %j', (instancePath, params, at) => {
    const keyword = 'missingProperty' in params ? 'required' : 'type'
    const errors = [{ instancePath, keyword, params, message: 'must be x' }]
    const validate: Validate = Object.assign(() => false, { errors })
    expect(failureIn(null, validate)).toEqual({
      at,
      detail: keyword === 'required' ? 'is required' : 'must be x',
    })
  })
})

test('a validator that gives up refuses, and says nothing of what it judged before', () => {
  const errors = [{ instancePath: '/k3wz9q', keyword: 'type', params: {}, message: 'must be x' }]
  const validate: Validate = () => {
    throw new RangeError('Maximum call stack size exceeded')
  }
  validate.errors = errors
  expect(failureIn('a', validate)).toEqual({ at: '', detail: 'is not valid' })
})

describe('findings', () => {
  test('ask for no more names than they keep: each could take its time to make', () => {
    const findings = new Findings()
    let made = 0
    const name = () => {
      made += 1
      return `/${made}`
    }
    for (let i = 0; i < 1000; i += 1) {
      findings.undeclared('body', name)
      findings.invalid('body', name, 'must be x')
    }
    expect(made).toBe(40)
    expect(findings.left.get('body')).toBe(1000)
  })

  test('name twenty fields at the most, and no name is longer than 200 characters', () => {
    const findings = new Findings()
    for (let i = 0; i < 50; i += 1) {
      findings.invalid('body', `/${'k'.repeat(300)}${i}`, 'must be x')
      findings.undeclared('query', `${'k'.repeat(300)}${i}`)
      findings.ambiguous('query', `${'k'.repeat(300)}${i}`)
    }
    for (const denial of [findings.invalidity, findings.surplus, findings.ambiguity]) {
      expect(denial?.fields).toHaveLength(20)
      expect(denial?.fields?.every(({ name }) => name.length === 200)).toBe(true)
    }
    expect(findings.left).toEqual(new Map([['query', 50]]))
  })

  test('name what is not declared, however many headers came before it', () => {
    const findings = new Findings()
    for (let i = 0; i < 50; i += 1) findings.undeclared('header', `x-${i}`)
    expect(findings.surplus).toBeUndefined()
    findings.undeclared('body', '/a')
    expect(findings.surplus?.fields).toEqual([{ in: 'body', name: '/a', detail: 'is not declared' }])
    expect([findings.namesLeftIn('header').length, findings.namesLeftIn('body')]).toEqual([20, ['/a']])
  })
})
