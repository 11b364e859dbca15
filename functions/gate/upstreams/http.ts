import request from 'undici/lib/api/api-request.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import { allow, type Decision, deny } from '../../../contract/decision.ts'
import { resolveDeployed } from '../../../contract/deployed.ts'
import type { UpstreamKind } from '../../../contract/gate-manifest.ts'
import { fieldsOf } from '../inputs/pairs.ts'
import type { DeclaredRequest } from '../passage.ts'
import { boundedBody, contentTypeOf, encodePairs } from './bodies.ts'
import { encodePrincipal, principalHeader } from './principal.ts'
import type { Upstream, UpstreamAnswer } from './upstream.ts'

/**
 * An upstream over HTTPS. Scheme and host come from the declaration alone; the path is the route's own template with
 * validated, re-encoded values in it. Redirects are not followed: they would leave what was declared.
 */
export function openHttp(declared: UpstreamKind<'http'>, environment: NodeJS.ProcessEnv): Upstream {
  const base = new URL(resolveDeployed(declared.url, environment))
  if (base.protocol !== 'https:') throw new Error('an upstream must be reached over https')
  const basePath = base.pathname.replace(/\/$/, '')
  const pool = new Pool(base.origin, {
    connect: { minVersion: 'TLSv1.3', timeout: Math.min(declared.timeoutMs, 3000) },
    headersTimeout: declared.timeoutMs,
    bodyTimeout: declared.timeoutMs,
    maxResponseSize: declared.maxResponseBytes,
    keepAliveTimeout: 30_000,
  })

  return async declaredRequest => {
    // Made before anything is sent: what goes wrong here is a fault of ours, and none of the upstream's.
    const asked = askedOf(declaredRequest)
    if (!asked.ok) return asked
    try {
      const { statusCode, headers, body } = await request.call(pool, {
        ...asked.value,
        path: `${basePath}${asked.value.path}`,
        signal: AbortSignal.timeout(declared.timeoutMs),
      })
      return allow(answerOf(statusCode, headers, await body.bytes()))
    } catch (error) {
      return failureOf(error)
    }
  }
}

/** What is asked of an upstream, whatever its base. Denial: `input.too_large`. */
export function askedOf(request: DeclaredRequest) {
  const body = boundedBody(request)
  if (!body.ok) return body
  return allow({
    path: targetOf(request),
    method: request.key.slice(0, request.key.indexOf(' ')) as 'GET',
    headers: headersOf(request),
    body: body.value,
  })
}

/** Path and query: the declared template, filled with validated values that are encoded anew. */
export function targetOf(request: Pick<DeclaredRequest, 'key' | 'path' | 'query'>): string {
  const template = request.key.slice(request.key.indexOf(' ') + 1)
  const path = template.replace(/\{([^{}/]+)\}/g, (_, name: string) => {
    const value = request.path[name]
    if (value === undefined) throw new Error('a path parameter without a value')
    return encodeURIComponent(value)
  })
  const query = encodePairs(request.query)
  return query ? `${path}?${query}` : path
}

const acceptOf = ({ output }: DeclaredRequest['route']): string =>
  output?.kind === 'declared' ? output.accept : 'application/json'

function headersOf(request: DeclaredRequest): Record<string, string> {
  return {
    accept: acceptOf(request.route),
    ...fieldsOf(request.headers),
    ...(request.cookies.length > 0 && {
      cookie: request.cookies.map(([name, v]) => `${name}=${v}`).join('; '),
    }),
    ...(request.bodyType !== null && { 'content-type': contentTypeOf(request.bodyType) }),
    ...(request.ticket && { [principalHeader]: encodePrincipal(request.ticket) }),
  }
}

/** What it said, as all upstreams say it. */
export const answerOf = (
  status: number,
  headers: Record<string, string | string[] | undefined>,
  body: Uint8Array,
): UpstreamAnswer => ({
  status,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, values = []]) => [
      name.toLowerCase(),
      typeof values === 'string' ? [values] : values,
    ]),
  ),
  body,
})

// What undici says of an answer that it cannot read. For a status of 000 and for one of 101 that nobody asked for, an assertion of its
// own fails; to word that one, Node reads the bundle, and may come to a SyntaxError over it.
const unreadable = new Set([
  ...['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
  ...['HTTPParserError', 'AssertionError', 'SyntaxError'],
])

/** undici and Node name their errors by code; web APIs (an abort after the time-out) by name. */
function failureOf(error: unknown): Decision<never> {
  const { code: given, name } = error as { code?: unknown; name?: string }
  // That of a DOMException is a number.
  const code = typeof given === 'string' ? given : undefined
  const note = code ?? name
  if (unreadable.has(code ?? '') || unreadable.has(name ?? '')) {
    return deny('upstream.invalid_response', { note: name === 'SyntaxError' ? 'ERR_ASSERTION' : note })
  }
  const timedOut = /TIMEOUT/.test(code ?? '') || name === 'TimeoutError'
  return deny(timedOut ? 'upstream.timeout' : 'upstream.unreachable', { note })
}
