import { Breaker } from './breaker.ts'
import { checkWhole, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/** What is done about an upstream that fails. */
export interface ResilienceOptions {
  /**
   * How often a request is sent once more when its connection failed before an answer began: 0, 1 or 2. Only GET, HEAD, OPTIONS, PUT
   * and DELETE, and by each instance only for a tenth of its requests (five at once).
   * @default 1
   */
  readonly retries?: number
  /** When it is left alone, and for how long. @default Breaker.after({ failures: 5, of: 10, openFor: Duration.seconds(10) }) */
  readonly breaker?: Breaker
  /**
   * How many requests one instance of the gate sends it at once, from 1 to 1000. Beyond it the caller gets 503. A Lambda function has one
   * request at a time; this is for Lambda's managed instances, which have many.
   * @default 50
   */
  readonly maxConcurrent?: number
}

/** {@link ResilienceOptions}, checked. */
export interface DeclaredResilience {
  readonly retries: number
  readonly breaker: Breaker
  readonly maxConcurrent: number
}

/** The keys of {@link ResilienceOptions}. */
export const resilienceKeys = ['retries', 'breaker', 'maxConcurrent'] as const

/** Throws a `DeclarationError`. */
export function readResilience(
  at: string,
  { retries = 1, breaker = Breaker.after(), maxConcurrent = 50 }: ResilienceOptions,
): DeclaredResilience {
  if (!(breaker instanceof Breaker)) {
    throw new DeclarationError({
      at: `${at} breaker`,
      given: describeValue(breaker),
      allowed: 'Breaker.after(…), or Breaker.unsafeNone(reason)',
      fix: 'write Breaker.after({ failures: 5, of: 10, openFor: Duration.seconds(10) })',
    })
  }
  return {
    retries: checkWhole(`${at} retries`, retries, {
      least: 0,
      most: 2,
      fix: 'more would only make an outage worse; 0 sends nothing twice',
    }),
    breaker,
    maxConcurrent: checkWhole(`${at} maxConcurrent`, maxConcurrent, {
      least: 1,
      most: 1000,
      fix: 'state how many requests one instance may send at once',
    }),
  }
}
