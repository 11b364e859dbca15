import type { Telemetry } from '../runtime/telemetry.ts'
import type { Step, Timed } from './passage.ts'

/** Outermost step: measures a request from first to last, whatever became of it. */
export function recordOutcome({ telemetry, now }: { telemetry: Telemetry; now: () => number }): Step<Timed> {
  const record: Step<Timed>['after'] = ({ internal, response }) => {
    telemetry.handled({
      route: internal.key ?? 'undeclared',
      status: response?.statusCode ?? 500,
      durationMs: now() - internal.startedAt,
    })
  }
  return {
    before: ({ internal }) => {
      internal.startedAt = now()
    },
    after: record,
    onError: record,
  }
}
