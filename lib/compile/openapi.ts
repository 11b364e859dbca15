import { layerText } from '../../contract/limits-text.ts'
import { problemMediaType } from '../../contract/problem.ts'
import type { Gate } from '../gate.ts'
import type { Route } from '../route.ts'
import { bodySchema, type CompiledBody } from './body.ts'
import { inlineSchema } from './inline-schema.ts'
import { callersLayers } from './limit-lines.ts'
import type { CompiledParameter } from './parameters.ts'
import { limitHeaderObjects, limitHeadersOf, responsesOf } from './responses.ts'

export interface OpenApiInfo {
  readonly title: string
  readonly version: string
}

/** What API Gateway must do with the operations, beyond what a client needs to know of them. */
export interface GatewayWiring {
  /** Invocation URI of the function that API Gateway calls. */
  integrationUri(gate: Gate): string
  /** Null when every route is public. */
  readonly authorizer: { readonly uri: string; readonly cacheTtlSeconds: number } | null
  readonly gatewayResponses: Record<string, unknown>
  /** Whose preflights are answered, and by whom: by path. Empty where browsers may not ask which pages may use the API. */
  readonly preflights: ReadonlyMap<string, Gate>
}

const securityScheme = 'token'

/**
 * The body of the REST API: what exists, who guards it, where it goes. It holds no schemas: API Gateway knows a subset of
 * JSON Schema draft 4 and matches header names by case, so its own validation would refuse requests that are right and
 * explain nothing. The second door validates everything (docs/adr/0001).
 */
export function gatewayDocument(info: OpenApiInfo, routes: readonly Route[], wiring: GatewayWiring) {
  // It stands in the template once for each route, so it says only what API Gateway acts upon: a proxy integration hands over
  // path parameters that no operation lists, and never consults a passthrough behaviour (SAM writes its APIs the same way).
  const operation = (gate: Gate, security: ReturnType<typeof securityOf>) => ({
    responses: {},
    security,
    'x-amazon-apigateway-integration': {
      type: 'aws_proxy',
      httpMethod: 'POST',
      uri: wiring.integrationUri(gate),
      timeoutInMillis: gate.timeout.toMilliseconds(),
    },
  })
  const paths = pathsOf(routes, route => operation(route.gate, securityOf(route)))
  // Browsers send no token with them (Fetch §4.8), so nobody guards them.
  for (const [path, gate] of wiring.preflights)
    Object.assign(paths[path] ?? {}, { options: operation(gate, []) })
  return {
    openapi: '3.0.1',
    info,
    paths,
    ...(wiring.authorizer && {
      components: {
        securitySchemes: {
          [securityScheme]: {
            type: 'apiKey',
            name: 'Authorization',
            in: 'header',
            'x-amazon-apigateway-authtype': 'custom',
            'x-amazon-apigateway-authorizer': {
              type: 'request',
              // The cache key. Without method and resource, one route's decision would serve another.
              identitySource: 'method.request.header.Authorization, context.httpMethod, context.resourcePath',
              authorizerUri: wiring.authorizer.uri,
              authorizerResultTtlInSeconds: wiring.authorizer.cacheTtlSeconds,
            },
          },
        },
      },
    }),
    ...(binaryTypes(routes).length > 0 && { 'x-amazon-apigateway-binary-media-types': binaryTypes(routes) }),
    'x-amazon-apigateway-gateway-responses': wiring.gatewayResponses,
  }
}

/** What API Gateway is to hand over and take back as base64, byte for byte, instead of as text. */
const binaryTypes = (routes: readonly Route[]): string[] =>
  [
    ...new Set(
      routes.flatMap(({ input, output }) => [
        ...(input.body?.kind === 'bytes' ? input.body.types : []),
        ...(output.kind === 'declared' ? output.binary : []),
      ]),
    ),
  ].sort()

