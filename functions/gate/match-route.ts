import { deny, Refused } from '../../contract/decision.ts'
import type { GateManifest } from '../../contract/gate-manifest.ts'
import { routeKey } from '../../contract/route.ts'
import type { Matched, Step } from './passage.ts'

/**
 * Finds the declared route. By the resource API Gateway matched and its method, never by the path's text: trailing
 * slashes, doubled slashes and encodings have bypassed many a gateway.
 */
export function matchRoute({ manifest }: { manifest: GateManifest }): Step<Matched> {
  return {
    before: ({ event, internal }) => {
      const key = routeKey(event.httpMethod, event.resource)
      const route = Object.hasOwn(manifest.routes, key) ? manifest.routes[key] : undefined
      if (!route) throw new Refused(deny('route.undeclared'))
      internal.key = key
      internal.route = route
    },
  }
}
