import { deny, Refused } from '../../contract/decision.ts'
import type { DeclaredRequest, Step } from './passage.ts'

/**
 * Object-level authorization: claims that must equal a path parameter. It is decided here because the first door's
 * answers are cached per path template, so one user's yes would serve another user's path.
 */
export function bindPrincipal(): Step<Record<string, unknown>, DeclaredRequest> {
  return {
    before: ({ event: { route, ticket, path } }) => {
      if (route.access.kind === 'public') return
      for (const { claim, pathParameter } of route.access.bind) {
        const held = ticket && Object.hasOwn(ticket.claims, claim) ? ticket.claims[claim] : undefined
        if (held === undefined || held !== path[pathParameter]) {
          throw new Refused(deny('claim.path_mismatch', { note: pathParameter }))
        }
      }
    },
  }
}
