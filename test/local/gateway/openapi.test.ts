import { describe, expect, it } from 'vitest'
import { readApiDocument } from '../../../local/gateway/openapi.ts'
import { createRouter } from '../../../local/gateway/router.ts'
import { RefusedTemplateError, UnsupportedTemplateError } from '../../../local/unsupported.ts'
import { AUTHORIZER, definitionOf, documentWith, GATE, guarded, operation } from './support.ts'

function read(body: unknown) {
  const document = readApiDocument(body, definitionOf(body))
  createRouter(document.operations)
  return document
}

const at = (path: string, value: unknown) => documentWith({ [path]: { get: value } })
const INTEGRATION = 'paths./a.get.x-amazon-apigateway-integration'
const RESPONSES = 'x-amazon-apigateway-gateway-responses'
const VALIDATORS = 'x-amazon-apigateway-request-validators'
const SCHEME = 'components.securitySchemes.token'

describe('reading an OpenAPI document', () => {
  it('reads operations with their function, time-out and authorizer', () => {
    const { operations } = read(documentWith({ '/a': { summary: 's', get: guarded(), post: operation() } }))
    expect(operations).toMatchObject([
      {
        method: 'GET',
        path: '/a',
        functionArn: GATE,
        timeoutMs: 29_000,
        authorizer: { name: 'token', functionArn: AUTHORIZER, ttlSeconds: 300 },
      },
      { method: 'POST', path: '/a', authorizer: null, requiredParameters: [] },
    ])
  })

  it('lets plain OpenAPI members through', () => {
    const plain = {
      summary: 's',
      description: 'd',
      tags: ['t'],
      operationId: 'o',
      requestBody: { content: {} },
      parameters: [{ name: 'q', in: 'query', description: 'd', schema: { type: 'string', maxLength: 3 } }],
      responses: { 200: { description: 'ok' } },
    }
    const components = { schemas: { Deal: { type: 'object' } } }
    const body = { ...documentWith({ '/a': { get: operation(plain) } }), servers: [], tags: [], components }
    expect(read(body).operations).toHaveLength(1)
  })

  it.each<[place: string, problem: string, body: unknown]>([
    [
      'Body.x-amazon-apigateway-policy',
      'not supported',
      { ...documentWith({}), 'x-amazon-apigateway-policy': {} },
    ],
    ['Body.security', 'not supported', { ...documentWith({}), security: [] }],
    ['openapi', "'3.1.0' is not supported; supported: 3.0.x", { ...documentWith({}), openapi: '3.1.0' }],
    ['components.parameters', 'not supported', { ...documentWith({}), components: { parameters: {} } }],
    ['paths./a.trace', 'not supported', documentWith({ '/a': { trace: operation() } })],
    ['paths./a.parameters', 'not supported', documentWith({ '/a': { parameters: [] } })],
    [
      'paths./a.get.x-amazon-apigateway-auth',
      'not supported',
      at('/a', operation({ 'x-amazon-apigateway-auth': {} })),
    ],
    [
      `${INTEGRATION}.type`,
      "'mock' is not supported; supported: aws_proxy",
      at('/a', operation({}, { type: 'mock' })),
    ],
    [`${INTEGRATION}.httpMethod`, "'GET' is not supported", at('/a', operation({}, { httpMethod: 'GET' }))],
    [`${INTEGRATION}.credentials`, 'not supported', at('/a', operation({}, { credentials: 'arn' }))],
    [
      `${INTEGRATION}.timeoutInMillis`,
      'from 50 to 29000, got 29001',
      at('/a', operation({}, { timeoutInMillis: 29_001 })),
    ],
    [
      `${INTEGRATION}.uri`,
      'expected a non-empty string',
      at('/a', operation({}, { uri: { 'Fn::Sub': 'x' } })),
    ],
    [
      `${INTEGRATION}.uri`,
      'supported: arn:aws:apigateway',
      at('/a', operation({}, { uri: 'https://example.com' })),
    ],
    [
      'paths./a.get.security',
      "'other' is not supported; supported: token",
      at('/a', operation({ security: [{ other: [] }] })),
    ],
    ['paths./a.get.security[0].token', 'no scopes', at('/a', operation({ security: [{ token: ['read'] }] }))],
    [
      'paths./a.get.security',
      'only one security scheme',
      at('/a', operation({ security: [{ token: [] }, {}] })),
    ],
    ['paths./a.get.security', 'only one security scheme', at('/a', operation({ security: [{}] }))],
    [
      'paths./a.get.x-amazon-apigateway-request-validator',
      "'all' is not supported",
      at('/a', operation({ 'x-amazon-apigateway-request-validator': 'all' })),
    ],
    [
      'paths./a.get.parameters[0].in',
      "'cookie' is not supported",
      at('/a', operation({ parameters: [{ name: 'c', in: 'cookie' }] })),
    ],
    [
      'paths./a.get.parameters[0].$ref',
      'not supported',
      at('/a', operation({ parameters: [{ $ref: '#/x' }] })),
    ],
    [
      'paths./a.get.parameters[0].name',
      'not a parameter of the path',
      at('/a', operation({ parameters: [{ name: 'id', in: 'path' }] })),
    ],
    [
      `${VALIDATORS}.v.validateRequestBody`,
      'true is not supported',
      documentWith({}, { [VALIDATORS]: { v: { validateRequestBody: true } } }),
    ],
    [
      `${SCHEME}.x-amazon-apigateway-authorizer.type`,
      "'token' is not supported; supported: request",
      documentWith({}, {}, { type: 'token' }),
    ],
    [
      `${SCHEME}.x-amazon-apigateway-authorizer.authorizerResultTtlInSeconds`,
      'from 0 to 3600',
      documentWith({}, {}, { authorizerResultTtlInSeconds: 3601 }),
    ],
    [
      `${SCHEME}.x-amazon-apigateway-authorizer.identitySource`,
      "'stageVariables.x' is not supported",
      documentWith({}, {}, { identitySource: 'stageVariables.x' }),
    ],
    [
      `${SCHEME}.x-amazon-apigateway-authorizer.identitySource`,
      "'method.request.path.id' is not supported",
      documentWith({}, {}, { identitySource: 'method.request.path.id' }),
    ],
    [
      `${SCHEME}.x-amazon-apigateway-authorizer.authorizerCredentials`,
      'not supported',
      documentWith({}, {}, { authorizerCredentials: 'arn' }),
    ],
    [`${RESPONSES}.NOT_A_TYPE`, 'is not supported', documentWith({}, { [RESPONSES]: { NOT_A_TYPE: {} } })],
    [
      `${RESPONSES}.UNAUTHORIZED.statusCode`,
      'whole number',
      documentWith({}, { [RESPONSES]: { UNAUTHORIZED: { statusCode: 'abc' } } }),
    ],
    [
      `${RESPONSES}.UNAUTHORIZED.responseTemplates.text/html`,
      'not supported',
      documentWith({}, { [RESPONSES]: { UNAUTHORIZED: { responseTemplates: { 'text/html': 'x' } } } }),
    ],
    [
      `${RESPONSES}.UNAUTHORIZED.responseTemplates.application/json`,
      '$context.nope is not a variable',
      documentWith(
        {},
        { [RESPONSES]: { UNAUTHORIZED: { responseTemplates: { 'application/json': '$context.nope' } } } },
      ),
    ],
    [
      `${RESPONSES}.UNAUTHORIZED.responseTemplates.application/json`,
      "'util.escapeJavaScript' is not supported",
      documentWith(
        {},
        {
          [RESPONSES]: {
            UNAUTHORIZED: { responseTemplates: { 'application/json': '$util.escapeJavaScript(x)' } },
          },
        },
      ),
    ],
    [
      `${RESPONSES}.UNAUTHORIZED.responseParameters.gatewayresponse.path.x`,
      'only gatewayresponse.header',
      documentWith(
        {},
        { [RESPONSES]: { UNAUTHORIZED: { responseParameters: { 'gatewayresponse.path.x': "'x'" } } } },
      ),
    ],
    [
      `${RESPONSES}.UNAUTHORIZED.responseParameters.gatewayresponse.header.X`,
      "'unquoted' is not supported",
      documentWith(
        {},
        { [RESPONSES]: { UNAUTHORIZED: { responseParameters: { 'gatewayresponse.header.X': 'unquoted' } } } },
      ),
    ],
  ])('refuses to go on at %s: %s', (place, problem, body) => {
    expect(() => read(body)).toThrow(UnsupportedTemplateError)
    expect(() => read(body)).toThrow(`${place}: `)
    expect(() => read(body)).toThrow(problem)
  })

  it.each<[what: string, problem: string, body: unknown]>([
    [
      'two variable siblings',
      'already has a variable path part',
      documentWith({ '/a/{x}': { get: operation() }, '/a/{y}/b': { get: operation() } }),
    ],
    [
      'a greedy next to a plain parameter',
      'already has a variable path part',
      documentWith({ '/{x}': { get: operation() }, '/{x+}': { get: operation() } }),
    ],
    [
      'a child under a greedy parameter',
      'Cannot create a child of a resource with a greedy path variable',
      at('/{x+}/b', operation()),
    ],
    ['a path parameter used twice', "'x' occurs twice", at('/{x}/{x}', operation())],
    [
      'a name used in header and query',
      'Parameter names must be unique',
      at(
        '/a',
        operation({
          parameters: [
            { name: 'n', in: 'query' },
            { name: 'n', in: 'header' },
          ],
        }),
      ),
    ],
    ['characters a path part cannot have', "the path part 'a b'", at('/a b', operation())],
    ['a half variable path part', "the path part 'a{b}'", at('/a{b}', operation())],
    ['a trailing slash', "the path part ''", at('/a/', operation())],
    ['a method without integration', 'without an integration', at('/a', { responses: {} })],
    [
      'a customised REQUEST_TOO_LARGE',
      'does not let this response be customised',
      documentWith({}, { [RESPONSES]: { REQUEST_TOO_LARGE: {} } }),
    ],
    [
      'a caching authorizer without identity sources',
      'without identity sources',
      documentWith({}, {}, { identitySource: '' }),
    ],
  ])('refuses what AWS refuses: %s (platform-facts §5.7)', (_what, problem, body) => {
    expect(() => read(body)).toThrow(RefusedTemplateError)
    expect(() => read(body)).toThrow(problem)
  })
})
