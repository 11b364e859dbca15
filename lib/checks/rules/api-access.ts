import { accessOf, documentOf, isMock, operationsOf } from '../api/openapi.ts'
import { apiPolicies, judgeStrangers } from '../api/policy.ts'
import { apart, breach, type Finding, type Rule } from '../rule.ts'
import { CannotTell } from '../template/cannot-tell.ts'
import type { Resource } from '../template/template.ts'
import { certain, type Templates } from '../template/templates.ts'

const open = 'anyone may call it: no authorizer, no IAM'
const signed = 'any account of AWS may call it: it asks for IAM, and the API’s policy lets in anyone'

/** Each operation is a finding of its own, by method and path. A preflight that API Gateway answers by itself has nothing behind it. */
export const apiAccess: Rule = {
  id: 'ZT-API-ACCESS',
  title: 'Every operation of an API asks who is calling',
  fix: 'Give it an authorizer, or IAM, where the API’s policy says whose; an API key is neither. Acknowledge each operation that is public, with the reason.',
  types: [
    'AWS::ApiGateway::Method',
    'AWS::ApiGateway::RestApi',
    'AWS::ApiGatewayV2::Route',
    'AWS::ApiGatewayV2::Api',
  ],
  *judge(resource, app) {
    if (resource.type === 'AWS::ApiGateway::Method') yield* judgeMethod(resource, app)
    else if (resource.type === 'AWS::ApiGatewayV2::Route') yield* judgeRoute(resource, app)
    else yield* judgeDocument(resource, app)
  },
}

function* judgeMethod(method: Resource, app: Templates): Iterable<Finding> {
  const isPreflight =
    method.get('HttpMethod').text() === 'OPTIONS' && method.get('Integration', 'Type').text() === 'MOCK'
  if (isPreflight) return
  yield* judgeType(method, ['CUSTOM', 'COGNITO_USER_POOLS'])
  const api = app.referred(method.get('RestApiId').text())
  if (api && method.get('AuthorizationType').text()?.toUpperCase() === 'AWS_IAM' && isForAnyAccount(api, app))
    yield breach(method.get('AuthorizationType'), signed)
}

/**
 * Whoever signs with IAM needs a permission of the own account, and a stranger one of the API's as well.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
function isForAnyAccount(api: Resource, app: Templates): boolean {
  for (const policy of apiPolicies(api, app)) {
    for (const { verdict, why } of judgeStrangers(policy, () => [breach(policy, signed)])) {
      if (verdict === 'unknown') throw new CannotTell(`of the API’s policy something ${why}`)
      return true
    }
  }
  return false
}

function* judgeRoute(route: Resource, app: Templates): Iterable<Finding> {
  const api = app.referred(route.get('ApiId').text())
  // A connection is asked when it is opened, once for all that is sent over it.
  const isWithin =
    api?.get('ProtocolType').text() === 'WEBSOCKET' && route.get('RouteKey').text() !== '$connect'
  if (!isWithin) yield* judgeType(route, ['CUSTOM', 'JWT'])
  else if (!isOpenedBy(api, route, app))
    yield breach('Properties', 'nobody is asked who opens a connection: there is no route $connect')
}

/** Without it, API Gateway opens connections to anyone. */
const isOpenedBy = (api: Resource, route: Resource, app: Templates): boolean =>
  app
    .of('AWS::ApiGatewayV2::Route')
    .some(
      each =>
        each.get('RouteKey').text() === '$connect' &&
        app.referred(each.get('ApiId').text()) === api &&
        certain(each, route),
    )

function* judgeType(resource: Resource, authorized: readonly string[]): Iterable<Finding> {
  const at = resource.get('AuthorizationType')
  const type = at.text()?.toUpperCase() ?? 'NONE'
  if (type === 'NONE') yield breach(at, open)
  else if (authorized.includes(type)) {
    if (!resource.get('AuthorizerId').isPresent) yield breach(at, 'it names no authorizer')
  } else if (type !== 'AWS_IAM') throw new CannotTell(`${at.at} is no kind of access that is known`)
}

function* judgeDocument(api: Resource, app: Templates): Iterable<Finding> {
  if (api.get('CloneFrom').isPresent) throw new CannotTell('it is the copy of an API that is not at hand')
  if (api.get('Target').isPresent) yield breach(api.get('Target'), open, 'ANY $default')
  const document = documentOf(api, app)
  yield* apart(
    operationsOf(document),
    operation => operation,
    function* (operation, name) {
      const access = accessOf(operation, document)
      if (access === 'iam' && isForAnyAccount(api, app)) yield breach(operation.at, signed, name)
      if (access !== 'none') return
      if (!(name.startsWith('OPTIONS ') && isMock(operation))) yield breach(operation.at, open, name)
    },
  )
}
