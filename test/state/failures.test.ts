import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { writeControl } from '../../contract/control.ts'
import type { GateManifest, GateRoute } from '../../contract/gate-manifest.ts'
import { subjectKey } from '../../contract/state.ts'
import { ticketContext } from '../../contract/ticket.ts'
import { limitsIn } from '../../functions/gate/open-limits.ts'
import { assembleGate, eventOf, manifest, ticket } from '../functions/gate/parts.ts'
import { answerOf, awsError, hang, reset, stall, startFailingStore } from './failing-store.ts'

let store: Awaited<ReturnType<typeof startFailingStore>>
beforeAll(async () => {
  store = await startFailingStore()
})
afterAll(() => store.close())

const hashKey = Buffer.alloc(32, 7)
const controlsWith = (more: object) =>
  answerOf(JSON.stringify({ Item: { pk: { S: 'x' }, hashKey: { B: hashKey.toString('base64') }, ...more } }))
const controls = controlsWith({})
const counted = (more: object) => JSON.stringify({ Attributes: { 'other.1': { N: '1' }, ...more } })

/**
 * As a table that works: controls, which order nothing unless others are given, and a first count.
 *
 * @param more further attributes of the item that is counted in
 */
const counting =
  (more: (key: string) => object = () => ({}), shared = controls): RequestListener =>
  (request, response) => {
    if (request.headers['x-amz-target'] === 'DynamoDB_20120810.GetItem') return shared(request, response)
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      const { Key, ExpressionAttributeNames: names } = JSON.parse(body)
      const added = Object.values(names as Record<string, string>).find(name => name.includes('.')) ?? ''
      answerOf(counted({ [added]: { N: '1' }, ...more(Key.pk.S) }))(request, response)
    })
  }

/** Everything that can happen instead of an answer. */
const failures = {
  'throttles the table': awsError(
    400,
    'ProvisionedThroughputExceededException',
    'TableWriteProvisionedThroughputExceeded',
  ),
  'throttles all of its kind': awsError(400, 'ThrottlingException', 'TableWriteAccountLimitExceeded'),
  'throttles the account': awsError(400, 'RequestLimitExceeded'),
  'fails inside': awsError(500, 'InternalServerError'),
  'is unavailable': awsError(503, 'ServiceUnavailable'),
  'has no such table': awsError(400, 'ResourceNotFoundException'),
  'has withdrawn the permission': awsError(400, 'AccessDeniedException'),
  'does not know the credentials': awsError(400, 'UnrecognizedClientException'),
  'has let the credentials expire': awsError(400, 'ExpiredTokenException'),
  'cannot decrypt the table': awsError(400, 'KMSAccessDeniedException'),
  'resets every connection': reset,
  'never answers': hang,
  'stops in the middle of an answer': stall,
  'answers with a page': answerOf('<html>', 'text/html'),
  'answers with nothing': answerOf(''),
  'answers without the item': answerOf('{}'),
  'answers without the count': answerOf(counted({})),
} as const

const key = 'PUT /users/{userId}'
const route = manifest.routes[key] as GateRoute
const open: GateManifest = {
  ...manifest,
  routes: { [key]: { ...route, limits: { ...route.limits, openWithoutStore: true } } },
}

const budgetMs = 250

/** A gate whose store is the one that fails; its controls were read before, or not. Time stands still until it is told to go on. */
async function startGate(policy: GateManifest) {
  let atMs = Date.now()
  const now = () => atMs
  const clock = { wall: now, steady: now }
  const limits = limitsIn('state', store.client, { ...policy, state: { budgetMs } }, { clock })
  await limits.limiter.prepare()
  return {
    ...assembleGate({ manifest: policy, limits }),
    later: (ms: number) => {
      atMs += ms
    },
  }
}

beforeEach(() => store.answerWith(controls))

describe.each(Object.entries(failures))('a state table that %s', (_, failure) => {
  test('lets nobody pass, says when to come back, and is counted', async () => {
    const gate = await startGate(manifest)
    store.answerWith(failure)
    const answer = await gate.handle(eventOf())
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } })
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'store.unavailable' })
    expect([gate.called, gate.faults, gate.storeFailures.length]).toEqual([[], [], 1])
    expect(gate.denials.map(({ reason }) => reason)).toEqual(['store.unavailable'])
  })

  test('lets nobody pass either when not even the controls could be read', async () => {
    store.answerWith(failure)
    const gate = await startGate(manifest)
    expect((await gate.handle(eventOf())).statusCode).toBe(503)
    expect(gate.called).toEqual([])
  })

  test('lets pass uncounted where that is declared, and counts that it did', async () => {
    const gate = await startGate(open)
    store.answerWith(failure)
    const answer = await gate.handle(eventOf())
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).not.toHaveProperty('ratelimit')
    expect([gate.called.length, gate.uncounted, gate.storeFailures.length]).toEqual([1, [true], 1])
  })

  test('is left alone for a while: a hundred requests ask it no more', async () => {
    const gate = await startGate(manifest)
    store.answerWith(failure)
    await gate.handle(eventOf())
    const before = store.calls()
    // One, and one more where a connection was cut.
    expect(before).toBeLessThanOrEqual(2)
    for (let i = 0; i < 100; i += 1) expect((await gate.handle(eventOf())).statusCode).toBe(503)
    expect(store.calls()).toBe(before)
  })

  test('is asked again after two seconds at the latest, and serves when it can', async () => {
    const gate = await startGate(manifest)
    store.answerWith(failure)
    for (let i = 0; i < 6; i += 1) {
      await gate.handle(eventOf())
      gate.later(2000)
    }
    store.answerWith(counting())
    expect((await gate.handle(eventOf())).statusCode).toBe(200)
  })
})

