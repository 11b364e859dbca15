import { boundText } from '../../contract/limits-text.ts'
import type { Rule } from '../../contract/rule.ts'
import { RuleError } from '../../contract/rule-words.ts'
import { checkObject, checkOptions, checkText, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { readDeclaredRule, shownRule } from './declared-rule.ts'

export interface LimitOptions {
  /**
   * How many of them may come at once. The window is as long as these take at the declared pace: `Limit.perMinute(60, { burst: 10 })`
   * lets 10 through in any 10 seconds. The window is a second at least, and 31 days at most.
   * @default - as many as there are in a period
   */
  readonly burst?: number
  /**
   * Which requests it is for: a condition in CEL over `claims` and `source.ip`, as in `Access.token({ rule })`. Others are neither
   * counted nor refused. Checked at synth.
   * Security: where it cannot be decided, such as for a claim that is not there, the request counts.
   * @default - all
   */
  readonly when?: string
}

/** One limit, or several that must all hold: `[Limit.perSecond(10), Limit.perHour(1000)]`. */
export type LimitBounds = Limit | readonly Limit[]

const fewest = 1
const most = 1_000_000
const second = 1000
const longestWindowMs = 31 * 86_400 * second

/**
 * How many requests are let through in any interval as long as its window, wherever the interval begins.
 *
 * @example Limit.perMinute(60)
 */
export class Limit {
  static perSecond = (max: number, options?: LimitOptions): Limit =>
    new Limit('Limit.perSecond', second, max, options)
  static perMinute = (max: number, options?: LimitOptions): Limit =>
    new Limit('Limit.perMinute', 60 * second, max, options)
  static perHour = (max: number, options?: LimitOptions): Limit =>
    new Limit('Limit.perHour', 3600 * second, max, options)
  static perDay = (max: number, options?: LimitOptions): Limit =>
    new Limit('Limit.perDay', 86_400 * second, max, options)

  /**
   * Another limit for each value of a claim: `Limit.tiers('plan', { free: Limit.perMinute(10), pro: Limit.perMinute(600) })`. Only per
   * user and per client.
   * Security: a caller with another value, or without the claim, gets the strictest: the lowest rate, and of equal ones the lowest number.
   */
  static tiers(claim: string, tiers: Readonly<Record<string, LimitBounds>>): LimitTiers {
    return new LimitTiers(claim, tiers)
  }

  /** On a route, or an upstream: the API's limit does not apply. Security: nothing else is put into its place. */
  static unsafeNone(reason: string): NoLimit {
    return new NoLimit(reason)
  }

  /** How many in a window. */
  readonly max: number
  readonly windowMs: number
  /** The pace, as it was declared. */
  readonly declared: { readonly perPeriod: number; readonly periodMs: number }
  /** The condition, as written; null: always. */
  readonly when: string | null
  readonly condition: Rule | null

  private constructor(at: string, periodMs: number, perPeriod: number, options: LimitOptions = {}) {
    checkOptions(at, options, ['burst', 'when'], `${at}(60, { burst: 10 })`)
    const { burst = perPeriod, when } = options
    checkCount(
      at,
      perPeriod,
      'state how many requests one period allows; to allow none, do not declare the route',
    )
    checkCount(`${at} burst`, burst, 'state how many requests may come at once')
    this.max = burst
    this.declared = { perPeriod, periodMs }
    this.windowMs = Math.ceil((periodMs * burst) / perPeriod)
    checkWindow(at, { perPeriod, periodMs, burst, windowMs: this.windowMs })
    this.condition = when === undefined ? null : readCondition(`${at} when`, when)
    this.when = when ?? null
  }

  /** As people say it: `60 per minute`, `60 per minute (10 at once)`. */
  toString(): string {
    return boundText(this)
  }
}

/** Limits by the value of a claim. Made by {@link Limit.tiers}. */
export class LimitTiers {
  readonly claim: string
  readonly tiers: ReadonlyMap<string, readonly Limit[]>
  /** Of the strictest one. */
  readonly fallback: readonly Limit[]

  /** @internal */
  constructor(claim: string, tiers: Readonly<Record<string, LimitBounds>>) {
    const fix = "write Limit.tiers('plan', { free: Limit.perMinute(10), pro: Limit.perMinute(600) })"
    this.claim = checkText('Limit.tiers', claim, { fix, allowed: 'the name of a claim' })
    const at = `Limit.tiers('${claim}')`
    checkObject(at, tiers, 'an object with a limit for each tier', fix)
    for (const [tier, given] of Object.entries(tiers))
      if (given instanceof NoLimit) noneInTier(`${at}.${tier}`)
    this.tiers = new Map(
      Object.entries(tiers).map(([tier, given]) => [tier, readBounds(`${at}.${tier}`, given)]),
    )
    const bounds = [...this.tiers.values()]
    const conditional = bounds.flat().find(({ when }) => when !== null)
    if (conditional) {
      throw new DeclarationError({
        at,
        given: `a limit that does not always count: ${conditional}`,
        allowed: 'limits without when: otherwise none of them would be the strictest',
        fix: 'remove when, or write a list of limits with when in place of tiers',
      })
    }
    this.fallback = bounds.toSorted(byStrictness)[0] ?? none(at, fix)
  }
}

/** That there is no limit, and why. Made by {@link Limit.unsafeNone}. */
export class NoLimit {
  readonly reason: string

  /** @internal */
  constructor(reason: string) {
    this.reason = checkText('Limit.unsafeNone', reason, {
      fix: "say why: Limit.unsafeNone('called by the load balancer alone')",
    })
  }
}

// To leave it out would do the opposite: callers of no tier get the strictest.
function noneInTier(at: string): never {
  throw new DeclarationError({
    at,
    given: 'Limit.unsafeNone',
    allowed: limitWords,
    fix: 'state a high limit for this tier: callers of a tier that is left out get the strictest. Limit.unsafeNone is for routes and upstreams',
  })
}

const none = (at: string, fix: string): never => {
  throw new DeclarationError({ at, given: 'no tier', allowed: 'one tier or more', fix })
}

/** The lower rate over a long time first; of equal ones, the fewer at once. */
function byStrictness(a: readonly Limit[], b: readonly Limit[]): number {
  const rate = (bounds: readonly Limit[]) => Math.min(...bounds.map(({ max, windowMs }) => max / windowMs))
  const least = (bounds: readonly Limit[]) => Math.min(...bounds.map(({ max }) => max))
  return rate(a) - rate(b) || least(a) - least(b)
}

/** What may stand where a limit is stated. */
export const limitWords = 'Limit.perSecond(n), .perMinute(n), .perHour(n), .perDay(n), or a list of them'

/** One limit or several, as a list. Refuses what is no {@link Limit}: a bare number says nothing of a period. */
export function readBounds(at: string, given: unknown, allowed = limitWords): readonly Limit[] {
  const fix = 'say in which period so many requests are allowed'
  const bounds: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (bounds.some(each => each instanceof NoLimit)) {
    throw new DeclarationError({
      at,
      given: bounds.length > 1 ? 'Limit.unsafeNone beside a limit' : 'Limit.unsafeNone',
      allowed,
      fix: "leave it out: what is not declared is not limited. Limit.unsafeNone stands by itself, on a route or an upstream, in place of the API's limit",
    })
  }
  const stranger = bounds.find(each => !(each instanceof Limit))
  if (bounds.length === 0 || stranger !== undefined || bounds.includes(undefined)) {
    throw new DeclarationError({
      at,
      given: describeValue(bounds.length === 0 ? given : stranger),
      allowed,
      fix,
    })
  }
  const all = bounds as readonly Limit[]
  const twice = all.find((limit, i) =>
    all.slice(0, i).some(({ windowMs, when }) => windowMs === limit.windowMs && when === limit.when),
  )
  if (twice === undefined) return all
  throw new DeclarationError({
    at,
    given: `two limits over the same window: ${all.filter(({ windowMs, when }) => windowMs === twice.windowMs && when === twice.when).join(' and ')}`,
    allowed: 'one limit for each window, and for each condition',
    fix: 'keep the stricter one',
  })
}

function checkCount(at: string, given: unknown, fix: string): void {
  if (Number.isSafeInteger(given) && Number(given) >= fewest && Number(given) <= most) return
  throw new DeclarationError({
    at,
    given: `${describeValue(given)} requests`,
    allowed: 'a whole number from 1 to 1,000,000',
    fix,
  })
}

interface Pace {
  readonly perPeriod: number
  readonly periodMs: number
  readonly burst: number
  readonly windowMs: number
}

function checkWindow(at: string, { perPeriod, periodMs, burst, windowMs }: Pace): void {
  if (windowMs >= second && windowMs <= longestWindowMs) return
  const burstFor = (ms: number) => (perPeriod * ms) / periodMs
  const least = Math.ceil(burstFor(second))
  const highest = Math.floor(burstFor(longestWindowMs))
  throw new DeclarationError({
    at: `${at} burst`,
    given: `a burst of ${burst}, which takes ${windowMs < second ? `${windowMs} ms` : 'more than 31 days'}`,
    allowed: `a burst that takes from 1 second to 31 days: ${least} to ${Math.min(most, highest)}`,
    fix: windowMs < second ? `write burst: ${least} or more` : `write burst: ${highest} or less`,
  })
}

function readCondition(at: string, given: unknown): Rule {
  const text = checkText(at, given, { fix: 'write a condition in CEL, or leave when out' })
  try {
    return readDeclaredRule(text, { path: [], query: [] })
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    const [, input] = /^(?:it speaks of )?(path|query)\b/.exec(error.message) ?? []
    throw new DeclarationError({
      at,
      given: `${input ? `${input}, which is not known where limits are decided` : error.message}, in ${shownRule(text)}`,
      allowed: 'a condition in CEL over claims and source.ip',
      fix: 'for example when: "claims.plan == \'free\'"; limits are decided before inputs are read',
    })
  }
}
