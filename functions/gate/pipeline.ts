import middy from '@middy/core'
import type { APIGatewayProxyResult, Context } from 'aws-lambda'
import type { CorsManifest, GateManifest } from '../../contract/gate-manifest.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import { admitTicket } from './admit-ticket.ts'
import { announceLimits } from './announce-limits.ts'
import { answerPreflight, matchPreflight } from './answer-preflight.ts'
import { answerProblems } from './answer-problems.ts'
import { applyRule, type Rules } from './apply-rule.ts'
import { bindPrincipal } from './bind-principal.ts'
import { callUpstream } from './call-upstream.ts'
import { checkOrigin } from './check-origin.ts'
import { declareInputs } from './declare-inputs.ts'
import { type AnswerValidators, declareOutputs } from './declare-outputs.ts'
import { enforceLimits, type Limits } from './enforce-limits.ts'
import { findClient } from './find-client.ts'
import type { RouteValidators } from './inputs/validation.ts'
import { matchRoute } from './match-route.ts'
import { recordOutcome } from './record-outcome.ts'
import { requireAuthentication } from './require-authentication.ts'
import { requireCertificate } from './require-certificate.ts'
import { secureResponse } from './secure-response.ts'
import { shareResponse } from './share-response.ts'
import type { Upstream } from './upstreams/upstream.ts'

/** What the second door is made of, whatever stands behind it. */
export interface DoorParts {
  readonly manifest: GateManifest
  readonly validators: Readonly<Record<string, RouteValidators>>
  readonly outputs: AnswerValidators
  readonly rules: Rules
  /** Null where nothing is counted and nothing can be ordered. */
  readonly limits: Limits | null
  readonly telemetry: Telemetry
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export interface GateParts extends DoorParts {
  readonly upstream: Upstream
}

/**
 * The second door's steps, in a gate and in a function of the user's own (functions/middleware). They run from top to bottom;
 * what they say on the way out runs from bottom to top.
 */
export const doorSteps = (door: DoorParts) =>
  [
    recordOutcome(door),
    secureResponse(),
    shareResponse(door.manifest),
    announceLimits(),
    answerProblems(door), // the one place where a refusal or a fault becomes an answer
    findClient(door.manifest), // before anything is refused: the audit trail says of whom
    matchRoute(door),
    requireCertificate(door.manifest), // before anything else is looked at: whoever has none did not come by the domain
    checkOrigin(door.manifest), // before anything is looked at that a page could send with its visitor's credentials
    admitTicket(door), // before anything a stranger could make expensive
    requireAuthentication(door), // before the limit is counted: the caller is sent to sign in, and comes back
    enforceLimits(door), // before the body is parsed: a flood should cost one write at the most
    declareInputs(door), // from here on there is no raw event, only what is declared
    bindPrincipal(), // needs the validated path
    applyRule(door), // needs all validated input
  ] as const

const serveRoutes = (gate: GateParts) =>
  // A timer per request is not needed: every wait below has a time-out of its own.
  middy({ timeoutEarlyInMillis: 0 })
    .use([...doorSteps(gate)])
    .handler(declareOutputs(gate, callUpstream(gate))) // of the answer, too, only what is declared

/** What browsers ask before a page's request. No ticket can be had for it, and there is nothing behind it but an answer. */
const servePreflights = (gate: GateParts, cors: CorsManifest) =>
  middy({ timeoutEarlyInMillis: 0 })
    .use(recordOutcome(gate, { isDecision: false })) // of this nobody is let in
    .use(secureResponse())
    .use(answerProblems(gate))
    .use(matchPreflight(cors))
    .handler(answerPreflight(cors))

/** A gate as a function: its routes, and the preflights of paths that are given to it. No route can be declared for OPTIONS. */
export function createGate(gate: GateParts) {
  const { cors } = gate.manifest
  const [routes, preflights] = [serveRoutes(gate), cors && servePreflights(gate, cors)]
  return (event: Parameters<typeof routes>[0], context: Context): Promise<APIGatewayProxyResult> =>
    preflights && event?.httpMethod === 'OPTIONS' ? preflights(event, context) : routes(event, context)
}
