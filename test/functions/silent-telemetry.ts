import type { Deny } from '../../contract/decision.ts'
import type { Outcome, Telemetry } from '../../functions/runtime/telemetry.ts'

/** Telemetry that keeps what it is told. */
export function silentTelemetry() {
  const denials: Deny[] = []
  const faults: unknown[] = []
  const statuses: number[] = []
  const outcomes: Outcome[] = []
  const keyAges: number[] = []
  const limitUses: Array<Parameters<Telemetry['limitUsed']>[0]> = []
  const troubles: string[] = []
  const keyFetchFailures: string[] = []
  const storeFailures: string[] = []
  /** One for each request that passed so. */
  const uncounted: true[] = []
  const stale = { uses: 0 }
  const stripped: Array<Parameters<Telemetry['stripped']>[0]> = []
  const telemetry: Telemetry = {
    denied: ({ denial }) => denials.push(denial),
    fault: error => faults.push(error),
    handled: outcome => {
      statuses.push(outcome.status)
      outcomes.push(outcome)
    },
    stripped: event => stripped.push(event),
    upstreamAnswered: () => {},
    storeAsked: () => {},
    storeWritten: () => {},
    limitUsed: use => limitUses.push(use),
    arrived: () => {},
    authorized: outcome => outcomes.push(outcome),
    keysUsed: ageMs => keyAges.push(ageMs),
    upstreamRetried: () => {},
    breakerChanged: () => {},
    storeFailed: note => storeFailures.push(note),
    uncounted: () => uncounted.push(true),
    trouble: note => troubles.push(note),
    keyFetchFailed: note => keyFetchFailures.push(note),
    staleKeysUsed: () => {
      stale.uses += 1
    },
  }
  return {
    telemetry,
    denials,
    faults,
    statuses,
    outcomes,
    keyAges,
    limitUses,
    troubles,
    keyFetchFailures,
    stale,
    stripped,
    storeFailures,
    uncounted,
  }
}
