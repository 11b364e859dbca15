import { envelopeOf } from '../runtime/envelope.ts'
import type { Decided, Telemetry } from '../runtime/telemetry.ts'
import type { Limited, Step, Timed } from './passage.ts'

type Recorded = Timed & Partial<Limited>

/**
 * Outermost step: measures a request from first to last, whatever became of it, and says to the audit trail whose it was. Of the raw
 * event, which will be gone, it keeps what that needs.
 *
 * @param isDecision whether a caller is let in or not. A preflight has none.
 */
export function recordOutcome(
  { telemetry, now }: { telemetry: Telemetry; now: () => number },
  { isDecision = true }: { isDecision?: boolean } = {},
): Step<Recorded> {
  const record: Step<Recorded>['after'] = ({ internal, response, context }) => {
    telemetry.handled({
      route: internal.key ?? 'undeclared',
      status: response?.statusCode ?? 500,
      startedAt: internal.startedAt,
      durationMs: Math.max(0, now() - internal.startedAt),
      decided: isDecision ? decidedOf(internal, context.awsRequestId) : null,
    })
  }
  return {
    before: ({ event, internal }) => {
      internal.startedAt = now()
      telemetry.arrived()
      internal.envelope = envelopeOf(event)
    },
    after: record,
    onError: record,
  }
}

function decidedOf({ envelope, route, ticket, client }: Partial<Recorded>, fallbackId: string): Decided {
  return {
    method: envelope?.method ?? 'OTHER',
    requestId: envelope?.requestId ?? fallbackId,
    // Behind declared proxies API Gateway's own caller is one of them. Unknown only where something was before the door.
    sourceIp: client?.address ?? envelope?.sourceIp ?? '',
    principal: ticket ?? undefined,
    fingerprint: route?.access.kind === 'token' ? route.access.fingerprint : undefined,
    body: route?.input.body,
  }
}
