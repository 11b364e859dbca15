import type { APIGatewayProxyResult, Context } from 'aws-lambda'
import type { DoorInside } from './door.ts'

/**
 * A function whose door is around all that its author wrote: there is nothing before it, and nothing beside it.
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
      returned = await handler(entered.handed as never, context)
    } catch (error) {
      return entered.fail(error)
    }
    return entered.answer(returned)
  }
