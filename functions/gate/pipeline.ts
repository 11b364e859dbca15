import middy from '@middy/core'
import type { GateManifest } from '../../contract/manifest.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import { admitTicket } from './admit-ticket.ts'
import { answerProblems } from './answer-problems.ts'
import { applyRule, type Rules } from './apply-rule.ts'
import { bindPrincipal } from './bind-principal.ts'
import { callUpstream } from './call-upstream.ts'
import { declareInputs } from './declare-inputs.ts'
import { enforceLimits } from './enforce-limits.ts'
import type { ValidateRoute } from './inputs/validation.ts'
import type { Counters } from './limits/counters.ts'
import { matchRoute } from './match-route.ts'
import { recordOutcome } from './record-outcome.ts'
import { requireAuthentication } from './require-authentication.ts'
import { secureResponse } from './secure-response.ts'
import type { Upstream } from './upstreams/upstream.ts'

export interface GateParts {
  readonly manifest: GateManifest
  readonly validators: Readonly<Record<string, ValidateRoute>>
  readonly rules: Rules
  /** Null when no route of this gate has a limit. */
  readonly counters: Counters | null
  readonly upstream: Upstream
  readonly telemetry: Telemetry
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The second door. Steps run from top to bottom; what they say on the way out runs from bottom to top. */
export const createGate = (gate: GateParts) =>
  // A timer per request is not needed: every wait below has a time-out of its own.
  middy({ timeoutEarlyInMillis: 0 })
    .use(recordOutcome(gate))
    .use(secureResponse())
    .use(answerProblems(gate)) // the one place where a refusal or a fault becomes an answer
    .use(matchRoute(gate))
    .use(admitTicket(gate)) // before anything a stranger could make expensive
    .use(requireAuthentication(gate)) // before the limit is counted: the caller is sent to sign in, and comes back
    .use(enforceLimits(gate)) // before the body is parsed: a flood should cost one write at the most
    .use(declareInputs(gate)) // from here on there is no raw event, only what is declared
    .use(bindPrincipal()) // needs the validated path
    .use(applyRule(gate)) // needs all validated input
    .handler(callUpstream(gate))
