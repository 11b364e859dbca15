import { describe, expect, it } from 'vitest'
import { createRestApi } from '../../../local/gateway/rest-api.ts'
import { definitionOf, documentWith, guarded, policyOf, returned, startApi } from './support.ts'

const body = documentWith({ '/deals/{id}': { get: guarded() } })
const token = ['Authorization', 'a']

describe('the access log', () => {
  it('renders the declared format, with - for what is absent', async () => {
    const names = [
      'httpMethod',
      'resourcePath',
      'path',
      'status',
      'protocol',
      'responseLength',
      'responseLatency',
      'integrationLatency',
      'integration.status',
      'authorizer.status',
      'authorizer.latency',
      'authorizer.error',
      'authorizer.principalId',
      'authorizer.tenant',
      'error.responseType',
      'error.message',
      'identity.sourceIp',
      'identity.userAgent',
      'tlsVersion',
      'requestTimeEpoch',
      'stage',
      'apiId',
      'wafResponseCode',
    ]
    const cloud = await startApi({
      body,
      accessLogFormat: `$context.requestId ${names.map(name => `$context.${name}`).join('|')}.`,
      authorizer: () => {
        cloud.clock.now += 5
        return returned(policyOf('Allow', '*', { tenant: 't1' }))
      },
      gate: () => {
        cloud.clock.now += 7
        return returned({ statusCode: 201, body: 'häl' })
      },
    })
    const answer = await cloud.ask('/deals/1', { headers: token })
    const [id, rest] = cloud.logs[0]?.line.split(' ', 2) ?? []
    expect(id).toBe(answer.headers['x-amzn-requestid'])
    expect(rest).toBe(
      `GET|/deals/{id}|/prod/deals/1|201|HTTP/1.1|4|12|7|201|200|5|-|user-1|t1|-|-|127.0.0.1|-|-|1700000000000|prod|abc123|-.`,
    )
    expect(cloud.logs[0]?.summary).toEqual({
      method: 'GET',
      extendedRequestId: expect.any(String),
      path: '/deals/1',
      status: 201,
      latencyMs: 12,
      integrationLatencyMs: 7,
      resourcePath: '/deals/{id}',
    })
  })

  it('names the gateway response of a refusal', async () => {
    const cloud = await startApi({
      body,
      accessLogFormat:
        '$context.extendedRequestId $context.error.responseType $context.error.messageString $context.resourcePath',
    })
    await cloud.ask('/unknown')
    expect(cloud.logs[0]?.line).toMatch(/= MISSING_AUTHENTICATION_TOKEN "Missing Authentication Token" -$/)
    expect(cloud.logs[0]?.summary).toMatchObject({ status: 403, resourcePath: null })
  })

  it.each([
    [
      'an unknown variable',
      '$context.requestId $context.reqestTime',
      /\$context\.reqestTime is not a variable/,
    ],
    ['something else than $context', '$context.requestId $input.body', /\$input\.body is not supported/],
    ['no request id', '$context.status', /AWS refuses a format without/],
  ])('refuses a format with %s before anything is served', (_case, format, message) => {
    const services = {
      invoke: () => Promise.resolve({ kind: 'throttled' as const }),
      mayInvoke: () => true,
      now: () => 0,
      accessLog: () => undefined,
    }
    expect(() => createRestApi(definitionOf(body, format), services)).toThrow(message)
  })
})
