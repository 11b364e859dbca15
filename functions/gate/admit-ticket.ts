import { settle } from '../../contract/decision.ts'
import { readTicket } from '../../contract/ticket.ts'
import type { Admitted, Step } from './passage.ts'

/**
 * Admits whoever holds the first door's ticket for this very route. Without it a request got past API Gateway's
 * authorizer: a method wired without one, the console's test button, another route's cached answer. A direct invocation
 * could bring a ticket of its own; that it cannot happen is the matter of the function's permissions.
 */
export function admitTicket({ now }: { now: () => number }): Step<Admitted> {
  return {
    before: ({ event, internal }) => {
      const { key, route } = internal
      internal.ticket =
        route.access.kind === 'public'
          ? null
          : settle(
              readTicket(event.requestContext?.authorizer, {
                route: key,
                fingerprint: route.access.fingerprint,
                nowSeconds: now() / 1000,
              }),
            )
    },
  }
}
