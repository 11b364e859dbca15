import { documentOf, schemesOf } from '../api/openapi.ts'
import { apart, breach, type Finding, type Rule } from '../rule.ts'
import type { Value } from '../template/value.ts'

const defaultTtlSeconds = 300

/** What tells one route's decision from another's, of which all of a list must be there. */
const keyedByRoute = {
  rest: [['context.httpMethod'], ['context.resourcePath', 'context.resourceId', 'context.path']],
  http: [['$context.routeKey']],
}

interface Settings {
  readonly at: Value
  readonly type: string | undefined
  readonly ttlSeconds: number | undefined
  readonly sources: readonly (string | undefined)[]
  readonly kind: keyof typeof keyedByRoute
}

/**
 * With a cache keyed by the token alone, what was allowed on one route is allowed on all. A user pool's authorizer decides nothing by
 * route, nor does one for JWTs.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
 */
export const authorizerCache: Rule = {
  id: 'ZT-AUTHORIZER-CACHE',
  title: 'What an authorizer decided for one route serves no other',
  fix: 'Make it a REQUEST authorizer with context.httpMethod and context.resourcePath ($context.routeKey for an HTTP API) among its identity sources, or set its time to live to 0.',
  types: [
    'AWS::ApiGateway::Authorizer',
    'AWS::ApiGatewayV2::Authorizer',
    'AWS::ApiGateway::RestApi',
    'AWS::ApiGatewayV2::Api',
  ],
  *judge(resource, app) {
    const kind = resource.type.startsWith('AWS::ApiGatewayV2') ? 'http' : 'rest'
    if (resource.type.endsWith('::Authorizer')) {
      // It is asked once, when a connection is opened, and nothing is kept.
      if (
        kind === 'http' &&
        app.referred(resource.get('ApiId').text())?.get('ProtocolType').text() === 'WEBSOCKET'
      )
        return
      const source = resource.get('IdentitySource')
      yield* judgeSettings({
        at: source,
        type: resource.get(kind === 'rest' ? 'Type' : 'AuthorizerType').text(),
        ttlSeconds: resource.get('AuthorizerResultTtlInSeconds').number(),
        sources: source.items().map(item => item.text()),
        kind,
      })
      return
    }
    const authorizers = schemesOf(documentOf(resource, app)).map(([name, scheme]) => ({
      name,
      at: scheme.at,
      authorizer: scheme.get('x-amazon-apigateway-authorizer'),
    }))
    yield* apart(
      authorizers,
      each => each,
      function* ({ authorizer }, name) {
        if (!authorizer.isPresent) return
        const source = authorizer.get('identitySource')
        yield* judgeSettings(
          {
            at: source,
            type: authorizer.get('type').text(),
            ttlSeconds: authorizer.get('authorizerResultTtlInSeconds').number(),
            sources: source.items().map(item => item.text()),
            kind,
          },
          name,
        )
      },
    )
  },
}

function* judgeSettings(settings: Settings, name?: string): Iterable<Finding> {
  const type = settings.type?.toUpperCase()
  if (type === 'COGNITO_USER_POOLS' || type === 'JWT') return
  if ((settings.ttlSeconds ?? defaultTtlSeconds) === 0) return
  if (type !== 'REQUEST') {
    yield breach(settings.at, 'answers are kept by the token alone, for all routes', name)
    return
  }
  const sources = settings.sources.flatMap(text => (text ?? '').split(',')).map(source => source.trim())
  const isKeyed = keyedByRoute[settings.kind].every(either => either.some(source => sources.includes(source)))
  if (!isKeyed)
    yield breach(settings.at, 'answers are kept without the route among what they are kept by', name)
}
