import { STATUS_CODES } from 'node:http'
import type { ViewersManifest } from '../../contract/authorizer-manifest.ts'
import type { AnswerManifest } from '../../contract/gate-manifest.ts'
import { pointerSegments } from '../../contract/json-pointer.ts'
import { isSchema, type JsonSchema } from '../declare/schema.ts'
import type { Route } from '../route.ts'
import { inlineSchema } from './inline-schema.ts'
import { callersLayers } from './limit-lines.ts'
import type { CompiledAnswer } from './outputs.ts'

/** What a caller learns of limits from an answer (draft-ietf-httpapi-ratelimit-headers-10). */
export const limitHeaderObjects = {
  'RateLimit-Policy': {
    description: 'The limit that the caller is nearest to: its name, `q` requests in `w` seconds.',
    schema: { type: 'string' },
  },
  RateLimit: {
    description: 'Of that limit `r` requests are left, and some come back in `t` seconds.',
    schema: { type: 'string' },
  },
  'Retry-After': {
    description: 'Seconds until trying again can succeed.',
    schema: { type: 'integer' },
  },
}

export const limitHeadersOf = (names: ReadonlyArray<keyof typeof limitHeaderObjects>) =>
  Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]))

/** The answers of a route, for those who call it. */
export function responsesOf(route: Route): Record<string, unknown> {
  const told = callersLayers(route).length > 0 ? limitHeadersOf(['RateLimit-Policy', 'RateLimit']) : {}
  const withTold = Object.entries(answersOf(route)).map(([status, answer]) => {
    const headers = { ...answer.headers, ...told }
    return [status, { ...answer, ...(Object.keys(headers).length > 0 && { headers }) }]
  })
  return {
    ...(route.limits.manifest.layers.length > 0 && {
      429: { $ref: '#/components/responses/TooManyRequests' },
    }),
    ...Object.fromEntries(withTold),
  }
}

interface Answer {
  readonly description: string
  readonly headers?: Readonly<Record<string, unknown>>
  readonly content?: Readonly<Record<string, unknown>>
}

function answersOf({ output, upstream }: Route): Record<string, Answer> {
  switch (output.kind) {
    case 'stub': {
      const { target } = upstream
      const status = target.kind === 'stub' ? target.status : 200
      return { [status]: { description: phrase(status), content: { 'application/json': {} } } }
    }
    case 'unsafeAny':
      return { '2XX': { description: 'The answer of the service.' } }
    case 'declared':
      return Object.fromEntries(
        [...output.statuses].map(([status, answer]) => [String(status), responseOf(status, answer)]),
      )
  }
}

const phrase = (status: number): string => STATUS_CODES[status] ?? `Status ${status}`

function responseOf(status: number, { manifest, schema, visibleTo }: CompiledAnswer): Answer {
  const text = { schema: { type: 'string' } }
  const headers = {
    ...Object.fromEntries(manifest.headers.map(name => [name, text])),
    ...(manifest.cookies.length > 0 && {
      'Set-Cookie': { ...text, description: `One of ${manifest.cookies.join(', ')}.` },
    }),
  }
  return {
    description: phrase(status),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(manifest.kind !== 'empty' && { content: contentOf(manifest, schema && visible(schema, visibleTo)) }),
  }
}

/** Bytes are said by their media type alone (OpenAPI 3.1 §4.8.14.3). */
function contentOf(manifest: Exclude<AnswerManifest, { kind: 'empty' }>, schema: JsonSchema | null) {
  switch (manifest.kind) {
    case 'json':
      return { [manifest.mediaType]: { schema } }
    case 'text':
      return { [manifest.mediaType]: { schema: { type: 'string' } } }
    case 'bytes':
      return Object.fromEntries(manifest.mediaTypes.map(type => [type, {}]))
  }
}

/** A schema as each of its callers may find it met: what is for some viewers only is not required. */
function visible(schema: JsonSchema, visibleTo: ReadonlyMap<string, ViewersManifest>): JsonSchema {
  return [...visibleTo].reduce(
    (marked, [pointer, viewers]) =>
      mark(marked, pointerSegments(pointer), `For callers with ${viewersText(viewers)}.`),
    inlineSchema(schema),
  )
}

/** In words: `scope costs:read and role manager`. */
export const viewersText = ({ scopes, anyScope, roles }: ViewersManifest): string =>
  [
    ...scopes.map(scope => `scope ${scope}`),
    ...(anyScope.length > 0 ? [`scope ${anyScope.join(' or ')}`] : []),
    ...(roles.length > 0 ? [`role ${roles.join(' or ')}`] : []),
  ].join(' and ')

function mark(schema: JsonSchema, [segment, ...rest]: readonly string[], words: string): JsonSchema {
  if (segment === undefined) return { ...schema, description: words }
  const within = (value: unknown) => (isSchema(value) ? mark(value, rest, words) : value)
  const { properties, required, items, additionalProperties } = schema
  const named = isSchema(properties) && Object.hasOwn(properties, segment)
  const branches = ['allOf', 'anyOf', 'oneOf'].flatMap(keyword => {
    const list = schema[keyword]
    return Array.isArray(list)
      ? [
          [
            keyword,
            list.map(each => (isSchema(each) ? mark(each, [segment, ...rest], words) : each)),
          ] as const,
        ]
      : []
  })
  return {
    ...schema,
    ...Object.fromEntries(branches),
    ...(named && { properties: { ...properties, [segment]: within(properties[segment]) } }),
    // Also where it is declared elsewhere: in a part of allOf, or beside a reference.
    ...(rest.length === 0 &&
      Array.isArray(required) && { required: required.filter(name => name !== segment) }),
    ...(segment === '*' && items !== undefined && { items: within(items) }),
    ...(segment === '*' &&
      additionalProperties !== undefined && { additionalProperties: within(additionalProperties) }),
  }
}
