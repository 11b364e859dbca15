import type { UpstreamKind } from '../../../../contract/upstream-manifest.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { Telemetry } from '../../../runtime/telemetry.ts'
import type { Upstream } from '../upstream.ts'
import { breakCircuit } from './breaker.ts'
import { boundConcurrency } from './bulkhead.ts'
import { keepDeadline } from './deadline.ts'
import { retryUnanswered } from './retries.ts'

/** A layer around an upstream, or around another layer. */
export type Around = (next: Upstream) => Upstream

export interface ResilienceParts {
  readonly clock: Clock
  /** From 0 to 1: instances of one gate must not do everything at the same time. */
  readonly random: () => number
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>
  readonly telemetry: Pick<Telemetry, 'upstreamRetried' | 'breakerChanged'>
}

/**
 * What stands around each exchange, outermost first. What they know is of this instance alone: another one learns by itself.
 * Denials beside those of the exchange: `upstream.overloaded`, `upstream.circuit_open`.
 */
export function withstandFailures(
  { timeoutMs, resilience }: Pick<UpstreamKind<'http'>, 'timeoutMs' | 'resilience'>,
  parts: ResilienceParts,
): Around {
  const { retries, breaker, maxConcurrent } = resilience
  const layers: Around[] = [
    keepDeadline(timeoutMs), // before the breaker: that we have no time left is no failure of the upstream
    boundConcurrency(maxConcurrent),
    ...(breaker ? [breakCircuit(breaker, parts)] : []),
    retryUnanswered(retries, parts), // behind the breaker: a request is one outcome, however often it was sent
  ]
  return exchange => layers.reduceRight((next, around) => around(next), exchange)
}
