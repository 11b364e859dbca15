import type { LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, test } from 'vitest'
import type { BodyManifest } from '../../../contract/gate-manifest.ts'
import type { DeclaredRequest } from '../../../functions/gate/passage.ts'
import { openLambda } from '../../../functions/gate/upstreams/lambda.ts'
import { emptyInput } from './parts.ts'
import { publicRequest } from './upstreams/declared-request.ts'

const request = publicRequest({ key: 'GET /a' })

/** What becomes of a function's answer. The client is replaced: a function of this answer would be a file for each. */
async function answered(answer: unknown, asked: DeclaredRequest = request): Promise<unknown> {
  const Payload = { transformToString: () => JSON.stringify(answer) }
  const client = { send: async () => ({ Payload }) } as unknown as LambdaClient
  const upstream = openLambda({ kind: 'lambda', functionArn: 'arn', timeoutMs: 1000 }, {}, client)
  const decision = await upstream(asked, 10_000)
  return decision.ok ? decision.value : decision.reason
}

test.each([
  [200, { statusCode: 200, body: '{}' }],
  [204, { statusCode: 204 }],
  [302, { statusCode: 302 }],
  [404, { statusCode: 404, headers: { 'Content-Type': 'text/plain' }, body: 'no' }],
  [500, { statusCode: 500, body: 'stack' }],
])('an answer of %i is read, for the outputs to judge', async (status, answer) => {
  expect(await answered(answer)).toMatchObject({ status })
})

test('its headers are read as API Gateway reads them: names in any case, several values together', async () => {
  expect(
    await answered({
      statusCode: 200,
      headers: { 'Content-Type': 'text/plain', 'Set-Cookie': 'c=3' },
      multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
    }),
  ).toMatchObject({ headers: { 'content-type': ['text/plain'], 'set-cookie': ['c=3', 'a=1', 'b=2'] } })
})

// With a copy of the list for each value, as many as an answer can hold would take a gate minutes.
test('any number of values of one header is read in one go', async () => {
  const many = Array.from({ length: 500_000 }, () => 'a')
  expect(await answered({ statusCode: 200, multiValueHeaders: { 'x-many': many, 'X-Many': many } })).toEqual({
    status: 200,
    headers: { 'x-many': [...many, ...many] },
    body: '',
  })
})

test('base64 is read as the bytes it stands for', async () => {
  expect(await answered({ statusCode: 200, isBase64Encoded: true, body: 'AP8=' })).toMatchObject({
    body: Buffer.from([0, 255]),
  })
})

test.each<[string, unknown]>([
  ['base64 that is none', { statusCode: 200, isBase64Encoded: true, body: 'AP8=!' }],
  ['base64 that says so in text', { statusCode: 200, isBase64Encoded: 'true', body: 'AP8=' }],
  ['a member that API Gateway does not know', { statusCode: 200, cookies: ['a=1'], body: '' }],
  ['several values that are no list', { statusCode: 200, multiValueHeaders: { link: '<a>' }, body: '' }],
  ['a header that is no text', { statusCode: 200, headers: { age: 3 }, body: '' }],
  ['headers that are a list', { statusCode: 200, headers: ['a'], body: '' }],
  ['no status', { body: '' }],
  ['a status as text', { statusCode: '200', body: '' }],
  ['a body that is no text', { statusCode: 200, body: { a: 1 } }],
  ['null', null],
  ['a list', []],
])('an answer that cannot be passed on as it was meant is refused: %s', async (_, answer) => {
  expect(await answered(answer)).toBe('upstream.invalid_response')
})

describe('a request', () => {
  const asking = (body: BodyManifest, value: unknown): DeclaredRequest => ({
    ...request,
    route: { ...request.route, input: { ...emptyInput, body } },
    body: value,
    bodyType: 'a/b',
  })
  const same = { types: ['a/b'], required: true }
  const sent = (body: BodyManifest, value: unknown) => answered({ statusCode: 204 }, asking(body, value))

  test('whose JSON would be longer than declared once it is written anew goes nowhere', async () => {
    const json = (maxBytes: number): BodyManifest => ({ kind: 'json', ...same, maxBytes, projection: {} })
    expect(await sent(json(23), [1e20])).toMatchObject({ status: 204 })
    expect(await sent(json(22), [1e20])).toBe('input.too_large')
  })

  test('that no invocation carries goes nowhere', async () => {
    const text: BodyManifest = { kind: 'text', ...same, maxBytes: 5 * 1024 * 1024 }
    expect(await sent(text, '\u0001'.repeat(1024 * 1024 - 100))).toMatchObject({ status: 204 })
    expect(await sent(text, '\u0001'.repeat(1024 * 1024))).toBe('input.too_large')
  })
})
