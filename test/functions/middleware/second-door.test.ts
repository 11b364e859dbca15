import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type BodyManifest,
  type GateManifest,
  type GateRoute,
  readGateManifest,
} from '../../../contract/gate-manifest.ts'
import { securityHeaders } from '../../../contract/headers.ts'
import { ticketContext } from '../../../contract/ticket.ts'
import { openDoorInside } from '../../../functions/middleware/door.ts'
import { asMiddleware } from '../../../functions/middleware/second-door.ts'
import { TooLate } from '../../../functions/runtime/within.ts'
import { eventOf, manifest, nowMs, openValidators, ticket } from '../gate/parts.ts'
import { silentTelemetry } from '../silent-telemetry.ts'

const key = 'PUT /users/{userId}'
const route = manifest.routes[key] as GateRoute

type Handler = (request: Record<string, unknown>) => unknown
interface Assembled {
  /** Middlewares of the user's own: before the door, and behind it. */
  readonly outer?: middy.MiddlewareObj
  readonly later?: middy.MiddlewareObj
  readonly route?: Partial<GateRoute>
  readonly manifest?: Partial<GateManifest>
}

const none = { cost: 1, layers: [], openWithoutStore: false }

/** A user's function whose route needs no counters, with what it was called with. */
function assemble(handler: Handler = () => ({ status: 200, body: {} }), given: Assembled = {}) {
  const { telemetry, denials, faults, statuses, stripped, outcomes } = silentTelemetry()
  const called: Array<Record<string, unknown>> = []
  const policy: GateManifest = readGateManifest({
    ...manifest,
    upstream: { kind: 'direct' },
    state: null,
    routes: { [key]: { ...route, limits: none, ...given.route } },
    ...given.manifest,
  })
  const door = openDoorInside(
    {
      manifest: policy,
      validators: {
        [key]: {
          ...openValidators(route.input),
          body: {
            whole: value => typeof value === 'object',
            required: ['title'],
            members: { title: value => typeof value === 'string' },
          },
        },
      },
      outputs: { [key]: { 200: () => true } },
    },
    { environment: {}, now: () => nowMs, telemetry },
  )
  const run = middy({ timeoutEarlyInMillis: 0 })
  if (given.outer) run.use(given.outer)
  run.use(asMiddleware(door))
  if (given.later) run.use(given.later)
  run.handler((async (request: Record<string, unknown>) => {
    called.push(request)
    return handler(request)
  }) as never)
  return {
    called,
    denials,
    faults,
    statuses,
    stripped,
    outcomes,
    handle: (event: unknown = eventOf()) =>
      run(event as never, { awsRequestId: 'aws-1' } as Context) as Promise<{
        statusCode: number
        headers: Record<string, string>
        multiValueHeaders?: Record<string, string[]>
        body: string
      }>,
  }
}
const reasons = ({ denials }: ReturnType<typeof assemble>) => denials.map(({ reason }) => reason)

const thrower = {
  enumerable: true,
  get: (): never => {
    throw new Error('a secret')
  },
}

