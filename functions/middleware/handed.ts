import type { RouteRequest } from '../../contract/declared-route.ts'
import { candidateOf, typedBody } from '../gate/inputs/validation.ts'
import type { DeclaredRequest } from '../gate/passage.ts'
import { principalOf } from '../gate/upstreams/principal.ts'

/** All that a handler sees of a request. */
export function handed(request: DeclaredRequest): RouteRequest {
  const { key, route, ticket, body } = request
  const { path, query, headers, cookies } = candidateOf(request)
  const token = route.input.forwardAuthorization
    ? request.headers.filter(([name]) => name === 'authorization')
    : []
  return {
    route: key,
    path,
    query,
    headers: Object.assign(headers, Object.fromEntries(token)),
    cookies,
    // Small Buffers lie in memory that Node shares among all of them: behind `.buffer` stand other callers' requests.
    body: typedBody(body instanceof Uint8Array ? { ...request, body: new Uint8Array(body) } : request),
    principal: ticket && principalOf(ticket),
  }
}
