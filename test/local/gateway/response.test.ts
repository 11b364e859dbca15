import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitsHeader } from '../../../local/gateway/http-answer.ts'
import { readProxyResponse } from '../../../local/gateway/response.ts'
import type { FunctionResult } from '../../../local/gateway/rest-api.ts'
import { API_ARN, documentWith, GATE, operation, returned, startApi } from './support.ts'

const body = documentWith({
  '/a': { get: operation({}, { timeoutInMillis: 1234 }), head: operation() },
  '/deals/{id}': { get: operation() },
})

async function answerTo(result: FunctionResult, method = 'GET') {
  const cloud = await startApi({ body, gate: () => result })
  return cloud.ask('/a', { method })
}

describe('the response of a function (platform-facts §5.5)', () => {
  it.each([
    ['an extra key', { statusCode: 200, extra: 1 }],
    ['nothing', null],
    ['a string', 'hello'],
    ['a list', []],
    ['a status that is no number', { statusCode: 'ok' }],
    ['a null status', { statusCode: null }],
    ['a fractional status', { statusCode: 200.5 }],
    ['status 199', { statusCode: 199 }],
    ['status 600', { statusCode: 600 }],
    ['multiValueHeaders that are not lists', { statusCode: 200, multiValueHeaders: { a: 'x' } }],
    ['a number in headers', { statusCode: 200, headers: { a: 1 } }],
    ['an object in headers', { statusCode: 200, headers: { a: {} } }],
    ['headers that are a string', { statusCode: 200, headers: 'a' }],
    ['a line break in a header', { statusCode: 200, headers: { a: 'b\r\nset-cookie: c' } }],
    ['a header name with a space', { statusCode: 200, headers: { 'a b': 'c' } }],
    ['an object as body', { statusCode: 200, body: {} }],
    ['isBase64Encoded as text', { statusCode: 200, isBase64Encoded: 'true' }],
  ])('is 502 with %s', async (_case, payload) => {
    const answer = await answerTo(returned(payload))
    expect([answer.status, answer.body]).toEqual([502, '{"message":"Internal server error"}'])
    expect(answer.headers['x-amzn-errortype']).toBe('InternalServerErrorException')
    expect(answer.headers).not.toHaveProperty('x-amzn-trace-id')
  })

  it.each([
    ['"201"', { statusCode: '201' }, 201],
    ['a missing status', { body: 'x' }, 200],
    ['null headers', { statusCode: 200, headers: null, multiValueHeaders: null, body: null }, 200],
    ['status 599', { statusCode: 599 }, 599],
  ])('accepts %s', async (_case, payload, status) => {
    expect((await answerTo(returned(payload))).status).toBe(status)
  })

  it('is JSON unless it says otherwise, and carries the ids of the gateway', async () => {
    const answer = await answerTo(returned({ statusCode: 200, body: '{}' }))
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.headers['x-amz-apigw-id']).toMatch(/=$/)
    expect(answer.headers['x-amzn-trace-id']).toMatch(/^Root=1-/)
  })

  it('turns booleans in headers into text', async () => {
    const answer = await answerTo(returned({ headers: { 'x-b': true, 'content-type': 'text/plain' } }))
    expect(answer.headers).toMatchObject({ 'x-b': 'true', 'content-type': 'text/plain' })
  })

  it('merges headers into multiValueHeaders of the same name, in the spelling of the latter', async () => {
    const payload = { headers: { 'x-test': 'solo' }, multiValueHeaders: { 'X-Test': ['m1', 'm2'] } }
    const answer = await answerTo(returned(payload))
    expect(answer.headers['x-test']).toBe('m1, m2, solo')
    expect(answer.rawHeaders).toContain('X-Test')
  })

  it('sends several Set-Cookie headers one by one', async () => {
    const answer = await answerTo(returned({ multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] } }))
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  })

  it.each(['Connection', 'Content-Length', 'Date', 'Server', 'WWW-Authenticate', 'x-amzn-RequestId'])(
    'renames %s',
    async name => {
      const answer = await answerTo(returned({ headers: { [name]: '7' }, body: 'hello' }))
      expect(answer.headers[`x-amzn-remapped-${name.toLowerCase()}`]).toBe('7')
      expect(answer.headers[name.toLowerCase()]).not.toBe('7')
      expect(answer.body).toBe('hello')
    },
  )

  it('drops Transfer-Encoding', async () => {
    const answer = await answerTo(returned({ headers: { 'Transfer-Encoding': 'chunked' }, body: 'hello' }))
    expect([answer.headers['transfer-encoding'], answer.body]).toEqual([undefined, 'hello'])
  })

  it('leaves base64 as it is, because no binary media type is declared', async () => {
    const answer = await answerTo(returned({ isBase64Encoded: true, body: 'aGVsbG8=' }))
    expect(answer.body).toBe('aGVsbG8=')
  })

  it.each([
    ['image/png', 'hello'],
    ['image/png;q=0.5, */*', 'hello'],
    ['IMAGE/PNG', 'hello'],
    ['*/*, image/png', 'aGVsbG8='],
    ['image/jpeg', 'aGVsbG8='],
  ])('decodes base64 for a client that first accepts a binary media type: %s', async (accept, text) => {
    const binary = { ...body, 'x-amazon-apigateway-binary-media-types': ['image/png'] }
    const cloud = await startApi({
      body: binary,
      gate: () => returned({ isBase64Encoded: true, body: 'aGVsbG8=' }),
    })
    const answer = await cloud.ask('/a', { headers: ['Accept', accept] })
    expect(answer.body).toBe(text)
  })

  it('has no body for HEAD', async () => {
    const answer = await answerTo(returned({ body: 'hello' }), 'HEAD')
    expect([answer.status, answer.body, answer.headers['content-length']]).toEqual([200, '', '5'])
  })

  it('has no body for 204', async () => {
    const answer = await answerTo(returned({ statusCode: 204, body: 'hello' }))
    expect([answer.status, answer.body]).toEqual([204, ''])
  })

  it('keeps its body when POST is overridden to HEAD, so that the client does not wait for it', async () => {
    const cloud = await startApi({ body, gate: () => returned({ body: 'hello' }) })
    const answer = await cloud.ask('/a', { method: 'POST', headers: ['X-HTTP-Method-Override', 'HEAD'] })
    expect(answer.body).toBe('hello')
  })
})

