import { describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/**
 * A bulkhead: how many invocations of a function there may be at a time, which is also how many are kept free for it. None is no answer:
 * a gate that is to be shut is closed by operators. Throws a `DeclarationError`.
 */
export function checkReservedConcurrency(at: string, given: number | undefined): number | undefined {
  if (given === undefined || (Number.isInteger(given) && given >= 1)) return given
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: 'a whole number from 1',
    fix: 'state how many requests it may serve at a time; to shut it, `sallyport control close`',
  })
}
