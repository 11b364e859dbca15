import { documentOf, operationsOf } from '../api/openapi.ts'
import { breach, each, type Finding, type Rule } from '../rule.ts'
import { CannotTell } from '../template/cannot-tell.ts'
import type { Value } from '../template/value.ts'

export const corsOrigin: Rule = {
  id: 'ZT-CORS-ORIGIN',
  title: 'The origins whose pages may use an API are named',
  fix: 'Name the origins.',
  types: [
    'AWS::ApiGateway::RestApi',
    'AWS::ApiGateway::Method',
    'AWS::ApiGateway::GatewayResponse',
    'AWS::ApiGatewayV2::Api',
    'AWS::Lambda::Url',
  ],
  *judge(resource, app) {
    yield* judgeOrigins(resource.get('CorsConfiguration', 'AllowOrigins'))
    if (resource.type === 'AWS::Lambda::Url') yield* judgeOrigins(resource.get('Cors', 'AllowOrigins'))
    if (resource.type === 'AWS::ApiGateway::GatewayResponse') {
      yield* judgeHeaders(resource.get('ResponseParameters'))
      yield* judgeTemplates(resource.get('ResponseTemplates'))
    }
    if (resource.type === 'AWS::ApiGateway::Method') {
      for (const response of resource.get('Integration', 'IntegrationResponses').items()) {
        yield* judgeHeaders(response.get('ResponseParameters'))
        yield* judgeTemplates(response.get('ResponseTemplates'))
      }
    }
    if (resource.type === 'AWS::ApiGateway::RestApi' || resource.type === 'AWS::ApiGatewayV2::Api')
      yield* judgeDocument(documentOf(resource, app))
  },
}

function* judgeDocument(document: Value): Iterable<Finding> {
  yield* judgeOrigins(document.get('x-amazon-apigateway-cors', 'allowOrigins'))
  for (const [, response] of document.get('x-amazon-apigateway-gateway-responses').members())
    yield* judgeHeaders(response.get('responseParameters'))
  for (const { value } of operationsOf(document)) {
    for (const [, response] of value.get('x-amazon-apigateway-integration', 'responses').members()) {
      yield* judgeHeaders(response.get('responseParameters'))
      yield* judgeTemplates(response.get('responseTemplates'))
    }
  }
}

function* judgeOrigins(origins: Value): Iterable<Finding> {
  yield* each(origins.items(), function* (origin) {
    if (isAny(origin.text() ?? '')) yield breach(origin, anyOrigin)
  })
}

const anyOrigin = 'it answers pages of any origin'

/** `null` is what any page can make its origin, in a frame that is a sandbox. */
const isAny = (origin: string): boolean => /^(?:(?:https?:\/\/)?\*|null)$/i.test(origin.trim())

/** Templates that write the header themselves: only behind a comparison with origins in so many words, as CDK's do. */
function* judgeTemplates(templates: Value): Iterable<Finding> {
  const all = templates.members().map(([, template]) => template)
  yield* each(all, function* (template) {
    const text = template.text() ?? ''
    if (!/responseOverride\.header\.['"]?access-control-allow-origin/i.test(text)) return
    const asked = [...text.matchAll(/\.matches\(["']([^"']*)["']\)/g)].map(([, pattern = '']) => pattern)
    if (asked.length === 0 || asked.some(pattern => /[*+?|\\[{]/.test(pattern)))
      yield breach(template, anyOrigin)
  })
}

/** Values as API Gateway reads them; what a request brings, its own origin say, callers choose. */
function* judgeHeaders(headers: Value): Iterable<Finding> {
  const origins = headers
    .members()
    .filter(([name]) => name.toLowerCase().endsWith('.access-control-allow-origin'))
    .map(([, value]) => value)
  yield* each(origins, function* (value) {
    const text = value.text() ?? ''
    const [, literal] = /^'(.*)'$/.exec(text) ?? []
    if (/^(?:integration|method)\.request\./i.test(text) || (literal !== undefined && isAny(literal)))
      yield breach(value, anyOrigin)
    else if (literal === undefined && !/^integration\.response\./i.test(text))
      throw new CannotTell(`${value.at} is neither a text in quotes nor what the integration says`)
  })
}