describe('a handler behind the door', () => {
  test('is given a request whose every member is declared, and its answer goes back as declared', async () => {
    const fn = assemble(() => ({ status: 200, body: { ok: true, spy: 1 }, headers: { 'x-spy': '1' } }))
    const answer = await fn.handle(eventOf({ body: '{"title":"a","x":1}', secret: 'undeclared' }))
    expect(fn.called).toEqual([
      {
        route: key,
        path: { userId: 'user-1' },
        query: {},
        headers: {},
        cookies: {},
        body: { title: 'a' },
        principal: { iss: 'https://login.example.com', sub: 'user-1' },
      },
    ])
    expect([answer.statusCode, answer.body]).toEqual([200, '{"ok":true}'])
    expect(answer.headers).not.toHaveProperty('x-spy')
    expect(fn.stripped.map(({ place, count }) => [place, count])).toEqual([
      ['body', 1],
      ['output', 1],
    ])
    expect(fn.statuses).toEqual([200])
  })

  test('is told the token where its route says that it goes on', async () => {
    const fn = assemble(undefined, { route: { input: { ...route.input, forwardAuthorization: true } } })
    await fn.handle(
      eventOf({
        multiValueHeaders: { 'content-type': ['application/json'], Authorization: ['bearer a.b.c'] },
      }),
    )
    expect(fn.called[0]?.headers).toEqual({ authorization: 'Bearer a.b.c' })
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'text'],
    ['a list', [200]],
    ['no status', { body: {} }],
    ['a status in words', { status: '200', body: {} }],
    ['half a status', { status: 200.5, body: {} }],
    ['no body', { status: 200 }],
    ['a function as body', { status: 200, body: () => 1 }],
    ['a bigint', { status: 200, body: { ok: 1n } }],
    ['a member more', { status: 200, body: {}, statusCode: 200 }],
    ['headers in a list', { status: 200, body: {}, headers: [['a', 'b']] }],
    ['a header that is a number', { status: 200, body: {}, headers: { etag: 1 } }],
    ['cookies as a header', { status: 200, body: {}, headers: { 'Set-Cookie': 'a=b' } }],
    ['headers that are of the web', { status: 200, body: {}, headers: new Headers({ etag: '1' }) }],
    ['headers in a map', { status: 200, body: {}, headers: new Map([['etag', '1']]) }],
    ['cookies in a map', { status: 200, body: {}, cookies: new Map([['session', 'a']]) }],
    ['a response of the web', new Response('a')],
    ['one header in two spellings', { status: 200, body: {}, headers: { ETag: '1', etag: '2' } }],
    ['two types', { status: 200, body: {}, type: 'a/b', headers: { 'Content-Type': 'application/json' } }],
    [
      'attributes in a cookie’s name',
      { status: 200, body: {}, cookies: { 'session=a; Domain=evil.com; x': '' } },
    ],
    ['a cookie without a name', { status: 200, body: {}, cookies: { '': 'session=a' } }],
    ['headers that throw', { status: 200, body: {}, headers: Object.defineProperty({}, 'etag', thrower) }],
    ['a status that throws', Object.defineProperty({}, 'status', thrower)],
    ['a body that throws', { status: 200, body: { toJSON: thrower.get } }],
    [
      'headers behind a proxy that throws',
      { status: 200, body: {}, headers: new Proxy({}, { ownKeys: thrower.get }) },
    ],
    ['a type that is none', { status: 200, body: {}, type: 7 }],
    ['another type', { status: 200, body: {}, type: 'text/html' }],
    ['packed bytes', { status: 200, body: {}, headers: { 'Content-Encoding': 'gzip' } }],
  ])('that answers %s gives 502, and no fault', async (_, answer) => {
    const fn = assemble(() => answer)
    expect((await fn.handle()).statusCode).toBe(502)
    expect([reasons(fn), fn.faults]).toEqual([['upstream.invalid_response'], []])
  })

  test('may leave members undefined, which types allow of what may be left out', async () => {
    const fn = assemble(() => ({ status: 200, body: {}, headers: { etag: undefined }, cookies: undefined }))
    expect((await fn.handle()).statusCode).toBe(200)
  })

  test.each<[string, unknown, [number, string]]>([
    [
      'text with its type',
      { status: 200, body: '<a>', headers: { 'content-type': 'text/csv' } },
      [200, '<a>'],
    ],
    ['no body', { status: 404 }, [404, '']],
    ['an object', { status: 200, body: {} }, [502, 'upstream.invalid_response']],
    ['a redirect', { status: 302, body: '' }, [502, 'upstream.invalid_response']],
    ['a failure', { status: 500, body: 'stack' }, [502, 'upstream.failed']],
  ])('on a route of Output.unsafeAny answers with %s', async (_, answer, [status, body]) => {
    const fn = assemble(() => answer, { route: { output: { kind: 'unsafeAny' } } })
    const response = await fn.handle()
    expect([response.statusCode, response.body]).toEqual([
      status,
      status === 502 ? expect.stringContaining(body) : body,
    ])
  })

  test('that throws gives 502; the kind and place of its error are logged as a fault', async () => {
    const error = new TypeError('a secret')
    const fn = assemble(() => {
      throw error
    })
    const answer = await fn.handle()
    expect([answer.statusCode, answer.body]).toEqual([502, expect.not.stringContaining('secret')])
    expect([reasons(fn), fn.faults]).toEqual([['upstream.failed'], [error]])
    expect(JSON.stringify(fn.denials)).not.toContain('secret')
  })

  test.each<[string, unknown]>([
    ['an error whose trace is no text', Object.assign(new Error('a secret'), { stack: 7 })],
    ['an error whose words are none', Object.assign(new Error(), { message: {}, name: Symbol('a') })],
    ['an error whose name throws', Object.defineProperty(new Error('a secret'), 'name', thrower)],
    ['what throws when it is looked at', Object.defineProperty({}, 'name', thrower)],
    ['a proxy that throws', new Proxy({}, { get: thrower.get, getPrototypeOf: thrower.get })],
    ['a text', 'a secret'],
  ])('that throws %s gives 502', async (_, thrown) => {
    const fn = assemble(() => {
      throw thrown
    })
    expect((await fn.handle()).statusCode).toBe(502)
    expect(reasons(fn)).toEqual(['upstream.failed'])
  })

  test('is given bytes with memory of their own: none of another caller’s is behind them', async () => {
    const bytes: BodyManifest = {
      kind: 'bytes',
      types: ['image/png'],
      required: true,
      maxBytes: 20,
    }
    const fn = assemble(() => ({ status: 200, body: {} }), {
      route: { input: { ...route.input, body: bytes } },
    })
    const send = (text: string) =>
      fn.handle(
        eventOf({
          multiValueHeaders: { 'content-type': ['image/png'] },
          body: Buffer.from(text).toString('base64'),
          isBase64Encoded: true,
        }),
      )
    await send('another')
    await send('mine')
    const { body } = fn.called[1] as { body: { type: string; bytes: Uint8Array } }
    expect(body).toEqual({ type: 'image/png', bytes: new Uint8Array(Buffer.from('mine')) })
    expect([Buffer.isBuffer(body.bytes), Buffer.from(body.bytes.buffer).toString()]).toEqual([false, 'mine'])
  })

  test.each([
    ['middy', Object.assign(new Error('[A]'), { name: 'TimeoutError', cause: { package: '@middy/core' } })],
    ['the door', new TooLate('not within 1 ms')],
  ])('that is ended by %s before Lambda would end it gives 504, and is recorded', async (_, error) => {
    const fn = assemble(() => {
      throw error
    })
    expect((await fn.handle()).statusCode).toBe(504)
    expect(reasons(fn)).toEqual(['upstream.timeout'])
    expect(fn.outcomes).toEqual([expect.objectContaining({ status: 504, decided: expect.anything() })])
  })
})

