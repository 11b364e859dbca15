import { describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/**
 * How many requests are let through in any interval of one period, wherever it begins.
 *
 * @example Limit.perMinute(60)
 */
export class Limit {
  static perSecond = (max: number): Limit => new Limit(max, 1)
  static perMinute = (max: number): Limit => new Limit(max, 60)
  static perHour = (max: number): Limit => new Limit(max, 3600)

  readonly max: number
  readonly periodSeconds: number

  private constructor(max: number, periodSeconds: number) {
    if (!Number.isSafeInteger(max) || max < 1 || max > 1_000_000) {
      throw new DeclarationError({
        at: 'Limit',
        given: `${describeValue(max)} requests`,
        allowed: 'a whole number from 1 to 1,000,000',
        fix: 'state how many requests one period allows; to allow none, do not declare the route',
      })
    }
    this.max = max
    this.periodSeconds = periodSeconds
  }

  /** As people say it: `60 per minute`. */
  toString(): string {
    const unit = { 1: 'second', 60: 'minute', 3600: 'hour' }[this.periodSeconds]
    return `${this.max} per ${unit}`
  }
}

/** Refuses what is not a {@link Limit}: a bare number says nothing of a period. */
export function checkLimit(at: string, given: Limit | undefined): void {
  if (given === undefined || given instanceof Limit) return
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: 'Limit.perSecond(n), Limit.perMinute(n), Limit.perHour(n)',
    fix: 'say in which period so many requests are allowed',
  })
}
