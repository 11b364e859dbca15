import type { Context } from 'aws-lambda'
import { admitTicket } from '../../functions/gate/admit-ticket.ts'
import { announceLimits } from '../../functions/gate/announce-limits.ts'
import { answerProblems } from '../../functions/gate/answer-problems.ts'
import { applyRule } from '../../functions/gate/apply-rule.ts'
import { bindPrincipal } from '../../functions/gate/bind-principal.ts'
import { callUpstream } from '../../functions/gate/call-upstream.ts'
import { checkOrigin } from '../../functions/gate/check-origin.ts'
import { declareInputs } from '../../functions/gate/declare-inputs.ts'
import { declareOutputs } from '../../functions/gate/declare-outputs.ts'
import { enforceLimits } from '../../functions/gate/enforce-limits.ts'
import { findClient } from '../../functions/gate/find-client.ts'
import { matchRoute } from '../../functions/gate/match-route.ts'
import type { DeclaredRequest } from '../../functions/gate/passage.ts'
import { doorSteps, type GateParts } from '../../functions/gate/pipeline.ts'
import { recordOutcome } from '../../functions/gate/record-outcome.ts'
import { requireAuthentication } from '../../functions/gate/require-authentication.ts'
import { requireCertificate } from '../../functions/gate/require-certificate.ts'
import { secureResponse } from '../../functions/gate/secure-response.ts'
import { shareResponse } from '../../functions/gate/share-response.ts'
import { timedParts } from './timed-parts.ts'
import type { TypicalEvent } from './typical-request.ts'

interface Passing {
  event: unknown
  context: Context
  internal: Record<string, unknown>
  response?: unknown
}
type Hook = (request: Passing) => unknown
/** Microseconds by name. */
export interface StepTimes {
  readonly steps: Readonly<Record<string, number>>
  /** Of which these are parts. */
  readonly parts: Readonly<Record<string, number>>
}

interface Timed {
  readonly before?: Hook
  readonly after?: Hook
}

/**
 * The steps of `functions/gate/pipeline.ts`, in its order, each of its own and timed: microseconds by name. Of a step,
 * what it spends on counting what it strips has a line of its own.
 */
export function timedSteps(untimed: GateParts) {
  let counting = 0
  const gate: GateParts = {
    ...untimed,
    telemetry: {
      ...untimed.telemetry,
      stripped: event => {
        const startedAt = performance.now()
        untimed.telemetry.stripped(event)
        counting += (performance.now() - startedAt) * 1000
      },
    },
  }
  const steps = Object.entries({
    recordOutcome: recordOutcome(gate),
    secureResponse: secureResponse(),
    shareResponse: shareResponse(gate.manifest),
    announceLimits: announceLimits(),
    answerProblems: answerProblems(gate),
    matchRoute: matchRoute(gate),
    requireCertificate: requireCertificate(gate.manifest),
    checkOrigin: checkOrigin(gate.manifest),
    admitTicket: admitTicket(gate),
    requireAuthentication: requireAuthentication(gate),
    findClient: findClient(gate.manifest),
    enforceLimits: enforceLimits(gate),
    declareInputs: declareInputs(gate),
    bindPrincipal: bindPrincipal(),
    applyRule: applyRule(gate),
  }) as unknown as Array<[string, Timed]>
  if (steps.length !== doorSteps(gate).length) throw new Error('the door has other steps than these')
  const call = callUpstream(gate)
  const parts = timedParts(gate)

  return async (event: TypicalEvent, context: Context): Promise<StepTimes> => {
    const times: Record<string, number> = {}
    const { body } = event
    counting = 0
    const request: Passing = { event, context, internal: {} }
    const timed = async (name: string, run: () => unknown) => {
      const [startedAt, countedBefore] = [performance.now(), counting]
      const result = run()
      // As middy does: what answers at once is not waited for.
      const value = result instanceof Promise ? await result : result
      times[name] = (times[name] ?? 0) + (performance.now() - startedAt) * 1000 - (counting - countedBefore)
      return value
    }
    for (const [name, { before }] of steps) if (before) await timed(name, () => before(request))
    const declared = request.event as DeclaredRequest
    const answer = (await timed('callUpstream', () => call(declared, context))) as Awaited<
      ReturnType<typeof call>
    >
    request.response = await timed('declareOutputs', () =>
      declareOutputs(gate, async () => answer)(declared, context),
    )
    for (const [name, { after }] of steps.toReversed()) if (after) await timed(name, () => after(request))
    return { steps: { ...times, 'telemetry.stripped': counting }, parts: parts(body, declared) }
  }
}
