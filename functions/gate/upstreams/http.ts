import request from 'undici/lib/api/api-request.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import { allow, type Decision, deny } from '../../../contract/decision.ts'
import { resolveDeployed } from '../../../contract/deployed.ts'
import type { UpstreamKind } from '../../../contract/gate-manifest.ts'
import { fieldsOf } from '../inputs/pairs.ts'
import type { DeclaredRequest } from '../passage.ts'
import { contentTypeOf, encodeBody, encodePairs } from './bodies.ts'
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
    try {
      const asked = askedOf(declaredRequest)
      const { statusCode, headers, body } = await request.call(pool, {
        ...asked,
        path: `${basePath}${asked.path}`,
        signal: AbortSignal.timeout(declared.timeoutMs),
      })
      return allow(answerOf(statusCode, headers, await body.bytes()))
    } catch (error) {
      return failureOf(error)
    }
  }
}

/** What is asked of an upstream, whatever its base. */
export const askedOf = (request: DeclaredRequest) => ({
  path: targetOf(request),
  method: request.key.slice(0, request.key.indexOf(' ')) as 'GET',
  headers: headersOf(request),
  body: encodeBody(request),
})

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

/** undici and Node name their errors by code; web APIs (an abort after the time-out) by name. */
function failureOf(error: unknown): Decision<never> {
  const { code: given, name } = error as { code?: unknown; name?: string }
  // That of a DOMException is a number.
  const code = typeof given === 'string' ? given : undefined
  const note = code ?? name
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return deny('upstream.invalid_response', { note })
  const timedOut = /TIMEOUT/.test(code ?? '') || name === 'TimeoutError'
  return deny(timedOut ? 'upstream.timeout' : 'upstream.unreachable', { note })
}
