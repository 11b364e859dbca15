import { RefusedTemplateError, unsupportedValue } from '../unsupported.ts'
import { type ApiIdentity, assignedId } from './api-identity.ts'
import { closedObjectAt, integerAt, oneOf, optionalObjectAt, stringAt } from './document.ts'
import { readIdentitySources } from './identity-source.ts'
import type { AuthorizerDefinition } from './operation.ts'

const AUTHTYPE = 'x-amazon-apigateway-authtype'
const AUTHORIZER = 'x-amazon-apigateway-authorizer'
/** platform-facts §5.2 */
const TTL = { default: 300, max: 3600 }

/** Reads `components.securitySchemes`: every scheme is a REQUEST authorizer. */
export function readSecuritySchemes(
  value: unknown,
  place: string,
  api: ApiIdentity,
): ReadonlyMap<string, AuthorizerDefinition> {
  const schemes = Object.entries(optionalObjectAt(value, place))
  return new Map(
    schemes.map(([name, scheme]) => [name, readScheme(name, scheme, `${place}.${name}`, api)] as const),
  )
}

function readScheme(name: string, value: unknown, place: string, api: ApiIdentity): AuthorizerDefinition {
  const scheme = closedObjectAt(value, place, ['type', 'name', 'in', 'description', AUTHTYPE, AUTHORIZER])
  oneOf(scheme.type, `${place}.type`, ['apiKey'])
  oneOf(scheme.in, `${place}.in`, ['header'])
  stringAt(scheme.name, `${place}.name`)
  // Without it API Gateway imports the scheme and authorizes nobody, so it must be said.
  oneOf(scheme[AUTHTYPE], `${place}.${AUTHTYPE}`, ['custom'])
  const at = `${place}.${AUTHORIZER}`
  const authorizer = closedObjectAt(scheme[AUTHORIZER], at, [
    'type',
    'identitySource',
    'authorizerUri',
    'authorizerResultTtlInSeconds',
  ])
  oneOf(authorizer.type, `${at}.type`, ['request'])
  const { authorizerResultTtlInSeconds: ttl = TTL.default, identitySource = '' } = authorizer
  const ttlSeconds = integerAt(ttl, `${at}.authorizerResultTtlInSeconds`, { min: 0, max: TTL.max })
  if (identitySource === '' && ttlSeconds > 0) {
    throw new RefusedTemplateError(
      `${at}.identitySource`,
      'AWS refuses a caching authorizer without identity sources; name them, or set authorizerResultTtlInSeconds to 0',
    )
  }
  return {
    name,
    id: assignedId(api.apiId, 'authorizer', name),
    functionArn: readInvocationUri(authorizer.authorizerUri, `${at}.authorizerUri`),
    identitySources:
      identitySource === ''
        ? []
        : readIdentitySources(stringAt(identitySource, `${at}.identitySource`), `${at}.identitySource`),
    ttlSeconds,
  }
}

/** The function ARN inside the URI API Gateway invokes functions by; response streaming has another and is not supported. */
export function readInvocationUri(value: unknown, place: string): string {
  const uri = stringAt(value, place)
  const arn =
    /^arn:aws[\w-]*:apigateway:[\w-]+:lambda:path\/2015-03-31\/functions\/(arn:aws[\w-]*:lambda:[^/\s]+)\/invocations$/.exec(
      uri,
    )?.[1]
  if (arn === undefined) {
    throw unsupportedValue(place, uri, [
      'arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations',
    ])
  }
  return arn
}
