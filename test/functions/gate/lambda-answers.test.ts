import type { LambdaClient } from '@aws-sdk/client-lambda'
import { expect, test } from 'vitest'
import type { DeclaredRequest } from '../../../functions/gate/passage.ts'
import { openLambda } from '../../../functions/gate/upstreams/lambda.ts'
import { emptyInput } from './parts.ts'

const request: DeclaredRequest = {
  key: 'GET /a',
  route: { access: { kind: 'public' }, input: emptyInput, userLimit: null, stub: null },
  ticket: null,
  path: {},
  query: [],
  headers: [],
  cookies: [],
  body: undefined,
  sourceIp: '192.0.2.1',
}

/** What becomes of a function's answer. The client is replaced: a function of this answer would be a file for each. */
async function answered(answer: unknown): Promise<unknown> {
  const Payload = { transformToString: () => JSON.stringify(answer) }
  const client = { send: async () => ({ Payload }) } as unknown as LambdaClient
  const upstream = openLambda({ kind: 'lambda', functionArn: 'arn', timeoutMs: 1000 }, {}, client)
  const decision = await upstream(request)
  return decision.ok ? decision.value.status : decision.reason
}

test.each([
  [200, { statusCode: 200, body: '{}' }],
  [204, { statusCode: 204 }],
  [304, { statusCode: 304 }],
  [404, { statusCode: 404, headers: { 'Content-Type': 'text/plain' }, body: 'no' }],
])('an answer of %i is passed on', async (status, answer) => {
  expect(await answered(answer)).toBe(status)
})

test.each<[string, unknown]>([
  ['encoded', { statusCode: 200, isBase64Encoded: true, body: 'aGk=' }],
  ['with several values of a header', { statusCode: 200, multiValueHeaders: {}, body: '' }],
  ['a redirect', { statusCode: 302, headers: { location: 'https://evil.example' }, body: '' }],
  ['without a status', { body: '' }],
  ['whose status is text', { statusCode: '200', body: '' }],
  ['whose body is no text', { statusCode: 200, body: { a: 1 } }],
  ['below 200', { statusCode: 199, body: '' }],
  ['null', null],
])('an answer that cannot be passed on as it was meant is refused: %s', async (_, answer) => {
  expect(await answered(answer)).toBe('upstream.invalid_response')
})

test('a failing function keeps its words to itself', async () => {
  expect(await answered({ statusCode: 500, body: 'stack' })).toBe('upstream.failed')
})
