import { describe, expect, it } from 'vitest'
import type { FunctionResult } from '../../../local/gateway/rest-api.ts'
import {
  API_ARN,
  AUTHORIZER,
  type CloudOptions,
  documentWith,
  GATE,
  guarded,
  operation,
  policyOf,
  returned,
  startApi,
} from './support.ts'

const token = ['Authorization', 'Bearer a']
const paths = { '/deals/{id}': { get: guarded(), delete: guarded() }, '/open': { get: operation() } }

function start(authorizer?: CloudOptions['authorizer'], settings: Record<string, unknown> = {}) {
  return startApi({ body: documentWith(paths, {}, settings), ...(authorizer ? { authorizer } : {}) })
}

describe('a REQUEST authorizer (platform-facts §5.2)', () => {
  it.each([
    ['missing', []],
    ['empty', ['Authorization', '']],
  ])('answers 401 without being invoked when an identity source is %s', async (_case, headers) => {
    const cloud = await start()
    const answer = await cloud.ask('/deals/1', { headers })
    expect(answer.status).toBe(401)
    expect(answer.body).toBe('{"message":"Unauthorized"}')
    expect(answer.headers['x-amzn-errortype']).toBe('UnauthorizedException')
    expect(cloud.calls).toEqual([])
  })

  it('is not asked for an operation without security', async () => {
    const cloud = await start()
    expect((await cloud.ask('/open')).status).toBe(200)
    expect(cloud.eventsOf(AUTHORIZER)).toEqual([])
  })

  it('gets the request without its body, and the ARN of the method with the path as sent', async () => {
    const cloud = await start()
    await cloud.ask('/deals/a%20b/?x=1', { headers: token })
    const [event] = cloud.eventsOf(AUTHORIZER)
    expect(event).toMatchObject({
      type: 'REQUEST',
      methodArn: `${API_ARN}/prod/GET/deals/a%20b/`,
      resource: '/deals/{id}',
      path: '/deals/a%20b/',
      httpMethod: 'GET',
      headers: { Authorization: 'Bearer a' },
      queryStringParameters: { x: '1' },
      pathParameters: { id: 'a%20b' },
      stageVariables: {},
    })
    expect(event).not.toHaveProperty('body')
    expect(event?.requestContext).not.toHaveProperty('authorizer')
  })

  it('hands its context on as strings, with principalId and integrationLatency', async () => {
    const cloud = await start(() =>
      returned(policyOf('Allow', '*', { a: 's', n: 1.5, b: true, principalId: 'forged' })),
    )
    await cloud.ask('/deals/1', { headers: token })
    expect(cloud.gateEvent().requestContext.authorizer).toEqual({
      a: 's',
      n: '1.5',
      b: 'true',
      principalId: 'user-1',
      integrationLatency: 0,
    })
  })

  it('takes the last of several Authorization headers, for the key and in the event', async () => {
    const cloud = await start()
    await cloud.ask('/deals/1', { headers: ['authorization', 'one', 'AUTHORIZATION', 'two'] })
    expect(cloud.eventsOf(AUTHORIZER)[0]).toMatchObject({
      headers: { Authorization: 'two' },
      multiValueHeaders: { Authorization: ['one', 'two'] },
    })
  })

  it.each([
    [
      'an explicit deny',
      policyOf('Deny', '*'),
      'User is not authorized to access this resource with an explicit deny',
    ],
    [
      'no matching allow',
      policyOf('Allow', `${API_ARN}/prod/POST/*`),
      'User is not authorized to access this resource',
    ],
  ])('refuses with 403 and a capital Message for %s', async (_case, result, message) => {
    const cloud = await start(() => returned(result))
    const answer = await cloud.ask('/deals/1', { headers: token })
    expect(answer.status).toBe(403)
    expect(answer.body).toBe(JSON.stringify({ Message: message }))
    expect(cloud.eventsOf(GATE)).toEqual([])
  })

  it('answers 401 when it throws exactly Unauthorized', async () => {
    const cloud = await start(() => ({ kind: 'failed', errorType: 'Error', errorMessage: 'Unauthorized' }))
    const answer = await cloud.ask('/deals/1', { headers: token })
    expect([answer.status, answer.body]).toEqual([401, '{"message":"Unauthorized"}'])
  })

  it.each<[string, FunctionResult, string]>([
    [
      'throws anything else',
      { kind: 'failed', errorType: 'Error', errorMessage: 'unauthorized' },
      'AUTHORIZER_FAILURE',
    ],
    ['times out', { kind: 'timed-out' }, 'AUTHORIZER_FAILURE'],
    ['is throttled', { kind: 'throttled' }, 'AUTHORIZER_FAILURE'],
    ['returns null', returned(null), 'AUTHORIZER_CONFIGURATION_ERROR'],
    [
      'returns no principalId',
      returned({ ...policyOf('Allow', '*'), principalId: '' }),
      'AUTHORIZER_CONFIGURATION_ERROR',
    ],
    ['returns no policy', returned({ principalId: 'a' }), 'AUTHORIZER_CONFIGURATION_ERROR'],
    [
      'returns an unknown member',
      returned({ ...policyOf('Allow', '*'), isAuthorized: true }),
      'AUTHORIZER_CONFIGURATION_ERROR',
    ],
    [
      'nests an object in its context',
      returned(policyOf('Allow', '*', { a: {} })),
      'AUTHORIZER_CONFIGURATION_ERROR',
    ],
    [
      'nests an array in its context',
      returned(policyOf('Allow', '*', { a: [] })),
      'AUTHORIZER_CONFIGURATION_ERROR',
    ],
    [
      'has null in its context',
      returned(policyOf('Allow', '*', { a: null })),
      'AUTHORIZER_CONFIGURATION_ERROR',
    ],
  ])('answers 500 with a null message and caches nothing when it %s', async (_case, result, type) => {
    const cloud = await startApi({
      body: documentWith(paths),
      authorizer: () => result,
      accessLogFormat: '$context.requestId $context.error.responseType',
    })
    for (let i = 0; i < 2; i++) {
      const answer = await cloud.ask('/deals/1', { headers: token })
      expect([answer.status, answer.body]).toEqual([500, '{"message":null}'])
      expect(answer.headers['x-amzn-errortype']).toBe('AuthorizerConfigurationException')
    }
    expect(cloud.logs[0]?.line).toMatch(new RegExp(` ${type}$`))
    expect(cloud.eventsOf(AUTHORIZER)).toHaveLength(2)
    expect(cloud.eventsOf(GATE)).toEqual([])
  })

  it('answers 500 when no permission lets API Gateway call it', async () => {
    const cloud = await startApi({ body: documentWith(paths), mayInvoke: arn => arn !== AUTHORIZER })
    expect((await cloud.ask('/deals/1', { headers: token })).status).toBe(500)
    expect(cloud.calls).toEqual([])
    expect(cloud.sources[0]?.[1]).toMatch(new RegExp(`^${API_ARN}/authorizers/[a-z0-9]{6}$`))
  })

  it('answers 414 when the method ARN is longer than 1600 bytes', async () => {
    const cloud = await start()
    const room = 1600 - `${API_ARN}/prod/GET/deals/`.length
    expect((await cloud.ask(`/deals/${'a'.repeat(room)}`, { headers: token })).status).toBe(200)
    expect((await cloud.ask(`/deals/${'a'.repeat(room + 1)}`, { headers: token })).status).toBe(414)
  })
})

