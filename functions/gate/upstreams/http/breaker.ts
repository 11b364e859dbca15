import { type Decision, deny } from '../../../../contract/decision.ts'
import type { ResilienceManifest } from '../../../../contract/upstream-manifest.ts'
import type { UpstreamAnswer } from '../upstream.ts'
import { createCircuit, type Outcome } from './circuit.ts'
import type { Around, ResilienceParts } from './withstand-failures.ts'

/**
 * Leaves an upstream alone that keeps failing: whoever would wait for it is answered at once, and it gets the quiet to come back.
 * Denial: `upstream.circuit_open`, with the seconds until it is worth another try.
 */
export function breakCircuit(
  declared: NonNullable<ResilienceManifest['breaker']>,
  { clock, random, telemetry }: Pick<ResilienceParts, 'clock' | 'random' | 'telemetry'>,
): Around {
  const circuit = createCircuit(declared, { clock, random, changed: telemetry.breakerChanged })
  return next => async (request, withinMs) => {
    const entry = circuit.enter()
    if (!entry.through) {
      const retryAfterSeconds = Math.max(1, Math.ceil(entry.leftMs / 1000))
      return deny('upstream.circuit_open', { retryAfterSeconds })
    }
    // What is thrown is a fault of ours.
    let outcome: Outcome = 'nothing'
    try {
      const decision = await next(request, withinMs)
      outcome = outcomeOf(decision)
      return decision
    } finally {
      entry.end(outcome)
    }
  }
}

// What a proxy or a load balancer says when what stands behind it is gone, has too much to do, or is too slow (RFC 9110 §15.6). Not 500: that
// one is of a request more often than of a service, and a caller who finds such a request must not close it for all.
const failing = new Set([502, 503, 504])

/** What a decision says of the upstream. */
export function outcomeOf(decision: Decision<UpstreamAnswer>): Outcome {
  if (decision.ok) return failing.has(decision.value.status) ? 'failed' : 'answered'
  const { reason } = decision
  // It answered. What is wrong with that may be a matter of what was asked, such as of how much.
  if (reason === 'upstream.invalid_response') return 'answered'
  // Secrets Manager's failure, or the secret's: nothing was sent. An open breaker would hide the one reason that says so.
  if (reason === 'upstream.certificate_unavailable') return 'nothing'
  return reason.startsWith('upstream.') ? 'failed' : 'nothing'
}
