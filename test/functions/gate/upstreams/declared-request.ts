import type { DeclaredRequest } from '../../../../functions/gate/passage.ts'
import { emptyInput, manifest, ticket } from '../parts.ts'

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

/** The same of a public route that takes nothing, with changes. */
export const publicRequest = (changes: Partial<DeclaredRequest> = {}): DeclaredRequest => ({
  key: 'GET /deals',
  route: {
    access: { kind: 'public' },
    input: emptyInput,
    limits: { cost: 1, layers: [], openWithoutStore: false },
    output: null,
    stub: null,
  },
  ticket: null,
  path: {},
  query: [],
  headers: [],
  cookies: [],
  body: undefined,
  bodyType: null,
  sourceIp: '192.0.2.1',
  certificate: null,
  ...changes,
})