describe('the cache of an authorizer (platform-facts §5.2)', () => {
  it('serves a result until just before its TTL, and not at its TTL', async () => {
    const cloud = await start()
    await cloud.ask('/deals/1', { headers: token })
    cloud.clock.now += 299_999
    await cloud.ask('/deals/1', { headers: token })
    expect(cloud.eventsOf(AUTHORIZER)).toHaveLength(1)
    cloud.clock.now += 1
    await cloud.ask('/deals/1', { headers: token })
    expect(cloud.eventsOf(AUTHORIZER)).toHaveLength(2)
  })

  it.each([
    ['token', '/deals/1', { headers: ['Authorization', 'Bearer b'] }],
    ['method', '/deals/1', { headers: token, method: 'DELETE' }],
  ])('asks again for another %s', async (_case, path, options) => {
    const cloud = await start()
    await cloud.ask('/deals/1', { headers: token })
    await cloud.ask(path, options)
    expect(cloud.eventsOf(AUTHORIZER)).toHaveLength(2)
  })

  it('does not confuse sources whose values run into each other', async () => {
    const cloud = await start(undefined, {
      identitySource: 'method.request.header.A, method.request.querystring.b',
    })
    await cloud.ask('/deals/1?b=z', { headers: ['A', 'x,y'] })
    await cloud.ask('/deals/1?b=y,z', { headers: ['A', 'x'] })
    expect(cloud.eventsOf(AUTHORIZER)).toHaveLength(2)
  })

  it('evaluates a cached policy against the method of each request', async () => {
    const cloud = await start(() => returned(policyOf('Allow', `${API_ARN}/prod/GET/deals/1`)))
    expect((await cloud.ask('/deals/1', { headers: token })).status).toBe(200)
    expect((await cloud.ask('/deals/2', { headers: token })).status).toBe(403)
    expect((await cloud.ask('/deals/1', { headers: token })).status).toBe(200)
    expect(cloud.eventsOf(AUTHORIZER)).toHaveLength(1)
  })

  it('caches a refusal as well', async () => {
    const cloud = await start(() => returned(policyOf('Deny', '*')))
    await cloud.ask('/deals/1', { headers: token })
    expect((await cloud.ask('/deals/1', { headers: token })).status).toBe(403)
    expect(cloud.eventsOf(AUTHORIZER)).toHaveLength(1)
  })

  it('is off at TTL 0, where a missing identity source still asks', async () => {
    const cloud = await start(undefined, { authorizerResultTtlInSeconds: 0 })
    await cloud.ask('/deals/1', { headers: token })
    await cloud.ask('/deals/1', { headers: token })
    await cloud.ask('/deals/1')
    expect(cloud.eventsOf(AUTHORIZER)).toHaveLength(3)
  })
})
