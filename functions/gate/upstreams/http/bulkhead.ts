import { deny } from '../../../../contract/decision.ts'
import type { Around } from './withstand-failures.ts'

/**
 * At most so many requests of this instance at once: those that wait for a slow upstream must not take all of its memory and
 * sockets. A Lambda function has one request at a time; on Lambda's managed instances it has many. Denial: `upstream.overloaded`.
 */
export const boundConcurrency =
  (max: number): Around =>
  next => {
    let running = 0
    return async (request, withinMs) => {
      if (running >= max) return deny('upstream.overloaded')
      running += 1
      try {
        return await next(request, withinMs)
      } finally {
        running -= 1
      }
    }
  }
