import type { APIGatewayProxyResult, Context } from 'aws-lambda'
import { within } from '../runtime/within.ts'
import type { DoorInside } from './door.ts'

// To answer, and to write who asked, before Lambda ends the function.
const reserveMs = 100

/**
 * A function whose door is around all that its author wrote: there is nothing before it, and nothing beside it. A handler that Lambda
 * would end is not waited for any longer: it had the request, and of that something must be written.
 *
 * @param handler of what its type says, which is the caller's to see to
 */
export const asFunction =
  (enter: DoorInside, handler: (request: never, context: Context) => unknown) =>
  async (event: unknown, context: Context): Promise<APIGatewayProxyResult> => {
    const entered = await enter({ event, context })
    if ('refused' in entered) return entered.refused
    let returned: unknown
    try {
      const answer = (async () => handler(entered.handed as never, context))()
      returned = await within(Math.max(1, context.getRemainingTimeInMillis() - reserveMs), answer)
    } catch (error) {
      return entered.fail(error)
    }
    return entered.answer(returned)
  }
