import type { CorsManifest } from '../../contract/gate-manifest.ts'
import type { Cors } from '../declare/cors.ts'
import type { Gate } from '../gate.ts'
import type { Route } from '../route.ts'

/**
 * Which gate answers the preflights of a path: that of its first route before which there is a gate of its own. Which one it is
 * decides nothing, as long as there is one: what a preflight is told comes from the declarations of all routes of the path.
 *
 * @param own the gate of paths before which there is none
 */
export function preflightGates(routes: readonly Route[], own: Gate | undefined): ReadonlyMap<string, Gate> {
  const gates = new Map<string, Gate>()
  for (const { path, gate } of routes) {
    const known = gates.get(path)
    if (known && known !== own) continue
    const answering = gate.target.kind === 'direct' ? own : gate
    if (!answering) throw new Error('preflights without a gate')
    gates.set(path, answering)
  }
  return gates
}

/**
 * What one gate must know of the pages that may use the API: all of it, and the preflights that are sent to this gate.
 *
 * @param own see {@link preflightGates}
 */
export const corsManifest = (
  cors: Cors,
  gate: Gate,
  routes: readonly Route[],
  own: Gate | undefined,
): CorsManifest => ({
  ...cors,
  preflights: Object.fromEntries(
    [...preflightGates(routes, own)]
      .filter(([, answering]) => answering === gate)
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
