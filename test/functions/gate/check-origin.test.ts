import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CorsManifest } from '../../../contract/gate-manifest.ts'
import { app, cors, domainName, gateWith, requestFrom, sharingOf } from './origins.ts'

const shared = {
  'access-control-allow-origin': app,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'etag, retry-after',
  vary: 'Origin',
}

type Headers = Readonly<Record<string, readonly string[]>>
type Changes = { readonly declared?: CorsManifest | null; readonly [member: string]: unknown }

async function ask(headers: Headers, { declared = cors, ...changes }: Changes = {}) {
  const gate = gateWith(declared)
  const { statusCode, headers: answered } = await gate.handle(requestFrom(headers, changes))
  return {
    passed: gate.called.length === 1,
    statusCode,
    reason: gate.denied[0]?.reason,
    route: gate.denied[0]?.route,
    sharing: sharingOf(answered),
    writes: gate.state.writes(),
  }
}

describe('a request with an origin', () => {
  test('passes when it is declared, and its pages may read the answer', async () => {
    expect(await ask({ origin: [app] })).toMatchObject({ passed: true, statusCode: 200, sharing: shared })
  })

  test('passes when it is declared, in any spelling of the header’s name', async () => {
    expect((await ask({ ORIGIN: [app] })).passed).toBe(true)
  })

  test('names in the answer the declared origin that asked, not another', async () => {
    const { sharing } = await ask({ origin: ['https://admin.example.com:8443'] })
    expect(sharing['access-control-allow-origin']).toBe('https://admin.example.com:8443')
  })

  test.each([
    ['another host', 'https://evil.example.com'],
    ['the declared one as a prefix', 'https://app.example.com.evil.com'],
    ['the declared one as a suffix', 'https://evil-app.example.com'],
    ['a name below it', 'https://x.app.example.com'],
    ['the name above it', 'https://example.com'],
    ['http', 'http://app.example.com'],
    ['another port', 'https://app.example.com:8443'],
    ['its own port, written out', 'https://app.example.com:443'],
    ['no port, where one is declared', 'https://admin.example.com'],
    ['a longer port', 'https://admin.example.com:84430'],
    ['a final dot', 'https://app.example.com.'],
    ['a path', 'https://app.example.com/'],
    ['upper case', 'https://APP.example.com'],
    ['an upper-case scheme', 'HTTPS://app.example.com'],
    ['a user before the host', 'https://app.example.com@evil.com'],
    ['an escaped dot', 'https://app%2eexample.com'],
    ['a full-width letter', 'https://ａpp.example.com'],
    ['punycode that looks like it', 'https://xn--pp-iia.example.com'],
    ['two in one line', `${app}, https://evil.com`],
    ['two with a space between', `https://evil.com ${app}`],
    ['white space around it', ` ${app} `],
    ['a null byte behind it', `${app}\0`],
    ['nothing', ''],
    ['null, as sandboxed frames and local files have it', 'null'],
    ['every origin', '*'],
    ['a name of every object', 'constructor'],
  ])('is refused before anything else when it is %s', async (_, origin) => {
    // Without a ticket too: the origin is looked at first.
    for (const changes of [{}, { requestContext: {} }]) {
      const answer = await ask({ origin: [origin] }, changes)
      expect(answer).toEqual({
        passed: false,
        statusCode: 403,
        reason: 'origin.not_allowed',
        route: 'PUT /users/{userId}',
        sharing: { vary: 'Origin' },
        writes: 0,
      })
    }
  })

  test.each([
    ['twice', { origin: [app, app] }],
    ['twice, the second foreign', { origin: [app, 'https://evil.com'] }],
    ['in two spellings of the name', { origin: [app], Origin: ['https://evil.com'] }],
  ])('is refused when it comes %s: two readers would take different ones', async (_, headers) => {
    expect(await ask(headers)).toMatchObject({ passed: false, statusCode: 403, sharing: { vary: 'Origin' } })
  })

  test('is refused unless it is, byte for byte, a declared one or the API’s own', async () => {
    const near = fc
      .tuple(fc.constantFrom(...cors.origins), fc.nat(40), fc.string({ maxLength: 3 }), fc.nat(3))
      .map(([origin, at, put, cut]) => origin.slice(0, at) + put + origin.slice(at + cut))
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.webUrl(), near), async origin => {
        const allowed = [...cors.origins, `https://${domainName}`].includes(origin)
        const { passed, sharing } = await ask({ origin: [origin] })
        expect(passed).toBe(allowed)
        expect(sharing['access-control-allow-origin']).toBe(
          cors.origins.includes(origin) ? origin : undefined,
        )
      }),
      { numRuns: 300 },
    )
  })

  test('is refused by an API that declares none, and the answer is shared with nobody', async () => {
    expect(await ask({ origin: [app] }, { declared: null })).toMatchObject({
      passed: false,
      reason: 'origin.not_allowed',
      sharing: {},
    })
  })
})

