import type { DeclaredRequest } from '../../../../functions/gate/passage.ts'
import { manifest, ticket } from '../parts.ts'

/** A request that passed every step, with changes. */
export const declaredRequest = (changes: Partial<DeclaredRequest> = {}): DeclaredRequest => {
  const key = 'PUT /users/{userId}'
  const route = manifest.routes[key]
  if (!route) throw new Error('no such route')
  return {
    key,
    route,
    ticket,
    path: { userId: 'user-1' },
    query: [],
    headers: [],
    cookies: [],
    body: { title: 'a' },
    bodyType: 'application/json',
    sourceIp: '192.0.2.1',
    certificate: null,
    ...changes,
  }
}
