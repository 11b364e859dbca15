import { unsupportedValue } from '../unsupported.ts'
import type { GatewayRequest } from './request.ts'
import { lastValue } from './values.ts'

/** Where an authorizer's cache key comes from. Path parameters cannot be one (platform-facts §5.2). */
export type IdentitySource =
  | { kind: 'header'; name: string }
  | { kind: 'querystring'; name: string }
  | { kind: 'httpMethod' }
  | { kind: 'resourcePath' }

const SUPPORTED = [
  'method.request.header.<name>',
  'method.request.querystring.<name>',
  'context.httpMethod',
  'context.resourcePath',
]

/** Reads the comma-separated `identitySource` of an authorizer. @throws UnsupportedTemplateError on any other kind */
export function readIdentitySources(text: string, place: string): IdentitySource[] {
  return text.split(',').map(part => readIdentitySource(part.trim(), place))
}

function readIdentitySource(expression: string, place: string): IdentitySource {
  if (expression === 'context.httpMethod') return { kind: 'httpMethod' }
  if (expression === 'context.resourcePath') return { kind: 'resourcePath' }
  const parameter = /^method\.request\.(header|querystring)\.([^\s.,]+)$/.exec(expression)
  const [, kind, name] = parameter ?? []
  if (name !== undefined && (kind === 'header' || kind === 'querystring')) return { kind, name }
  throw unsupportedValue(place, expression, SUPPORTED)
}

/**
 * The value of an identity source in a request; an empty value counts as absent, as in AWS.
 * @param resourcePath the template of the matched resource
 */
export function identityValue(
  source: IdentitySource,
  request: GatewayRequest,
  resourcePath: string,
): string | undefined {
  switch (source.kind) {
    case 'header':
      return lastValue(request.headers, source.name) || undefined
    case 'querystring':
      return lastValue(request.query, source.name) || undefined
    case 'httpMethod':
      return request.method
    case 'resourcePath':
      return resourcePath
  }
}
