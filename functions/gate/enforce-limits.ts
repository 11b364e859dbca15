import { allow, type Decision, deny, settle } from '../../contract/decision.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import { within } from '../runtime/within.ts'
import { rateLimitHeaders } from './limits/headers.ts'
import type { Admission, Limiter } from './limits/limiter.ts'
import { UnreadableState } from './limits/store.ts'
import type { Limited, Step } from './passage.ts'

export interface Limits {
  readonly limiter: Limiter
  /** How long a request waits for the state table at most, in all. */
  readonly budgetMs: number
}

/**
 * Is the caller still welcome, and within its limits? Denials: `control.*`, `limit.*` (with when to come back), and
 * `store.unavailable` where that cannot be known in time; a route may have declared, with a reason, to be open then.
 */
export function enforceLimits({
  limits,
  telemetry,
  now,
}: {
  limits: Limits | null
  telemetry: Telemetry
  now: () => number
}): Step<Limited> {
  const ask = async ({ limiter, budgetMs }: Limits, { key, ticket, client }: Limited): Promise<Admission> => {
    const startedAt = now()
    const answer = limiter.admit({ route: key, ticket, ...client })
    try {
      const admission = await within(budgetMs, answer)
      // What is decided is decided, however long that takes.
      const { written } = admission
      if (written) await within(Math.max(1, budgetMs - (now() - startedAt)), written).catch(() => null)
      return admission
    } catch (error) {
      // Of a request that was refused for lack of an answer nothing is to stay counted.
      answer.then(late => late.withdraw()).catch(() => null)
      throw error
    } finally {
      telemetry.storeAsked(now() - startedAt)
    }
  }

  const decide = async (limited: Limited): Promise<Decision<void>> => {
    const { route } = limited
    // A limit that cannot be counted is a limit that was reached.
    if (!limits && route.limits.layers.length > 0)
      return deny('store.unavailable', { note: 'a limit is declared but cannot be counted' })
    if (!limits) return admitted
    try {
      const { decision, use, report } = await ask(limits, limited)
      if (use) telemetry.limitUsed(use)
      limited.rateLimit = report && rateLimitHeaders(report, now())
      return decision
    } catch (error) {
      const note = String((error as Error).name)
      telemetry.storeFailed(note)
      // Something is ordered of this caller, and nobody can read what: that is no table that does not answer.
      const isOpen = route.limits.openWithoutStore && !(error instanceof UnreadableState)
      if (!isOpen) return deny('store.unavailable', { note })
      telemetry.uncounted()
      return admitted
    }
  }

  return { before: async ({ internal }) => settle(await decide(internal)) }
}

const admitted = allow(undefined)
