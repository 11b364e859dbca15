import type middy from '@middy/core'
import type { DoorInside, Passage } from './door.ts'

// Of a middy of the user's own: what it carries is the business of its types, which `secondDoor` states.
export type Middleware = Required<Pick<middy.MiddlewareObj, 'before' | 'after' | 'onError'>>

/** The door as one middleware, so that no half of it can be used. What it refuses, later middlewares do not hear of. */
export function asMiddleware(enter: DoorInside): Middleware {
  const guards = new WeakMap<object, Guard>()
  return {
    before: async request => {
      const { event, context, response } = request
      request.event = undefined
      const entered = await enter({ event, context, response }).catch(error => {
        guards.set(request, guard(request))
        throw error
      })
      // An answer of middy's own kind: it ends the run. Thrown, it would have to pass the later ones' `onError` first.
      if ('refused' in entered) return entered.refused
      request.event = entered.handed
      guards.set(request, guard(request, entered))
      return undefined
    },
    after: request => {
      const guarded = guards.get(request)
      if (!guarded?.passage) throw new Error('a request that did not come in by the door')
      guarded.answered = true
      request.response = guarded.failed ? guarded.failure : guarded.passage.answer(request.response)
    },
    onError: request => {
      const guarded = guards.get(request)
      // Where there is none, it failed before the door; after its answer an earlier one failed. Nothing here answers for either.
      if (guarded && !guarded.answered) request.response = guarded.failure
    },
  }
}

interface Guard {
  readonly passage: Passage | undefined
  /** Its answer is logged and counted: what fails from then on is beyond it, and is not counted as a second one. */
  answered: boolean
  failed: boolean
  /** What goes back then. Undefined: nothing, and the function fails. */
  failure: unknown
}

/**
 * Sees to it that no later middleware answers past the door. middy notes what one returns in a member `earlyResponse`, and looks
 * whether the request has it for its own. That it never will: an assignment comes to the accessor here, in sloppy mode too,
 * where one that cannot be made fails silently. It throws, and so the handler is not run, and a failure is answered; but not
 * while middy asks what is to be done about a failure, since that would make the function itself fail.
 *
 * A failure is answered at once, when middy notes it. So it is logged and counted even if a later `onError` throws, which
 * nothing here can catch.
 */
function guard(request: middy.Request, passage?: Passage): Guard {
  const guarded: Guard = { passage, answered: false, failed: false, failure: undefined }
  let error: unknown = request.error
  Object.setPrototypeOf(request, {
    get earlyResponse() {
      return undefined
    },
    set earlyResponse(_: unknown) {
      if (!guarded.failed) throw new Error("a middleware's answer in place of the handler's")
    },
  })
  Object.defineProperty(request, 'error', {
    enumerable: true,
    configurable: false,
    get: () => error,
    set: given => {
      error = given
      if (guarded.failed || guarded.answered) return
      guarded.failed = true
      guarded.failure = passage?.fail(given)
    },
  })
  Object.preventExtensions(request)
  return guarded
}
