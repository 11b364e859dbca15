import { allow } from '../../../../contract/decision.ts'
import type { PrincipalManifest } from '../../../../contract/upstream-manifest.ts'
import { fieldsOf } from '../../inputs/pairs.ts'
import type { DeclaredRequest } from '../../passage.ts'
import { boundedBody, contentTypeOf, encodePairs } from '../bodies.ts'
import { principalHeaders } from './principal-headers.ts'

/** What is asked of an upstream, whatever its base. Denials: `input.too_large`, `principal.unusable`. */
export function askedOf(request: DeclaredRequest, principal: PrincipalManifest) {
  const body = boundedBody(request)
  if (!body.ok) return body
  const caller = principalHeaders(principal, request.ticket)
  if (!caller.ok) return caller
  return allow({
    path: targetOf(request),
    method: request.key.slice(0, request.key.indexOf(' ')) as 'GET',
    headers: { ...headersOf(request), ...caller.value },
    body: body.value,
  })
}

/** Path and query: the declared template, filled with validated values that are encoded anew. */
export function targetOf(request: Pick<DeclaredRequest, 'key' | 'path' | 'query'>): string {
  const template = request.key.slice(request.key.indexOf(' ') + 1)
  const path = template.replace(/\{([^{}/]+)\}/g, (_, name: string) => {
    const value = request.path[name]
    // Inputs let no such thing through. Encoding leaves dots as they are, and with them one would climb.
    if (value === undefined || /^\.{0,2}$/.test(value)) throw new Error('a path parameter that is no segment')
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
  }
}
