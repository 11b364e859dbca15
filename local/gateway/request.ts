import type { IncomingMessage } from 'node:http'
import { unescape as percentDecode } from 'node:querystring'
import { groupValues, lastValue, type MultiValues } from './values.ts'

/** A request as API Gateway sees it, before it is routed. */
export interface GatewayRequest {
  /** After `X-HTTP-Method-Override`, which API Gateway obeys (platform-facts §5.1). */
  method: string
  /** Percent-encoded, as sent, without the query string. */
  sentPath: string
  /** `sentPath` with its leading slashes collapsed to one; this is what is routed (platform-facts §5.1). */
  path: string
  /** Decoded. */
  query: MultiValues
  /** The query string as sent, without `?`. */
  rawQuery: string
  /** Without those that never pass ({@link DROPPED}). */
  headers: MultiValues
  /** Bytes of all header values and of the target, for the limits. */
  headerBytes: number
  targetBytes: number
  sourceIp: string
  /** e.g. `HTTP/1.1` */
  protocol: string
}

/** Headers that end at API Gateway (platform-facts §5.4). */
const DROPPED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
])

/** The only names that arrive in one spelling whatever was sent (platform-facts §5.4). */
const CANONICAL: ReadonlyMap<string, string> = new Map([
  ['authorization', 'Authorization'],
  ['user-agent', 'User-Agent'],
])

/** Reads everything of a request but its body. */
export function readRequest(message: IncomingMessage): GatewayRequest {
  // rawHeaders, because node's `headers` folds duplicates and drops a second Authorization.
  const sent = pairs(message.rawHeaders)
  const headers = groupValues(
    sent
      .filter(([name]) => !DROPPED.has(name.toLowerCase()))
      .map(([name, value]) => [CANONICAL.get(name.toLowerCase()) ?? name, value] as const),
  )
  const target = originForm(message.url ?? '/')
  const question = target.indexOf('?')
  const sentPath = question < 0 ? target : target.slice(0, question)
  const rawQuery = question < 0 ? '' : target.slice(question + 1)
  return {
    method: methodOf(message.method ?? '', sent),
    sentPath,
    path: sentPath.replace(/^\/+/, '/'),
    query: readQuery(rawQuery),
    rawQuery,
    headers,
    headerBytes: sent.reduce((total, [, value]) => total + Buffer.byteLength(value, 'latin1'), 0),
    targetBytes: Buffer.byteLength(target, 'latin1'),
    sourceIp: (message.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
    protocol: `HTTP/${message.httpVersion}`,
  }
}

/** The `Host` a request was sent to, if it named one. */
export function hostOf(request: GatewayRequest): string | undefined {
  for (const name of request.headers.keys()) {
    if (name.toLowerCase() === 'host') return lastValue(request.headers, name)
  }
  return undefined
}

/** The first value of a header, in any spelling. @param name in lower case */
export function firstHeader(request: GatewayRequest, name: string): string | undefined {
  for (const [sent, values] of request.headers) if (sent.toLowerCase() === name) return values[0]
  return undefined
}

function pairs(rawHeaders: readonly string[]): (readonly [string, string])[] {
  const found: (readonly [string, string])[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    found.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? ''])
  return found
}

/**
 * Upper-cased, so that an override is obeyed in any spelling: whether AWS insists on one is not recorded, and a gateway that
 * overrides too much shows the attack that one overriding too little would hide.
 */
function methodOf(method: string, sent: readonly (readonly [string, string])[]): string {
  const override = sent.findLast(([name]) => name.toLowerCase() === 'x-http-method-override')?.[1]
  return override ? override.toUpperCase() : method
}

/** The target of a request without scheme and authority, which a client may send too (RFC 9112 §3.2.2). */
function originForm(target: string): string {
  const absolute = /^https?:\/\/[^/?#]*/i.exec(target)
  if (!absolute) return target
  const rest = target.slice(absolute[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** `&` and `;` both split, `+` is a space (developer guide, "important notes"); a broken escape stays as it is. */
function readQuery(rawQuery: string): MultiValues {
  const parts = rawQuery.split(/[&;]/).filter(part => part !== '')
  return groupValues(
    parts.map(part => {
      const equals = part.indexOf('=')
      const name = equals < 0 ? part : part.slice(0, equals)
      const value = equals < 0 ? '' : part.slice(equals + 1)
      return [decode(name), decode(value)] as const
    }),
  )
}

function decode(text: string): string {
  return percentDecode(text.replaceAll('+', ' '))
}
