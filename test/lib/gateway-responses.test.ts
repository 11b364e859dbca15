import { Access } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { securityHeaders } from '../../contract/headers.ts'
import { type ReasonCode, reasonOf, reasons } from '../../contract/reasons.ts'
import type { Exchange } from '../../local/gateway/exchange.ts'
import { REFUSALS } from '../../local/gateway/gateway-response-types.ts'
import { readGatewayResponses, renderRefusal } from '../../local/gateway/gateway-responses.ts'
import { login, ok, synthesized } from './support.ts'

interface GatewayResponse {
  readonly statusCode?: number
  readonly responseParameters: Readonly<Record<string, string>>
  readonly responseTemplates: Readonly<Record<string, string>>
}

const declared = (): Record<string, GatewayResponse> =>
  synthesized(api => api.addRoute('GET /a', { upstream: ok, access: Access.token() })).body[
    'x-amazon-apigateway-gateway-responses'
  ]

const documentOf = (response: GatewayResponse | undefined) =>
  JSON.parse(response?.responseTemplates['application/json'] ?? '')

// Every type that API Gateway has, less REQUEST_TOO_LARGE, which cannot be customised.
const types = [
  ...['ACCESS_DENIED', 'API_CONFIGURATION_ERROR', 'AUTHORIZER_CONFIGURATION_ERROR', 'AUTHORIZER_FAILURE'],
  ...['BAD_REQUEST_BODY', 'BAD_REQUEST_PARAMETERS', 'DEFAULT_4XX', 'DEFAULT_5XX', 'EXPIRED_TOKEN'],
  ...['INTEGRATION_FAILURE', 'INTEGRATION_TIMEOUT', 'INVALID_API_KEY', 'INVALID_SIGNATURE'],
  ...['MISSING_AUTHENTICATION_TOKEN', 'QUOTA_EXCEEDED', 'RESOURCE_NOT_FOUND', 'THROTTLED', 'UNAUTHORIZED'],
  ...['UNSUPPORTED_MEDIA_TYPE', 'WAF_FILTERED'],
]

describe('a refusal of API Gateway’s own', () => {
  it('is declared for every type there is', () => {
    expect(Object.keys(declared()).sort()).toEqual([...types].sort())
  })

  it('is a problem document with the status and text of the reason table', () => {
    for (const [type, response] of Object.entries(declared())) {
      const { code, detail, title, status, requestId, ...rest } = documentOf(response)
      expect(Object.keys(reasons), type).toContain(code)
      const reason = reasonOf(code as ReasonCode)
      expect(reason.outside, `${type} shows an inside code`).toBe(code)
      expect(detail, type).toBe(reason.detail)
      expect(requestId, type).toBe('$context.extendedRequestId')
      expect(rest, type).toEqual({ type: 'about:blank' })
      expect(response.responseParameters['gatewayresponse.header.Content-Type']).toBe(
        "'application/problem+json'",
      )
      if (type === 'DEFAULT_4XX') continue
      expect(response.statusCode, type).toBe(reason.status)
      expect(status, type).toBe(reason.status)
      expect(title, type).toEqual(expect.any(String))
    }
  })

  it('keeps the status of its class where a type has no line of its own, and claims none', () => {
    const response = declared().DEFAULT_4XX
    expect(response).not.toHaveProperty('statusCode')
    expect(documentOf(response)).not.toHaveProperty('status')
    expect(documentOf(response)).not.toHaveProperty('title')
  })

  it('says nothing of its own: no AWS wording, no value of the request', () => {
    const variables = [...JSON.stringify(declared()).matchAll(/\$\w+[\w.]*|(?:method|context)\.[\w.]+/g)].map(
      match => match[0],
    )
    expect([...new Set(variables)].sort()).toEqual([
      '$context.extendedRequestId',
      'context.authorizer.challenge',
    ])
  })

  it('carries the security headers, whichever type it is', () => {
    for (const [type, { responseParameters }] of Object.entries(declared())) {
      for (const [name, value] of Object.entries(securityHeaders)) {
        expect(responseParameters[`gatewayresponse.header.${name}`], `${type} ${name}`).toBe(`'${value}'`)
      }
    }
  })

  it('answers an unknown path and an undeclared method with 404', () => {
    expect(documentOf(declared().MISSING_AUTHENTICATION_TOKEN)).toMatchObject({
      status: 404,
      code: 'route.undeclared',
    })
  })

  it('challenges for a token with 401, and for a scope with what the first door says', () => {
    const challenge = (type: string) =>
      declared()[type]?.responseParameters['gatewayresponse.header.WWW-Authenticate']
    expect(challenge('UNAUTHORIZED')).toBe("'Bearer'")
    expect(challenge('ACCESS_DENIED')).toBe('context.authorizer.challenge')
  })

  it('answers what a firewall refuses as any other refusal, and asks for no token', () => {
    const { WAF_FILTERED: response } = declared()
    expect(response?.statusCode).toBe(403)
    expect(documentOf(response)).toMatchObject({ status: 403, code: 'access.denied' })
    expect(response?.responseParameters).not.toHaveProperty('gatewayresponse.header.WWW-Authenticate')
  })

  it('says when to come back where the reason table does', () => {
    for (const [type, response] of Object.entries(declared())) {
      const { retryAfterSeconds } = reasonOf(documentOf(response).code as ReasonCode)
      expect(response.responseParameters['gatewayresponse.header.Retry-After'], type).toBe(
        retryAfterSeconds === undefined ? undefined : `'${retryAfterSeconds}'`,
      )
    }
  })
})

describe('who may not call API Gateway at all', () => {
  // A resource policy's denial is an ACCESS_DENIED before the first door was asked: there is no word of it yet.
  it('gets a 403 that says no more than any other, without a challenge and for pages of no origin', () => {
    const { body } = synthesized(
      api => api.addRoute('GET /a', { upstream: ok, access: Access.token({ scopes: ['a'] }) }),
      {
        issuers: [login],
        callers: { addresses: ['203.0.113.0/24'] },
        cors: { origins: ['https://a.example.com', 'https://b.example.com'] },
      },
    )
    const responses = readGatewayResponses(body['x-amazon-apigateway-gateway-responses'], 'body')
    const exchange = { authorizer: null, extendedRequestId: 'id-1' } as Exchange
    const answer = renderRefusal(REFUSALS.EXPLICIT_DENY, responses, exchange)
    expect(answer.status).toBe(403)
    expect(JSON.parse(String(answer.body))).toMatchObject({ code: 'access.denied', requestId: 'id-1' })
    const names = answer.headers.map(([name]) => name.toLowerCase())
    expect(names).toEqual(
      expect.arrayContaining(Object.keys(securityHeaders).map(name => name.toLowerCase())),
    )
    expect(names.filter(name => /authenticate|allow-origin/.test(name))).toEqual([])
  })
})
