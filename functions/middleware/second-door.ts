import type middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { deny, Refused, settle } from '../../contract/decision.ts'
import type { RouteRequest } from '../../contract/declared-route.ts'
import { declareAnswer } from '../gate/declare-outputs.ts'
import { candidateOf, typedBody } from '../gate/inputs/validation.ts'
import { openDoor } from '../gate/open-door.ts'
import type { DeclaredRequest } from '../gate/passage.ts'
import { type DoorParts, doorSteps } from '../gate/pipeline.ts'
import { principalOf } from '../gate/upstreams/principal.ts'
import { createTelemetry } from '../runtime/telemetry.ts'
import { readReturned } from './answer.ts'
import type { Policy } from './policy.ts'

export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv
  readonly now: () => number
  /** In place of what writes to the function's log. */
  readonly telemetry?: DoorParts['telemetry']
}

// Of a middy of the user's own: what it carries is the business of its types, which `secondDoor` states.
type Middleware = Pick<middy.MiddlewareObj, 'before' | 'after' | 'onError'>

/**
 * A request as the door's steps see it: middy's own, but for what is in it. So nothing of the raw event, and nothing that the
 * steps found out, is left in what the handler and later middlewares are given.
 */
interface Passing {
  event: unknown
  readonly context: Context
  readonly internal: { key?: string; requestId?: string }
  response: unknown
  error: unknown
  /** When the handler was given the request, until it has answered. */
  handedAt?: number
}
type Hook = (passing: Passing) => unknown
type Step = { readonly [Name in 'before' | 'after' | 'onError']?: Hook }

/** The steps of a gate, and behind them the handler in place of an upstream. */
export function openSecondDoor(policy: Policy, surroundings: Surroundings): Middleware[] {
  const { manifest } = policy
  const { now, environment, telemetry = createTelemetry(manifest.gate, manifest.api) } = surroundings
  const parts = { ...policy, telemetry, now }
  // Begun here, while the function loads; waited for with the first request.
  const opening = openDoor(manifest, environment).then(
    opened => doorSteps({ ...parts, ...opened }) as unknown as readonly Step[],
  )
  // What could not be opened is said with every request: each of them fails.
  opening.catch(() => {})
  const passages = new WeakMap<object, Passing>()
  return [passDoor(passages, opening), handOver(passages, parts)]
}

/** All of the steps, as one middleware: on the way in from the first to the last, and out from the last to the first. */
function passDoor(passages: WeakMap<object, Passing>, opening: Promise<readonly Step[]>): Middleware {
  const leave = (hook: 'after' | 'onError') => async (request: middy.Request<unknown, unknown>) => {
    const passing = passages.get(request)
    // It failed before the door: nothing is known of it, and nothing here answers for it.
    if (!passing) return
    Object.assign(passing, { response: request.response ?? undefined, error: request.error })
    for (const step of (await opening).toReversed()) await step[hook]?.(passing)
    request.response = passing.response
  }
  return {
    before: async request => {
      const { event, context } = request
      request.event = undefined
      const steps = await opening
      const passing: Passing = { event, context, internal: {}, response: undefined, error: null }
      passages.set(request, passing)
      for (const step of steps) await step.before?.(passing)
    },
    after: leave('after'),
    onError: leave('onError'),
  }
}

function passingOf(passages: WeakMap<object, Passing>, request: object): Passing {
  const passing = passages.get(request)
  if (!passing) throw new Error('a request that did not come in by the door')
  return passing
}

/** Innermost: gives the handler what is declared, and takes back what is declared of its answer. */
function handOver(
  passages: WeakMap<object, Passing>,
  { outputs, telemetry, now }: Pick<DoorParts, 'outputs' | 'telemetry' | 'now'>,
): Middleware {
  /** How the handler's time ends: whatever goes wrong from here on is not its fault. */
  const takeBack = (passing: Passing, handedAt: number) => {
    delete passing.handedAt
    telemetry.upstreamAnswered(now() - handedAt)
  }
  return {
    before: request => {
      const passing = passingOf(passages, request)
      passing.handedAt = now()
      request.event = handed(passing.event as DeclaredRequest)
      // A middleware that answers in the handler's place would end the run before its answer came by here: middy notes that in a
      // member `earlyResponse`, which it now cannot add. So it fails, and is answered as a failure.
      Object.preventExtensions(request)
    },
    after: request => {
      const passing = passingOf(passages, request)
      if (passing.handedAt === undefined) throw new Error('an answer without a request')
      takeBack(passing, passing.handedAt)
      const declared = passing.event as DeclaredRequest
      request.response = declareAnswer(
        { outputs, telemetry },
        declared,
        settle(readReturned(declared, request.response)),
      )
    },
    onError: request => {
      const passing = passages.get(request)
      if (passing?.handedAt === undefined) return
      takeBack(passing, passing.handedAt)
      const { key = 'undeclared', requestId = passing.context.awsRequestId } = passing.internal
      telemetry.fault(request.error, { route: key, requestId })
      request.error = new Refused(
        isTimeout(request.error)
          ? deny('upstream.timeout')
          : deny('upstream.failed', { note: 'an exception' }),
      )
    },
  }
}

/** All that a handler sees of a request. */
function handed(request: DeclaredRequest): RouteRequest {
  const { key, route, ticket } = request
  const { path, query, headers, cookies } = candidateOf(request)
  const token = route.input.forwardAuthorization
    ? request.headers.filter(([name]) => name === 'authorization')
    : []
  return {
    route: key,
    path,
    query,
    headers: Object.assign(headers, Object.fromEntries(token)),
    cookies,
    body: typedBody(request),
    principal: ticket && principalOf(ticket),
  }
}

/** What middy says some milliseconds before Lambda would end the function (`timeoutEarlyInMillis`). */
const isTimeout = (error: unknown): boolean => {
  const { name, cause } = Object(error) as { name?: unknown; cause?: { package?: unknown } }
  return name === 'TimeoutError' && Object(cause).package === '@middy/core'
}
