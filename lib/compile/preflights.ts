import type { CorsManifest } from '../../contract/gate-manifest.ts'
import type { Cors } from '../declare/cors.ts'
import type { Gate } from '../gate.ts'
import type { Route } from '../route.ts'

/**
 * The route whose gate answers the preflights of a path: its first. Which one it is decides nothing, as long as there is one:
 * what a preflight is told comes from the declarations of all routes of the path.
 */
export const preflightRoutes = (routes: readonly Route[]): ReadonlyMap<string, Route> =>
  // A Map keeps the last of equal keys.
  new Map(routes.toReversed().map(route => [route.path, route]))

/** What one gate must know of the pages that may use the API: all of it, and the preflights that are sent to this gate. */
export const corsManifest = (cors: Cors, gate: Gate, routes: readonly Route[]): CorsManifest => ({
  ...cors,
  preflights: Object.fromEntries(
    [...preflightRoutes(routes)]
      .filter(([, route]) => route.gate === gate)
      .map(([path]) => [path, methodsOf(routes.filter(route => route.path === path))]),
  ),
})

const methodsOf = (routes: readonly Route[]) =>
  Object.fromEntries(routes.map(route => [route.method, requestHeaders(route)]))

/** Every header that a page has a reason to send: those declared, and those that a body and a token come with. */
const requestHeaders = ({ input, access }: Route): string[] =>
  [
    ...new Set([
      ...input.headers.map(({ name }) => name),
      ...(input.body ? ['content-type'] : []),
      ...(access.kind === 'token' ? ['authorization'] : []),
    ]),
  ].sort()
