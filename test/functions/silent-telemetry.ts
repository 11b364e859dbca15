import type { Deny } from '../../contract/decision.ts'
import type { Telemetry } from '../../functions/runtime/telemetry.ts'

/** Telemetry that keeps what it is told. */
export function silentTelemetry() {
  const denials: Deny[] = []
  const faults: unknown[] = []
  const statuses: number[] = []
  const troubles: string[] = []
  const telemetry: Telemetry = {
    denied: ({ denial }) => denials.push(denial),
    fault: error => faults.push(error),
    handled: ({ status }) => statuses.push(status),
    upstreamAnswered: () => {},
    trouble: note => troubles.push(note),
  }
  return { telemetry, denials, faults, statuses, troubles }
}
