import type { APIGatewayProxyResult, Context } from 'aws-lambda'
import { deny, Refused, settle } from '../../contract/decision.ts'
import type { RouteRequest } from '../../contract/declared-route.ts'
import { declareAnswer } from '../gate/declare-outputs.ts'
import { openDoor } from '../gate/open-door.ts'
import type { DeclaredRequest } from '../gate/passage.ts'
import { type DoorParts, doorSteps } from '../gate/pipeline.ts'
import type { Envelope } from '../runtime/envelope.ts'
import { openAudit } from '../runtime/open-audit.ts'
import { createTelemetry } from '../runtime/telemetry.ts'
import { TooLate } from '../runtime/within.ts'
import { readReturned } from './answer.ts'
import { handed } from './handed.ts'
import type { Policy } from './policy.ts'
import { checkUntouched } from './untouched.ts'

export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv
  readonly now: () => number
  /** In place of what writes to the function's log. */
  readonly telemetry?: DoorParts['telemetry']
}

/** What a function was called with, and an answer, if something before the door has made one. */
export interface Arrival {
  readonly event: unknown
  readonly context: Context
  readonly response?: unknown
}

/** A request that came in. The handler either answers or fails; each gives what goes back to the caller, and neither throws. */
export interface Passage {
  readonly handed: RouteRequest
  answer(returned: unknown): APIGatewayProxyResult
  fail(error: unknown): APIGatewayProxyResult
}

/** Rejects only where the door could not be opened at all: a function that fails has no answer of its own. */
export type DoorInside = (arrival: Arrival) => Promise<Passage | { readonly refused: APIGatewayProxyResult }>

/**
 * A request as the door's steps see it: middy's own, but for what is in it. So nothing of the raw event, and nothing that the
 * steps found out, is left in what the handler and later middlewares are given.
 */
interface Passing {
  event: unknown
  readonly context: Context
  readonly internal: { key?: string; envelope?: Envelope }
  response: unknown
  error: unknown
}
type Hook = (passing: Passing) => unknown
type Step = { readonly [Name in 'before' | 'after' | 'onError']?: Hook }

/** The steps of a gate, and behind them a handler in place of an upstream. */
export function openDoorInside(policy: Policy, surroundings: Surroundings): DoorInside {
  const { manifest } = policy
  const { api, gate } = manifest
  const { now, environment } = surroundings
  const { telemetry = createTelemetry({ api, gate, audit: openAudit(manifest, environment) }) } = surroundings
  const parts = { ...policy, telemetry, now }
  // Begun here, while the function loads; waited for with the first request.
  const opening = openDoor(manifest, environment, telemetry).then(opened => {
    const [outermost, ...others] = doorSteps({ ...parts, ...opened }) as unknown as [Step, ...Step[]]
    // Right behind what measures: before anything of a request is looked at.
    return [outermost, checkUntouched(telemetry), ...others]
  })
  // What could not be opened is said with every request: each of them fails.
  opening.catch(() => {})

  return async ({ event, context, response }) => {
    const steps = await opening
    const passing: Passing = { event, context, internal: {}, response: response ?? undefined, error: null }
    const refuse = (error: unknown) => {
      Object.assign(passing, { response: undefined, error })
      return leave(steps, passing, 'onError')
    }
    try {
      for (const step of steps) await step.before?.(passing)
      return passageOf(passing, parts, { refuse, succeed: () => leave(steps, passing, 'after') })
    } catch (error) {
      return { refused: refuse(error) }
    }
  }
}

/** From the last step to the first. */
function leave(steps: readonly Step[], passing: Passing, hook: 'after' | 'onError'): APIGatewayProxyResult {
  for (const step of steps.toReversed()) {
    // What a later middleware throws meanwhile would overtake it.
    if (step[hook]?.(passing) instanceof Promise) throw new Error('a step that waits on the way out')
  }
  return passing.response as APIGatewayProxyResult
}

interface WaysOut {
  readonly refuse: (error: unknown) => APIGatewayProxyResult
  readonly succeed: () => APIGatewayProxyResult
}

function passageOf(
  passing: Passing,
  { outputs, telemetry, now }: Pick<DoorParts, 'outputs' | 'telemetry' | 'now'>,
  { refuse, succeed }: WaysOut,
): Passage {
  const request = passing.event as DeclaredRequest
  let handedAt: number | undefined = now()
  /** Whether the handler had the request. Whatever goes wrong from here on is not its fault. */
  const takeBack = () => {
    if (handedAt === undefined) return false
    telemetry.upstreamAnswered(now() - handedAt)
    handedAt = undefined
    return true
  }
  return {
    handed: handed(request),
    answer: returned => {
      try {
        if (!takeBack()) throw new Error('an answer without a request')
        const answer = settle(readReturned(request, returned))
        passing.response = declareAnswer({ outputs, telemetry }, request, answer)
        return succeed()
      } catch (error) {
        return refuse(error)
      }
    },
    fail: error => {
      if (!takeBack()) return refuse(error)
      const requestId = passing.internal.envelope?.requestId ?? passing.context.awsRequestId
      telemetry.fault(error, { route: request.key, requestId })
      const denial = isTimeout(error)
        ? deny('upstream.timeout')
        : deny('upstream.failed', { note: 'an exception' })
      return refuse(new Refused(denial))
    },
  }
}

/** What is said some time before Lambda would end the function: here, or by middy (`timeoutEarlyInMillis`). */
function isTimeout(error: unknown): boolean {
  try {
    if (error instanceof TooLate) return true
    const { name, cause } = Object(error) as { name?: unknown; cause?: { package?: unknown } }
    return name === 'TimeoutError' && Object(cause).package === '@middy/core'
  } catch {
    // Anything can be thrown, also what throws when it is looked at.
    return false
  }
}