describe('a page of the API’s own name', () => {
  test.each([[cors], [null]])('may use it, and needs no leave to read the answer', async declared => {
    const { passed, sharing } = await ask({ origin: [`https://${domainName}`] }, { declared })
    expect(passed).toBe(true)
    expect(sharing).toEqual(declared ? { vary: 'Origin' } : {})
  })

  test.each([`http://${domainName}`, `https://${domainName}:444`, 'https://undefined', 'https://'])(
    'is none that comes from %s',
    async origin => {
      expect((await ask({ origin: [origin] })).reason).toBe('origin.not_allowed')
    },
  )

  test('does not exist where API Gateway names no domain', async () => {
    const gate = gateWith(cors)
    for (const named of [undefined, null, 7, {}]) {
      const event = requestFrom({ origin: [`https://${named}`] })
      await gate.handle({ ...event, requestContext: { ...event.requestContext, domainName: named } })
    }
    expect(gate.called).toEqual([])
  })
})

describe('a request without an origin', () => {
  test('passes: programs that are no browsers send none', async () => {
    expect(await ask({})).toMatchObject({ passed: true, sharing: { vary: 'Origin' } })
  })

  test.each([['same-origin'], ['none']])('passes where the browser says of its page: %s', async site => {
    expect((await ask({ 'sec-fetch-site': [site], 'sec-fetch-mode': ['no-cors'] })).passed).toBe(true)
  })

  test.each([
    ['an image or script of another site', { 'sec-fetch-site': ['cross-site'], 'sec-fetch-dest': ['image'] }],
    [
      '… of another name of the same site',
      { 'Sec-Fetch-Site': ['same-site'], 'sec-fetch-mode': ['no-cors'] },
    ],
    [
      'a frame',
      { 'sec-fetch-site': ['cross-site'], 'sec-fetch-mode': ['navigate'], 'sec-fetch-dest': ['iframe'] },
    ],
    ['a word that nobody knows', { 'sec-fetch-site': ['other'] }],
    ['two words', { 'sec-fetch-site': ['none', 'cross-site'] }],
  ])('is refused where the browser says of it: %s', async (_, headers) => {
    for (const declared of [cors, null]) {
      expect(await ask(headers, { declared })).toMatchObject({ passed: false, reason: 'origin.not_allowed' })
    }
  })

  const link = {
    'sec-fetch-site': ['cross-site'],
    'sec-fetch-mode': ['navigate'],
    'sec-fetch-dest': ['document'],
  }

  test('is not refused for its origin when a link was followed, which opens a page of its own', async () => {
    expect((await ask(link, { httpMethod: 'GET' })).reason).not.toBe('origin.not_allowed')
  })

  test('is refused when a form was sent', async () => {
    expect((await ask(link, { httpMethod: 'PUT' })).reason).toBe('origin.not_allowed')
  })
})

describe('a refusal', () => {
  test('can be read by pages of the declared origin, whichever step gave it', async () => {
    for (const changes of [{ requestContext: {} }, { resource: '/undeclared' }, { body: '{' }]) {
      const { statusCode, sharing } = await ask({ origin: [app] }, changes)
      expect(statusCode).toBeGreaterThanOrEqual(400)
      expect(sharing).toEqual(shared)
    }
  })
})