describe.each([
  ['says so', awsError(400, 'ThrottlingException', 'TableWriteKeyRangeThroughputExceeded')],
  ['does not say why', awsError(400, 'ProvisionedThroughputExceededException')],
])('a state table that throttles one key, and %s', (_, throttle) => {
  const of = (subject: string) =>
    eventOf({
      pathParameters: { userId: subject },
      requestContext: {
        ...eventOf().requestContext,
        authorizer: ticketContext({ ...ticket, subject, claims: { ...ticket.claims, sub: subject } }),
      },
    })

  test('refuses its caller as one beyond the limit, also where requests may pass uncounted', async () => {
    for (const policy of [manifest, open]) {
      const gate = await startGate(policy)
      store.answerWith(throttle)
      expect((await gate.handle(of('user-1'))).statusCode).toBe(429)
      expect([gate.called, gate.uncounted, gate.denials.map(({ reason }) => reason)]).toEqual([
        [],
        [],
        ['limit.user'],
      ])
      store.answerWith(controls)
    }
  })

  test('holds up nobody else: the key alone is left alone', async () => {
    const gate = await startGate(manifest)
    store.answerWith(throttle)
    await gate.handle(of('user-1'))
    store.answerWith(counting())
    expect((await gate.handle(of('user-2'))).statusCode).toBe(200)
    expect((await gate.handle(of('user-1'))).statusCode).toBe(429)
    gate.later(2000)
    expect((await gate.handle(of('user-1'))).statusCode).toBe(200)
  })

  test('is in trouble when several keys are throttled at once', async () => {
    const gate = await startGate(manifest)
    store.answerWith(throttle)
    const statuses: number[] = []
    for (const name of ['user-1', 'user-2', 'user-3', 'user-4'])
      statuses.push((await gate.handle(of(name))).statusCode)
    expect(statuses).toEqual([429, 429, 503, 503])
  })
})

describe('controls that cannot be read', () => {
  const unreadable = {
    'is no JSON': '{',
    'has an unknown member': JSON.stringify({ ...order(), more: 1 }),
    'is of an unknown kind': JSON.stringify({ ...order(), kind: 'warn' }),
    'lacks its end': JSON.stringify({ ...order(), until: undefined }),
  }

  test.each(Object.entries(unreadable))(
    'refuse their subject where one %s, and nobody else',
    async (_, text) => {
      const gate = await startGate(manifest)
      const subject = subjectKey(hashKey, ticket.issuer, ticket.subject)
      store.answerWith(counting(of => (of === subject ? { quarantine: { S: text } } : {})))
      expect((await gate.handle(eventOf())).statusCode).toBe(503)
      const other = eventOf({
        pathParameters: { userId: 'user-1' },
        requestContext: {
          ...eventOf().requestContext,
          authorizer: { ...eventOf().requestContext.authorizer, issuer: 'https://other.example.com' },
        },
      })
      expect((await gate.handle(other)).statusCode).toBe(200)
    },
  )

  /** What a gate answers, and how often it asked its upstream, where one of everybody's controls is this. */
  const answered = async (text: string) => {
    store.answerWith(counting(undefined, controlsWith({ 'route Api GET /x': { S: text } })))
    const gate = await startGate(manifest)
    return [(await gate.handle(eventOf())).statusCode, gate.called.length]
  }

  test.each(Object.entries(unreadable))(
    'refuse everybody where one that is everybody’s %s',
    async (_, text) => {
      expect(await answered(text)).toEqual([503, 0])
    },
  )

  test('refuse nobody where one that is everybody’s can be read, and is over', async () => {
    expect(await answered(JSON.stringify({ ...order(), until: 1 }))).toEqual([200, 1])
  })
})

function order() {
  return JSON.parse(
    writeControl({ kind: 'quarantine', until: null, issuedBefore: null, by: 'ops', why: 'test', at: 1 }),
  )
}
