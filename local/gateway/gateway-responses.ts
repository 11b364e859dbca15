import { RefusedTemplateError, UnsupportedTemplateError } from '../unsupported.ts'
import type { Variable } from './context.ts'
import { closedObjectAt, integerAt, objectAt, oneOf, optionalObjectAt, stringAt } from './document.ts'
import type { Exchange } from './exchange.ts'
import { GATEWAY_RESPONSE_TYPES, type GatewayResponseType, type Refusal } from './gateway-response-types.ts'
import { fitsHeader, type HttpAnswer } from './http-answer.ts'
import { compileTemplate, lookUpForResponse, type Template } from './substitution.ts'

/** One declared gateway response. */
interface GatewayResponse {
  status: number | null
  headers: readonly { name: string; value: Variable }[]
  body: Template | null
}

export type GatewayResponses = ReadonlyMap<GatewayResponseType, GatewayResponse>

const FRAMING: ReadonlySet<string> = new Set(['connection', 'content-length', 'transfer-encoding'])
const HEADER_PREFIX = 'gatewayresponse.header.'

/** Reads `x-amazon-apigateway-gateway-responses`. @throws UnsupportedTemplateError, RefusedTemplateError */
export function readGatewayResponses(value: unknown, place: string): GatewayResponses {
  const responses = new Map<GatewayResponseType, GatewayResponse>()
  for (const [key, declared] of Object.entries(optionalObjectAt(value, place))) {
    const type = oneOf(key, `${place}.${key}`, GATEWAY_RESPONSE_TYPES)
    if (type === 'REQUEST_TOO_LARGE') {
      throw new RefusedTemplateError(
        `${place}.${key}`,
        'AWS does not let this response be customised; remove it',
      )
    }
    responses.set(type, readGatewayResponse(declared, `${place}.${key}`))
  }
  return responses
}

/**
 * The answer for a refusal: as declared for its type, else for its class (DEFAULT_4XX, DEFAULT_5XX), else AWS's own.
 * A declared header whose value is absent, or cannot stand in a header, is left out.
 */
export function renderRefusal(refusal: Refusal, responses: GatewayResponses, exchange: Exchange): HttpAnswer {
  const declared = responses.get(refusal.type) ?? responses.get(classOf(refusal.status))
  const headers = new Map<string, readonly [string, string[]]>()
  const set = (name: string, value: string): void => void headers.set(name.toLowerCase(), [name, [value]])
  set('Content-Type', 'application/json')
  // Also on customised responses.
  set('x-amzn-ErrorType', refusal.errorType)
  for (const { name, value } of declared?.headers ?? []) {
    const text = value(exchange)
    if (text !== undefined && fitsHeader(name, text)) set(name, text)
  }
  const body = declared?.body ?? defaultBody(refusal.type)
  return {
    status: declared?.status ?? refusal.status,
    headers: [...headers.values()],
    body: Buffer.from(body(exchange)),
  }
}

function classOf(status: number): GatewayResponseType {
  return status >= 500 ? 'DEFAULT_5XX' : 'DEFAULT_4XX'
}

/** ACCESS_DENIED alone spells it with a capital (platform-facts §5.2). */
function defaultBody(type: GatewayResponseType): Template {
  const key = type === 'ACCESS_DENIED' ? 'Message' : 'message'
  return exchange => JSON.stringify({ [key]: exchange.error?.message ?? null })
}

function readGatewayResponse(value: unknown, place: string): GatewayResponse {
  const declared = closedObjectAt(value, place, ['statusCode', 'responseParameters', 'responseTemplates'])
  const parameters = optionalObjectAt(declared.responseParameters, `${place}.responseParameters`)
  return {
    status:
      declared.statusCode === undefined
        ? null
        : integerAt(declared.statusCode, `${place}.statusCode`, { min: 200, max: 599 }),
    headers: Object.entries(parameters).map(([key, text]) =>
      readHeader(key, text, `${place}.responseParameters.${key}`),
    ),
    body: readBodyTemplate(declared.responseTemplates, `${place}.responseTemplates`),
  }
}

function readHeader(key: string, value: unknown, place: string): { name: string; value: Variable } {
  const name = key.startsWith(HEADER_PREFIX) ? key.slice(HEADER_PREFIX.length) : ''
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    throw new UnsupportedTemplateError(place, `only ${HEADER_PREFIX}<name> is supported`)
  }
  if (FRAMING.has(name.toLowerCase())) {
    throw new UnsupportedTemplateError(
      place,
      'this header frames the message and cannot be declared; remove it',
    )
  }
  const text = stringAt(value, place)
  const literal = /^'(.*)'$/s.exec(text)?.[1]
  if (literal === undefined) return { name, value: lookUpForResponse(text, place) }
  if (!fitsHeader(name, literal)) {
    throw new UnsupportedTemplateError(place, 'the value has a character no header can hold')
  }
  return { name, value: () => literal }
}

function readBodyTemplate(value: unknown, place: string): Template | null {
  if (value === undefined) return null
  closedObjectAt(value, place, ['application/json'])
  const text = objectAt(value, place)['application/json']
  if (text === undefined) return null
  const options = { absent: '', lookUp: lookUpForResponse }
  return compileTemplate(stringAt(text, place), `${place}.application/json`, options)
}