describe('middlewares of the user’s own', () => {
  test('behind the door find nothing of the raw event, whatever the door found out', async () => {
    let found = ''
    const fn = assemble(undefined, {
      later: {
        before: request => {
          found = JSON.stringify(request, (name, value) => (name === 'context' ? undefined : value))
          expect(request.internal).toEqual({})
        },
      },
    })
    await fn.handle(
      eventOf({
        secret: 'hidden',
        multiValueHeaders: { 'content-type': ['application/json'], a: ['hidden'] },
      }),
    )
    expect(found).toContain('"title":"a"')
    expect(found).not.toMatch(/hidden|policy-1|requestContext/)
  })

  test.each(['before', 'after'] as const)(
    'that answer in its place (%s) are a failure: nothing gets past the outputs',
    async hook => {
      const fn = assemble(undefined, { later: { [hook]: () => ({ statusCode: 200, body: 'a secret' }) } })
      const answer = await fn.handle()
      expect([answer.statusCode, answer.body]).toEqual([502, expect.not.stringContaining('secret')])
      expect(fn.statuses).toEqual([502])
    },
  )

  const secret = { statusCode: 200, body: 'a secret' }
  const answers = () => secret

  test.each<[string, unknown]>([
    ['an exception', new Error('a')],
    ['null', null],
    ['nothing', undefined],
  ])('that answer for its failure are not heard: %s', async (_, thrown) => {
    const fn = assemble(
      () => {
        throw thrown
      },
      {
        later: {
          onError: request => {
            request.error = null
            request.response = secret
            return secret
          },
        },
      },
    )
    const { statusCode, body } = await fn.handle()
    expect([statusCode, body]).toEqual([502, expect.stringContaining('upstream.failed')])
    expect([reasons(fn), fn.faults, fn.statuses]).toEqual([['upstream.failed'], [thrown], [502]])
  })

  test('that refuse are heard as a failure, and the handler is not', async () => {
    const refuse = (request: middy.Request) => {
      Reflect.set(request, 'earlyResponse', secret)
      return secret
    }
    const fn = assemble(undefined, { later: { before: refuse } })
    expect([(await fn.handle()).statusCode, fn.called]).toEqual([502, []])
  })

  test.each<[string, () => unknown]>([
    ['answer', answers],
    [
      'throw',
      () => {
        throw new Error('later')
      },
    ],
  ])('hear nothing of what the door refuses, and cannot %s for it', async (_, onError) => {
    const fn = assemble(undefined, { later: { onError, after: onError } })
    const { statusCode, body, headers } = await fn.handle(eventOf({ body: '{"title":7}' }))
    expect([statusCode, body]).toEqual([400, expect.stringContaining('input.invalid')])
    expect(headers).toMatchObject(securityHeaders)
    expect([reasons(fn), fn.called, fn.statuses]).toEqual([['input.invalid'], [], [400]])
  })

  // Nobody can catch for middy what it throws: but that there was a failure is known.
  test('that fail at its failure make the function fail, which is logged all the same', async () => {
    const fn = assemble(
      () => {
        throw new Error('a')
      },
      {
        later: {
          onError: () => {
            throw new Error('b')
          },
        },
      },
    )
    await expect(fn.handle()).rejects.toThrow('b')
    expect([reasons(fn), fn.statuses]).toEqual([['upstream.failed'], [502]])
  })

  test('cannot answer for a door that does not open', async () => {
    const fn = assemble(undefined, {
      later: { onError: answers },
      route: { access: { ...route.access, rule: 'claims.' } as GateRoute['access'] },
    })
    await expect(fn.handle()).rejects.toThrow()
    expect(fn.called).toEqual([])
  })

  test.each<[string, (request: middy.Request) => void]>([
    [
      'answered without an end',
      request => {
        request.response = secret
      },
    ],
    [
      'read the body',
      request => {
        request.event.body = { title: 'a' }
      },
    ],
    [
      'took the event away',
      request => {
        request.event = undefined
      },
    ],
  ])('before the door that %s are a fault, and the handler hears nothing', async (_, before) => {
    const fn = assemble(undefined, { outer: { before } })
    const { statusCode, body } = await fn.handle()
    expect([statusCode, body]).toEqual([500, expect.not.stringContaining('secret')])
    expect([reasons(fn), fn.called]).toEqual([['gateway.fault'], []])
  })

  test('that fail before the door make the function fail, and the handler hears nothing', async () => {
    const fn = assemble(undefined, {
      outer: {
        before: () => {
          throw new Error('outer')
        },
      },
    })
    await expect(fn.handle()).rejects.toThrow('outer')
    expect([fn.called, fn.statuses]).toEqual([[], []])
  })

  // The door has answered by then: what goes back is not its answer, and it counts no second one.
  test('that fail once the door has answered make the function fail, and the answer is counted once', async () => {
    const fn = assemble(undefined, {
      outer: {
        after: () => {
          throw new Error('outer')
        },
      },
    })
    await expect(fn.handle()).rejects.toThrow('outer')
    expect([fn.called.length, fn.statuses, reasons(fn), fn.faults]).toEqual([1, [200], [], []])
  })

  test('that fail once the door has answered for a failure make the function fail, and it is counted once', async () => {
    const fn = assemble(() => ({ status: 500 }), {
      outer: {
        after: () => {
          throw new Error('outer')
        },
      },
    })
    await expect(fn.handle()).rejects.toThrow('outer')
    expect([fn.statuses, reasons(fn), fn.faults]).toEqual([[502], ['upstream.failed'], []])
  })

  test('may answer for what fails once the door has answered', async () => {
    const fn = assemble(undefined, {
      outer: {
        after: () => {
          throw new Error('outer')
        },
        onError: request => {
          request.response = { statusCode: 503, body: 'outer' }
        },
      },
    })
    expect([(await fn.handle()).statusCode, fn.statuses]).toEqual([503, [200]])
  })
})

