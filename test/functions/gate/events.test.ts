import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { securityHeaders } from '../../../contract/headers.ts'
import { ticketContext } from '../../../contract/ticket.ts'
import { assembleGate, eventOf, ticket } from './parts.ts'

/** A no that API Gateway can hand on: a status, a problem document, our headers, and nothing besides. */
function expectWellFormedNo(answer: unknown) {
  const { statusCode, headers, body, ...rest } = answer as Record<string, unknown>
  expect(statusCode).toBeGreaterThanOrEqual(400)
  expect(rest).toEqual({})
  expect(headers).toMatchObject({ ...securityHeaders, 'content-type': 'application/problem+json' })
  expect(JSON.parse(String(body))).toMatchObject({
    type: 'about:blank',
    status: statusCode,
    code: expect.any(String),
  })
}

const names = Object.keys(eventOf())

describe('an event without a ticket of the first door', () => {
  test.each([
    ['null', null],
    ['undefined', undefined],
    ['text', 'event'],
    ['a number', 7],
    ['a list', []],
    ['nothing', {}],
    [
      'an event of an HTTP API',
      { version: '2.0', routeKey: 'PUT /users/{userId}', rawPath: '/users/user-1' },
    ],
    ['an event of a queue', { Records: [{ eventSource: 'aws:sqs', body: '{}' }] }],
    ['a schedule', { 'detail-type': 'Scheduled Event', source: 'aws.events' }],
  ])('is refused in due form: %s', async (_, event) => {
    const gate = assembleGate()
    expectWellFormedNo(await gate.handle(event))
    expect(gate.called).toEqual([])
  })

  test('is refused in due form, whatever it is', async () => {
    const gate = assembleGate()
    const event = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...names), fc.jsonValue()),
      fc
        .dictionary(fc.constantFrom(...names), fc.jsonValue())
        .map(changes => eventOf({ requestContext: { extendedRequestId: 'x' }, ...changes })),
    )
    await fc.assert(
      fc.asyncProperty(event, async given => expectWellFormedNo(await gate.handle(given))),
      { numRuns: 1000 },
    )
    expect(gate.called).toEqual([])
  })
})

describe('an event with a ticket', () => {
  test('passes with declared input or is refused in due form, whatever else is in it', async () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('content-type', 'Content-Type', 'userId', '__proto__'), fc.jsonValue()),
      fc.constantFrom('{"title":"a"}', '{', '', null, '{"__proto__":{"title":"a"}}'),
    )
    const changes = fc.dictionary(
      fc.constantFrom(...names.filter(name => !['httpMethod', 'resource', 'requestContext'].includes(name))),
      odd,
    )
    await fc.assert(
      fc.asyncProperty(changes, async given => {
        const gate = assembleGate()
        const answer = await gate.handle(eventOf(given))
        if (answer.statusCode !== 200) return expectWellFormedNo(answer)
        expect(gate.called).toHaveLength(1)
        expect(gate.called[0]?.path).toEqual({ userId: 'user-1' })
        expect(Object.keys(gate.called[0]?.body as object)).toEqual(['title'])
      }),
      { numRuns: 1000 },
    )
  })

  test('is refused when any part of the ticket is replaced', async () => {
    const context = ticketContext(ticket)
    // Another caller's ticket is a ticket.
    const ofCaller = ['client', 'issuer', 'tokenId', 'issuedAt', 'expiresAt', 'viewers']
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(context).filter(name => !ofCaller.includes(name))),
        fc.jsonValue(),
        async (name, value) => {
          fc.pre(value !== context[name])
          const gate = assembleGate()
          const authorizer = { ...context, [name]: value }
          const answer = await gate.handle(eventOf({ requestContext: { authorizer } }))
          // Another subject is another caller, whose claim does not fit this path unless it says so itself.
          if (name === 'subject' && typeof value === 'string' && value) expect(answer.statusCode).toBe(200)
          else expectWellFormedNo(answer)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('is answered with security headers that win over the upstream', async () => {
    const answer = await assembleGate().handle(eventOf())
    expect(answer).toEqual({
      statusCode: 200,
      headers: {
        'content-type': 'application/json',
        ...securityHeaders,
        'ratelimit-policy': '"user";q=2;w=60',
        ratelimit: '"user";r=1;t=62',
      },
      body: '{}',
    })
  })
})
