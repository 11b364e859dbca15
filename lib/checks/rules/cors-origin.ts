import { documentOf, operationsOf } from '../api/openapi.ts'
import { breach, type Finding, type Rule } from '../rule.ts'
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
    if (resource.type === 'AWS::ApiGateway::GatewayResponse')
      yield* judgeHeaders(resource.get('ResponseParameters'))
    if (resource.type === 'AWS::ApiGateway::Method') {
      for (const response of resource.get('Integration', 'IntegrationResponses').items())
        yield* judgeHeaders(response.get('ResponseParameters'))
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
    for (const [, response] of value.get('x-amazon-apigateway-integration', 'responses').members())
      yield* judgeHeaders(response.get('responseParameters'))
  }
}

function* judgeOrigins(origins: Value): Iterable<Finding> {
  for (const origin of origins.items())
    if (/^(?:https?:\/\/)?\*$/.test(origin.text() ?? ''))
      yield breach(origin, 'it answers pages of any origin')
}

/** Values as API Gateway reads them; `method.request.header.origin` gives back whatever origin asks. */
function* judgeHeaders(headers: Value): Iterable<Finding> {
  for (const [name, value] of headers.members()) {
    if (!name.toLowerCase().endsWith('.access-control-allow-origin')) continue
    if (/^(?:'\*'|(?:integration|method)\.request\.header\.origin)$/i.test(value.text() ?? ''))
      yield breach(value, 'it answers pages of any origin')
  }
}
