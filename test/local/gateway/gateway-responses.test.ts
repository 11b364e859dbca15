import { describe, expect, it } from 'vitest'
import { documentWith, guarded, operation, policyOf, returned, startApi } from './support.ts'

const token = ['Authorization', 'a']

function bodyWith(responses: Record<string, unknown>) {
  return documentWith(
    { '/a': { get: guarded() }, '/open': { get: operation() } },
    { 'x-amazon-apigateway-gateway-responses': responses },
  )
}

describe('gateway responses (platform-facts §5.3)', () => {
  it('uses the status, headers and template declared for the type', async () => {
    const cloud = await startApi({
      body: bodyWith({
        UNAUTHORIZED: {
          statusCode: '401',
          responseParameters: {
            'gatewayresponse.header.WWW-Authenticate': '\'Bearer realm="api"\'',
            'gatewayresponse.header.Content-Type': "'application/problem+json'",
            'gatewayresponse.header.X-Id': 'context.requestId',
            'gatewayresponse.header.X-Origin': 'method.request.header.Origin',
          },
          responseTemplates: {
            'application/json':
              '{"t":"$context.error.message","m":$context.error.messageString,"p":"$context.path"}',
          },
        },
      }),
    })
    const answer = await cloud.ask('/a', { headers: ['Origin', 'https://x'] })
    expect(answer.status).toBe(401)
    expect(answer.headers).toMatchObject({
      'www-authenticate': 'Bearer realm="api"',
      'content-type': 'application/problem+json',
      'x-id': answer.headers['x-amzn-requestid'],
      'x-origin': 'https://x',
      'x-amzn-errortype': 'UnauthorizedException',
    })
    expect(JSON.parse(answer.body)).toEqual({ t: 'Unauthorized', m: 'Unauthorized', p: '/prod/a' })
  })

  it('falls to the class of a type that is not declared', async () => {
    const cloud = await startApi({
      body: bodyWith({
        DEFAULT_4XX: { responseTemplates: { 'application/json': '{"type":"$context.error.responseType"}' } },
        DEFAULT_5XX: { statusCode: 503 },
      }),
      gate: () => returned('malformed'),
    })
    const unknown = await cloud.ask('/unknown')
    expect([unknown.status, unknown.body]).toEqual([403, '{"type":"MISSING_AUTHENTICATION_TOKEN"}'])
    const malformed = await cloud.ask('/open')
    expect([malformed.status, malformed.body]).toEqual([503, '{"message":"Internal server error"}'])
  })

  it('shows the context of a refusal in ACCESS_DENIED', async () => {
    const cloud = await startApi({
      body: bodyWith({
        ACCESS_DENIED: {
          responseParameters: { 'gatewayresponse.header.X-Reason': 'context.authorizer.reason' },
          responseTemplates: { 'application/json': '{"reason":"$context.authorizer.reason"}' },
        },
      }),
      authorizer: () => returned(policyOf('Deny', '*', { reason: 'scope.insufficient' })),
    })
    const answer = await cloud.ask('/a', { headers: token })
    expect([answer.status, answer.headers['x-reason'], answer.body]).toEqual([
      403,
      'scope.insufficient',
      '{"reason":"scope.insufficient"}',
    ])
    expect(cloud.logs[0]?.summary).toMatchObject({
      status: 403,
      reason: 'scope.insufficient',
      resourcePath: '/a',
    })
  })

  it('leaves a header out whose value is absent or has a line break', async () => {
    const responseParameters = {
      'gatewayresponse.header.X-Reason': 'context.authorizer.reason',
      'gatewayresponse.header.X-Evil': 'context.authorizer.evil',
    }
    const cloud = await startApi({
      body: bodyWith({ ACCESS_DENIED: { responseParameters } }),
      authorizer: () => returned(policyOf('Deny', '*', { evil: 'a\r\nb: c' })),
    })
    const { headers } = await cloud.ask('/a', { headers: token })
    expect(headers).not.toHaveProperty('x-reason')
    expect(headers).not.toHaveProperty('x-evil')
    expect(headers).not.toHaveProperty('b')
  })

  it('escapes nothing, so a template that echoes a client can be broken by it', async () => {
    const cloud = await startApi({
      body: bodyWith({
        DEFAULT_4XX: { responseTemplates: { 'application/json': '{"x":"$method.request.header.X"}' } },
      }),
    })
    expect((await cloud.ask('/unknown', { headers: ['X', '","admin":"yes'] })).body).toBe(
      '{"x":"","admin":"yes"}',
    )
  })

  it('answers missing required parameters by name and leaves present ones alone', async () => {
    const parameters = [
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'q', in: 'query', required: true, schema: { type: 'integer' } },
      { name: 'X-Tenant', in: 'header', required: true },
      { name: 'opt', in: 'query', required: false },
    ]
    const cloud = await startApi({
      body: documentWith(
        { '/a/{id}': { get: operation({ parameters, 'x-amazon-apigateway-request-validator': 'params' }) } },
        {
          'x-amazon-apigateway-request-validators': {
            params: { validateRequestParameters: true, validateRequestBody: false },
          },
        },
      ),
    })
    const missing = await cloud.ask('/a/1?q=')
    expect([missing.status, missing.body]).toEqual([
      400,
      '{"message":"Missing required request parameters: [q, X-Tenant]"}',
    ])
    expect((await cloud.ask('/a/1?q=%20', { headers: ['X-Tenant', 't'] })).status).toBe(400)
    // No types, and undeclared parameters pass (platform-facts §5.6).
    expect((await cloud.ask('/a/1?q=abc&undeclared=1', { headers: ['X-Tenant', 't'] })).status).toBe(200)
  })
})