/** The same operations for those who call them, with everything they may send. */
export function publicDocument(info: OpenApiInfo, routes: readonly Route[]) {
  const guarded = routes.some(route => route.access.kind === 'token')
  const limited = routes.some(({ limits }) => limits.manifest.layers.length > 0)
  const ids = operationIds(routes)
  return {
    openapi: '3.1.0',
    info,
    paths: pathsOf(routes, route => publicOperation(route, ids.get(route) as string)),
    components: {
      ...(guarded && {
        securitySchemes: { [securityScheme]: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      }),
      responses: {
        Problem: {
          description: 'Refused. See docs/errors.md for the codes.',
          content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
        },
        ...(limited && {
          TooManyRequests: {
            description: 'Beyond a limit. See docs/errors.md for the codes.',
            headers: limitHeadersOf(['Retry-After', 'RateLimit-Policy', 'RateLimit']),
            content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        }),
      },
      ...(limited && { headers: limitHeaderObjects }),
      schemas: { Problem: problemSchema },
    },
  }
}

function publicOperation(route: Route, operationId: string) {
  const { input } = route
  const place = (parameters: readonly CompiledParameter[], where: string) =>
    parameters.map(({ name, required, schema }) => ({
      name,
      in: where,
      required,
      schema: inlineSchema(schema),
    }))
  return {
    operationId,
    description: [`Access: ${route.access}.`, ...limitSentences(route)].join(' '),
    parameters: [
      ...place(input.path, 'path'),
      ...place(input.query, 'query'),
      ...place(input.headers, 'header'),
      ...place(input.cookies, 'cookie'),
    ],
    ...(input.body && {
      requestBody: {
        required: input.body.required,
        content: contentOf(input.body),
      },
    }),
    responses: {
      ...responsesOf(route),
      default: { $ref: '#/components/responses/Problem' },
    },
    security: securityOf(route),
  }
}

function limitSentences(route: Route): string[] {
  const layers = callersLayers(route)
  const { cost } = route.limits.manifest
  return [
    ...(layers.length > 0 ? [`Limit: ${layers.map(layerText).join('; ')}.`] : []),
    ...(layers.length > 0 && cost > 1 ? [`Counts as ${cost}.`] : []),
  ]
}

/** Bytes are said by their media type alone (OpenAPI 3.1 §4.8.14.3). */
function contentOf(body: CompiledBody) {
  const schema = bodySchema(body)
  return Object.fromEntries(body.types.map(type => [type, schema ? { schema: inlineSchema(schema) } : {}]))
}

const problemSchema = {
  type: 'object',
  required: ['type', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          in: { enum: ['path', 'query', 'header', 'cookie', 'body'] },
          name: { type: 'string' },
          detail: { type: 'string' },
        },
      },
    },
  },
}

const securityOf = (route: Route) => (route.access.kind === 'public' ? [] : [{ [securityScheme]: [] }])

function pathsOf(
  routes: readonly Route[],
  operation: (route: Route) => object,
): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    paths[route.path] ??= {}
    Object.assign(paths[route.path] ?? {}, { [route.method.toLowerCase()]: operation(route) })
  }
  return paths
}

/** A name for each route, of which no two are the same (`/deals/open` and `/dealsOpen` read alike). */
function operationIds(routes: readonly Route[]): Map<Route, string> {
  const taken = new Map<string, Route>()
  for (const route of routes) {
    const name = operationId(route)
    let id = name
    for (let n = 2; taken.has(id); n += 1) id = `${name}${n}`
    taken.set(id, route)
  }
  return new Map([...taken].map(([id, route]) => [route, id]))
}

/** A name for client generators: `getUsersByUserIdDeals`. */
const operationId = ({ method, path }: Route): string => {
  const words = path
    .split('/')
    .filter(Boolean)
    .map(segment => {
      const word = segment
        .replace(/[{}]/g, '')
        .replace(/[^A-Za-z0-9]/g, char => `_${char.charCodeAt(0).toString(16)}`)
      return `${segment.startsWith('{') ? 'By' : ''}${word.charAt(0).toUpperCase()}${word.slice(1)}`
    })
  return method.toLowerCase() + (words.join('') || 'Root')
}
