import { deny, settle } from '../../contract/decision.ts'
import type { Counters } from './limits/counters.ts'
import type { Admitted, Step } from './passage.ts'

/** Counts the request against the caller's limit. Denials: `limit.user` (with when to come back), `store.unavailable`. */
export function enforceLimits({ counters }: { counters: Counters | null }): Step<Admitted> {
  return {
    before: async ({ internal }) => {
      const { route, ticket } = internal
      if (!route.userLimit) return
      // A limit that cannot be counted is a limit that was reached.
      if (!counters || !ticket)
        settle(deny('store.unavailable', { note: 'a limit is declared but cannot be counted' }))
      else settle(await counters.take(ticket, route.userLimit))
    },
  }
}
