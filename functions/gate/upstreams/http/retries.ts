import { instant, since } from '../../../runtime/clock.ts'
import type { DeclaredRequest } from '../../passage.ts'
import { leastMs } from './deadline.ts'
import { createRetryBudget } from './retry-budget.ts'
import type { Around, ResilienceParts } from './withstand-failures.ts'

// RFC 9110 §9.2.2: whatever it did, doing it twice is the same. §9.2.1: and these do nothing, or so they say.
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** The longest pause before the first retry; twice as long before the second. */
const firstPauseMs = 50

/**
 * Sends a request again whose connection failed before an answer began, where its method allows that and there is time for it. The
 * usual case is a connection that the upstream closed while it was idle. What was too late, not to be trusted, or an answer of
 * any kind is not asked for again: that would be the same, or more work for whoever has too much.
 *
 * @param most how often
 */
export function retryUnanswered(
  most: number,
  { clock, random, pause, telemetry }: Pick<ResilienceParts, 'clock' | 'random' | 'pause' | 'telemetry'>,
): Around {
  const budget = createRetryBudget()
  return next => async (request, withinMs) => {
    const began = instant(clock)
    const leftMs = () => withinMs - since(began, clock)
    budget.called()
    let decision = await next(request, withinMs)
    if (!isIdempotent(request)) return decision
    for (let retries = 0; retries < most && !decision.ok && decision.unanswered; retries++) {
      // Anything between nothing and the whole, so that those who failed together do not come back together.
      const pauseMs = random() * firstPauseMs * 2 ** retries
      if (leftMs() - pauseMs < leastMs || !budget.take()) return decision
      await pause(pauseMs)
      telemetry.upstreamRetried()
      decision = await next(request, leftMs())
    }
    return decision
  }
}

const isIdempotent = ({ key }: DeclaredRequest): boolean => idempotent.has(key.slice(0, key.indexOf(' ')))
