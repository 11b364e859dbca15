import { describe, expect, it } from 'vitest'
import { documentWith, operation, startApi } from './support.ts'

const body = documentWith({
  '/deals/{id}': { get: operation(), post: operation() },
  '/': { post: operation() },
})

describe('the proxy event (platform-facts §5.4)', () => {
  it('has the members of a REST API event', async () => {
    const cloud = await startApi({ body })
    await cloud.ask('/deals/1?a=1', { headers: ['User-Agent', 'test/1'] })
    const event = cloud.gateEvent()
    expect(Object.keys(event).sort()).toEqual([
      'body',
      'headers',
      'httpMethod',
      'isBase64Encoded',
      'multiValueHeaders',
      'multiValueQueryStringParameters',
      'path',
      'pathParameters',
      'queryStringParameters',
      'requestContext',
      'resource',
      'stageVariables',
    ])
    expect(event.requestContext).toMatchObject({
      resourcePath: '/deals/{id}',
      httpMethod: 'GET',
      path: '/prod/deals/1',
      stage: 'prod',
      apiId: 'abc123',
      accountId: '123456789012',
      protocol: 'HTTP/1.1',
      requestTimeEpoch: 1_700_000_000_000,
      requestTime: '14/Nov/2023:22:13:20 +0000',
      domainName: 'api.example.com',
      domainPrefix: 'api',
      identity: { sourceIp: '127.0.0.1', userAgent: 'test/1', userArn: null },
    })
    expect(event.requestContext).not.toHaveProperty('authorizer')
  })

  it('has null for what is absent', async () => {
    const cloud = await startApi({ body })
    await cloud.ask('/?', { method: 'POST' })
    expect(cloud.gateEvent()).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
    })
  })

  it('keeps the last value of headers and queries, and all of them in the multi-value members', async () => {
    const cloud = await startApi({ body })
    await cloud.ask('/deals/1?q=1&q=2', { headers: ['X-A', 'one', 'X-A', 'two'] })
    expect(cloud.gateEvent()).toMatchObject({
      headers: { 'X-A': 'two' },
      multiValueHeaders: { 'X-A': ['one', 'two'] },
      queryStringParameters: { q: '2' },
      multiValueQueryStringParameters: { q: ['1', '2'] },
    })
  })

  it('decodes query strings, + to a space, and splits at ; too', async () => {
    const cloud = await startApi({ body })
    await cloud.ask('/deals/1?a%20b=c%2Bd+e;f&g=%zz&=h&i=j=k')
    expect(cloud.gateEvent().queryStringParameters).toEqual({
      'a b': 'c+d e',
      f: '',
      g: '%zz',
      '': 'h',
      i: 'j=k',
    })
  })

  it('keeps the case of header names, except of Authorization and User-Agent', async () => {
    const cloud = await startApi({ body })
    await cloud.ask('/deals/1', { headers: ['x-lOWER', '1', 'aUTHORIZATION', 'a', 'uSER-aGENT', 'u'] })
    expect(cloud.gateEvent().headers).toMatchObject({ 'x-lOWER': '1', Authorization: 'a', 'User-Agent': 'u' })
  })

  it('treats parameters and headers called __proto__ as any other', async () => {
    const cloud = await startApi({ body })
    await cloud.ask('/deals/1?__proto__=1', { headers: ['__proto__', '2'] })
    const event = cloud.gateEvent()
    expect(Object.entries(event.queryStringParameters ?? {})).toEqual([['__proto__', '1']])
    expect(Object.keys(event.headers ?? {})).toContain('__proto__')
  })

  it('drops the headers that end at API Gateway', async () => {
    const cloud = await startApi({ body })
    const dropped = [
      'Connection',
      'Content-MD5',
      'Max-Forwards',
      'Proxy-Authenticate',
      'Server',
      'TE',
      'WWW-Authenticate',
    ]
    await cloud.ask('/deals/1', {
      method: 'POST',
      body: 'x',
      headers: dropped.flatMap(name => [name, name === 'Connection' ? 'close' : 'x']),
    })
    const names = Object.keys(cloud.gateEvent().headers ?? {}).map(name => name.toLowerCase())
    for (const name of [...dropped, 'Content-Length', 'Transfer-Encoding']) {
      expect(names).not.toContain(name.toLowerCase())
    }
  })

  it('adds where the request came from, and does not let a client claim port, protocol or an address alone', async () => {
    const cloud = await startApi({ body })
    await cloud.ask('/deals/1', {
      headers: ['x-forwarded-for', '1.2.3.4', 'x-forwarded-port', '80', 'X-FORWARDED-PROTO', 'http'],
    })
    const headers = cloud.gateEvent().headers as Record<string, string>
    const forwarded = Object.entries(headers).filter(([name]) => /^x-forwarded/i.test(name))
    expect(forwarded.sort()).toEqual([
      ['X-Forwarded-For', '1.2.3.4, 127.0.0.1'],
      ['X-Forwarded-Port', '443'],
      ['X-Forwarded-Proto', 'https'],
    ])
    expect(headers['X-Amzn-Trace-Id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)
  })

  it.each([
    ['UTF-8 as text', Buffer.from('{"ä":1}'), { body: '{"ä":1}', isBase64Encoded: false }],
    ['anything else as base64', Buffer.from([0xff, 0xfe]), { body: '//4=', isBase64Encoded: true }],
  ])('carries a body of %s', async (_case, bytes, expected) => {
    const cloud = await startApi({ body })
    await cloud.ask('/deals/1', { method: 'POST', body: bytes })
    expect(cloud.gateEvent()).toMatchObject(expected)
  })

  it('lets a client choose the request id and never the extended one', async () => {
    const cloud = await startApi({ body })
    const answer = await cloud.ask('/deals/1', {
      headers: ['x-amzn-requestid', 'mine', 'x-amz-apigw-id', 'mine'],
    })
    const { requestId, extendedRequestId } = cloud.gateEvent().requestContext
    expect(requestId).toBe('mine')
    expect(extendedRequestId).toMatch(/^[\w+/]{15}=$/)
    expect(answer.headers).toMatchObject({ 'x-amzn-requestid': 'mine', 'x-amz-apigw-id': extendedRequestId })
  })

  it('gives two requests different ids', async () => {
    const cloud = await startApi({ body })
    await cloud.ask('/deals/1')
    await cloud.ask('/deals/1')
    const ids = cloud.calls.flatMap(({ event: { requestContext } }) => [
      requestContext.requestId,
      requestContext.extendedRequestId,
    ])
    expect(new Set(ids).size).toBe(4)
  })
})

describe('a body of a binary media type', () => {
  const binary = documentWith(
    { '/': { post: operation() } },
    { 'x-amazon-apigateway-binary-media-types': ['image/png', 'audio/*'] },
  )

  it.each([
    ['image/png', true],
    ['Image/PNG; a=b', true],
    ['audio/ogg', true],
    ['image/jpeg', false],
    ['text/plain', false],
  ])('of type %s is base64: %s', async (type, isBase64Encoded) => {
    const cloud = await startApi({ body: binary })
    await cloud.ask('/', { method: 'POST', headers: ['Content-Type', type], body: 'hello' })
    const encoded = isBase64Encoded ? 'aGVsbG8=' : 'hello'
    expect(cloud.gateEvent()).toMatchObject({ isBase64Encoded, body: encoded })
  })
})
