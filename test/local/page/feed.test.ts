import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFeed } from '../../../local/page/feed.ts'
import { eventLine, summaryOf } from './played.ts'

const feedOf = (keptMax?: number) => createFeed({ now: () => 1000, ...(keptMax && { keptMax }) })

describe('a decision', () => {
  test('has what API Gateway saw and what the door wrote, joined by the request’s id', () => {
    const feed = feedOf()
    feed.logged(eventLine('other'))
    feed.logged(eventLine('id', { status_detail: 'input.invalid' }))
    feed.answered(summaryOf('id', { status: 400, reason: 'input.invalid query limit, body /title' }))
    expect(feed.decisions()).toEqual([
      {
        id: 1,
        time: 1000,
        method: 'GET',
        path: '/deals',
        route: 'GET /deals',
        principal: 'hash-of-subject',
        decision: 'denied',
        reason: 'input.invalid',
        about: 'query limit, body /title',
        status: 400,
        latencyMs: 12,
        requestId: 'id',
        event: JSON.parse(eventLine('id', { status_detail: 'input.invalid' })),
        unaudited: null,
      },
    ])
  })

  test('is completed by an event that comes after the answer, and told again under its number', () => {
    const feed = feedOf()
    const told: unknown[] = []
    const unlisten = feed.listen(({ id, principal, unaudited }) => told.push([id, principal, unaudited]))
    feed.answered(summaryOf('a'))
    feed.logged(eventLine('a'))
    unlisten()
    feed.answered(summaryOf('b'))
    expect(told).toEqual([
      [1, null, 'no-trail'],
      [1, 'hash-of-subject', null],
    ])
  })

  test.each([
    ['an answer', summaryOf('a'), 'allowed', '', 'no-trail'],
    ['an upstream’s own 404', summaryOf('a', { status: 404 }), 'allowed', '', 'no-trail'],
    [
      'a door’s no',
      summaryOf('a', { status: 403, reason: 'scope.insufficient' }),
      'denied',
      'scope.insufficient',
      'no-trail',
    ],
    [
      'a door’s 5xx',
      summaryOf('a', { status: 503, reason: 'limit.unavailable' }),
      'error',
      'limit.unavailable',
      'no-trail',
    ],
    ['an upstream’s own 500', summaryOf('a', { status: 500 }), 'error', '', 'no-trail'],
    [
      'a path that is not declared',
      summaryOf('a', {
        status: 404,
        resourcePath: null,
        gatewayResponse: { type: 'MISSING_AUTHENTICATION_TOKEN', message: 'x' },
      }),
      'denied',
      'gateway: no such route',
      'gateway',
    ],
    [
      'a request without a token',
      summaryOf('a', { status: 401, gatewayResponse: { type: 'UNAUTHORIZED', message: 'x' } }),
      'denied',
      'gateway: no token',
      'gateway',
    ],
    ['a preflight', summaryOf('a', { method: 'OPTIONS', status: 204 }), 'allowed', '', 'preflight'],
  ] as const)('of %s says so, and why there is no event', (_, summary, decision, reason, unaudited) => {
    const feed = feedOf()
    feed.answered(summary)
    expect(feed.decisions()).toEqual([expect.objectContaining({ decision, reason, unaudited, event: null })])
  })
})

test('a denial of the first door that API Gateway remembered has no event, and says so where there is a trail', () => {
  const feed = feedOf()
  const gatewayResponse = { type: 'ACCESS_DENIED', message: null }
  const remembered = (id: string) =>
    summaryOf(id, { status: 403, reason: 'scope.insufficient', gatewayResponse })
  feed.answered(remembered('a'))
  feed.logged(eventLine('b'))
  feed.answered(remembered('b'))
  feed.answered(remembered('c'))
  expect(feed.decisions().map(({ unaudited }) => unaudited)).toEqual(['no-trail', null, 'cached'])
})

test('a refusal that only the event tells of is one', () => {
  const feed = feedOf()
  const refused = { status_detail: 'scope.insufficient', status_id: 2, status_code: '403' } as const
  const code = { http_response: { code: 403 } }
  feed.logged(
    eventLine('a', {
      ...refused,
      ...code,
      api: { ...JSON.parse(eventLine('a')).api, response: { code: 403 } },
    }),
  )
  feed.answered(summaryOf('a', { status: 403 }))
  expect(feed.decisions()).toEqual([
    expect.objectContaining({ decision: 'denied', reason: 'scope.insufficient' }),
  ])
})

test('lines that are no audit event change nothing', () => {
  const feed = feedOf()
  for (const line of [
    '',
    'class_uid',
    '"class_uid":6003',
    '{"class_uid":6003}',
    '{"class_uid":6003,"api":null}',
    '[6003]',
  ])
    feed.logged(line)
  feed.answered(summaryOf('a'))
  expect(feed.decisions().map(({ event }) => event)).toEqual([null])
})

describe('what a function of the user’s own logs of a caller’s words', () => {
  test.each([
    ['without members', '{"class_uid":6003,"api":{"request":{"uid":"a"}}}'],
    ['with a member of another kind', eventLine('a').replace('"unmapped":{', '"unmapped":{"refused":"x",')],
    ['with a member more', eventLine('a').replace('{', '{"more":1,')],
  ])('is no event %s, whenever it comes', (_, line) => {
    const feed = feedOf()
    feed.logged(line)
    feed.answered(summaryOf('a'))
    feed.logged(line)
    expect(feed.decisions().map(({ event }) => event)).toEqual([null])
  })

  test('does not take the place of the event that a door wrote', () => {
    const forged = eventLine('a', { actor: { user: { uid: 'somebody-else', type_id: 1 } } })
    for (const lines of [[], [summaryOf('a')]]) {
      const feed = feedOf()
      for (const summary of lines) feed.answered(summary)
      feed.logged(eventLine('a'))
      feed.logged(forged)
      if (lines.length === 0) feed.answered(summaryOf('a'))
      feed.logged(forged)
      expect(feed.decisions().map(({ principal }) => principal)).toEqual(['hash-of-subject'])
    }
  })
})

test('an event of 16 KiB is kept; a longer one is said to be too long', () => {
  const padded = (length: number) => {
    const rest = length - eventLine('a', { status_detail: '' }).length
    return eventLine('a', { status_detail: 'x'.repeat(rest) })
  }
  const kept = [16_384, 16_385].map(length => {
    const feed = feedOf()
    feed.logged(padded(length))
    feed.answered(summaryOf('a'))
    return feed.decisions().map(({ event, unaudited }) => [event !== null, unaudited])
  })
  expect(kept).toEqual([[[true, null]], [[false, 'too-long']]])
})

test('keeps the latest decisions only, whatever comes in whatever order, and counts them on', () => {
  const coming = fc.array(fc.record({ id: fc.nat(30).map(String), logged: fc.boolean() }), { maxLength: 200 })
  fc.assert(
    fc.property(coming, all => {
      const feed = feedOf(5)
      const told = new Map<number, unknown>()
      feed.listen(decision => told.set(decision.id, decision))
      for (const { id, logged } of all) {
        if (logged) feed.logged(eventLine(id))
        else feed.answered(summaryOf(id))
      }
      const kept = feed.decisions()
      expect(kept.length).toBeLessThanOrEqual(5)
      for (const decision of kept) {
        expect(told.get(decision.id)).toEqual(decision)
        expect(decision.event === null || decision.event.api.request.uid === decision.requestId).toBe(true)
      }
    }),
  )
})
