import type { Telemetry } from '../runtime/telemetry.ts'

/**
 * What can be seen of middlewares that come before the door, though nothing should: an answer that stands there already, or a
 * body that was taken apart, of which the door would find none.
 */
export const checkUntouched = (telemetry: Pick<Telemetry, 'trouble'>) => ({
  before: ({ event, response }: { readonly event: unknown; readonly response: unknown }): void => {
    const { body } = Object(event) as { body?: unknown }
    const touched =
      response !== undefined ? 'an answer' : typeof (body ?? '') === 'string' ? undefined : 'a body in parts'
    if (!touched) return
    telemetry.trouble(`${touched} before the door: secondDoor must be used first`)
    throw new Error('a request that others had first')
  },
})
