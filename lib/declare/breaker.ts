import { Duration } from 'aws-cdk-lib'
import { checkDuration, checkOptions, checkText, checkWhole } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

export interface BreakerOptions {
  /** So many failures among the last outcomes open it: from 1 to 100. @default 5 */
  readonly failures?: number
  /** How many of the last outcomes are looked at: from `failures` to 100. @default - twice `failures`, 100 at the most */
  readonly of?: number
  /**
   * How long the upstream is left alone then, in whole seconds from 1 second to 5 minutes, before one request is sent as a probe. It
   * differs by up to a fifth from instance to instance.
   * @default Duration.seconds(10)
   */
  readonly openFor?: Duration
}

/** {@link BreakerOptions}, checked; or why there is none. */
export type DeclaredBreaker =
  | { readonly kind: 'after'; readonly failures: number; readonly of: number; readonly openFor: Duration }
  | { readonly kind: 'none'; readonly reason: string }

const most = 100

/**
 * A circuit breaker: an upstream that keeps failing is left alone for a while, and its callers get 503 at once.
 *
 * @example Breaker.after({ failures: 5, of: 10, openFor: Duration.seconds(10) })
 */
export class Breaker {
  /** Opens after so many failures: no connection, a time-out, or an answer of 502, 503 or 504. */
  static after(options: BreakerOptions = {}): Breaker {
    return new Breaker(readOptions('Breaker.after', options))
  }

  /**
   * None: the upstream is asked however often it fails.
   * Security: while it is down, each request waits for its time-out, and none of them gives it the quiet to come back.
   *
   * @param reason why; it stands in `cdk diff`
   */
  static unsafeNone(reason: string): Breaker {
    const fix = "say why: Breaker.unsafeNone('its own load balancer has one')"
    return new Breaker({ kind: 'none', reason: checkText('Breaker.unsafeNone', reason, { fix }) })
  }

  readonly declared: DeclaredBreaker

  private constructor(declared: DeclaredBreaker) {
    this.declared = declared
  }

  /** As people say it: `5 failures of 10, then alone for 10 s`. */
  toString(): string {
    const { declared } = this
    return declared.kind === 'none'
      ? `unsafe, none: ${declared.reason}`
      : `${declared.failures} failures of ${declared.of}, then alone for ${declared.openFor.toSeconds()} s`
  }
}

function readOptions(at: string, options: BreakerOptions): DeclaredBreaker {
  checkOptions(at, options, ['failures', 'of', 'openFor'], `${at}({ failures: 5, of: 10 })`)
  const { failures = 5, openFor = Duration.seconds(10) } = options
  const bounds = { least: 1, most, fix: 'for example failures: 5, of: 10' }
  checkWhole(`${at} failures`, failures, bounds)
  const of = checkWhole(`${at} of`, options.of ?? Math.min(most, failures * 2), bounds)
  if (failures > of) {
    throw new DeclarationError({
      at,
      given: `${failures} failures of ${of} outcomes`,
      allowed: 'as many outcomes as failures, or more',
      fix: 'it would never open: state a higher of',
    })
  }
  checkDuration(`${at} openFor`, openFor, {
    unit: 'seconds',
    least: 1,
    most: 300,
    fix: 'state how long an upstream that fails is left alone before it is asked again',
  })
  return { kind: 'after', failures, of, openFor }
}