describe('a function without a response (platform-facts §5.3)', () => {
  it.each<[string, FunctionResult, number, string]>([
    [
      'that throws',
      { kind: 'failed', errorType: 'Error', errorMessage: 'secret' },
      502,
      'Internal server error',
    ],
    ['that outlives the integration time-out', { kind: 'timed-out' }, 504, 'Endpoint request timed out'],
    ['that is throttled', { kind: 'throttled' }, 500, 'Internal server error'],
  ])('%s is answered without its error', async (_case, result, status, message) => {
    const answer = await answerTo(result)
    expect([answer.status, answer.body]).toEqual([status, JSON.stringify({ message })])
  })

  it('gets the declared integration time-out', async () => {
    const cloud = await startApi({ body })
    await cloud.ask('/a')
    expect(cloud.calls[0]?.timeoutMs).toBe(1234)
  })

  it('is 500 when no permission names this method of this stage', async () => {
    const cloud = await startApi({ body, mayInvoke: () => false })
    const answer = await cloud.ask('/deals/1')
    expect([answer.status, answer.body]).toEqual([500, '{"message":"Internal server error"}'])
    expect(cloud.sources).toEqual([[GATE, `${API_ARN}/prod/GET/deals/{id}`]])
    expect(cloud.calls).toEqual([])
  })

  it('is 500 when the local cloud itself fails, and the fault is handed to the caller', async () => {
    const fault = new Error('no such function')
    const cloud = await startApi({ body, gate: () => Promise.reject(fault) })
    expect((await cloud.ask('/a')).status).toBe(500)
    await expect.poll(() => cloud.faults).toEqual([fault])
  })
})

describe('any JSON a function may return', () => {
  it('is malformed or an answer that can be sent, never an exception', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('Content-Type', 'date', 'x-a', '__proto__', 'a\r\nb'))
    const headers = fc.dictionary(text, fc.oneof(text, fc.boolean(), fc.array(text)))
    const shaped = fc.record(
      {
        statusCode: fc.oneof(fc.integer(), fc.constant('201')),
        headers,
        multiValueHeaders: headers,
        body: text,
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), shaped), payload => {
        const response = readProxyResponse(payload, false)
        if (response.kind === 'malformed') return response.problem !== ''
        const { status, headers } = response.answer
        return (
          status >= 200 &&
          status <= 599 &&
          headers.every(([name, values]) => values.every(value => fitsHeader(name, value)))
        )
      }),
    )
  })
})