describe('the door inside', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['another route', { resource: '/other' }, 'route.undeclared'],
    ['a preflight', { httpMethod: 'OPTIONS' }, 'route.undeclared'],
    ['no ticket', { requestContext: {} }, 'ticket.missing'],
    [
      'a ticket of another policy',
      { requestContext: { authorizer: ticketContext({ ...ticket, fingerprint: 'policy-2' }) } },
      'ticket.outdated',
    ],
    ['an invalid body', { body: '{"title":7}' }, 'input.invalid'],
    ['another user’s path', { pathParameters: { userId: 'user-2' } }, 'claim.path_mismatch'],
    [
      'a rule that does not hold',
      {
        requestContext: {
          authorizer: ticketContext({ ...ticket, claims: { ...ticket.claims, plan: 'free' } }),
        },
      },
      'rule.not_met',
    ],
  ])('refuses %s before the handler', async (_, changes, reason) => {
    const fn = assemble()
    await fn.handle(eventOf(changes))
    expect([reasons(fn), fn.called, fn.faults]).toEqual([[reason], [], []])
  })

  test('lets nothing pass where a limit is declared and cannot be counted', async () => {
    const fn = assemble(undefined, { route: { limits: route.limits } })
    expect((await fn.handle()).statusCode).toBe(503)
    expect(fn.called).toEqual([])
  })

  test('lets nothing pass without its table, or with a rule that cannot be read', async () => {
    const tableless = assemble(undefined, {
      route: { limits: route.limits },
      manifest: { state: { table: { env: 'SALLYPORT_STATE_TABLE' }, budgetMs: 150 } },
    })
    const ruleless = assemble(undefined, {
      route: { access: { ...route.access, rule: 'claims.' } as GateRoute['access'] },
    })
    for (const fn of [tableless, ruleless]) {
      await expect(fn.handle()).rejects.toThrow()
      expect(fn.called).toEqual([])
    }
  })

  test('answers any event in due form, and calls no handler without a ticket', async () => {
    const fn = assemble()
    const event = fc.oneof(
      fc.jsonValue(),
      fc
        .dictionary(fc.constantFrom(...Object.keys(eventOf())), fc.jsonValue())
        .map(changes => eventOf({ requestContext: {}, ...changes })),
    )
    await fc.assert(
      fc.asyncProperty(event, async given => {
        const { statusCode, body } = await fn.handle(given)
        expect(JSON.parse(body)).toMatchObject({ status: statusCode })
      }),
      { numRuns: 300 },
    )
    expect(fn.called).toEqual([])
  })
})

test('a request to a function with a door of its own is recorded as a gate’s is, whoever it was that failed', async () => {
  const failing = assemble(() => {
    throw new Error('secret detail')
  })
  await failing.handle()
  const told = { route: key, decided: { method: 'PUT', requestId: 'id-1', principal: { subject: 'user-1' } } }
  expect(failing.outcomes).toMatchObject([{ ...told, status: 502 }])
  const passing = assemble()
  await passing.handle()
  expect(passing.outcomes).toMatchObject([{ ...told, status: 200 }])
})
