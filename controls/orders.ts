import { type Control, isInForce } from '../contract/control.ts'
import { daySeconds, longestSubjectControlDays } from '../contract/state.ts'
import { invalid } from './control-error.ts'
import { unprintable } from './printable.ts'
import type { Standing } from './shared-item.ts'

export interface Reason {
  /**
   * Kept with the control and in the journal, in plain: no names of people.
   * At most 200 characters in one line.
   */
  readonly why: string
}

export interface Shortening {
  /**
   * Whether the order may end earlier, or refuse fewer tokens, than one that stands.
   *
   * @default false: what stands and is later stays, of `until` and of `issuedBefore`
   */
  readonly shorten?: boolean | undefined
}

const longestWhy = 200
const longestBy = 100

const words = (at: string, text: unknown, most: number, fix: string): string => {
  const isText = typeof text === 'string' && text.trim() !== ''
  // Control characters could speak to the terminal of whoever reads the list.
  if (isText && text.length <= most && !unprintable.test(text)) return text
  throw invalid({
    at,
    given: isText ? 'a text too long, or of several lines' : 'nothing',
    allowed: `1 to ${most} characters in one line`,
    fix,
  })
}

export const checkWhy = (why: unknown): string =>
  words('why', why, longestWhy, 'say what happened, or name the ticket; no names of people')
export const checkBy = (by: unknown): string =>
  words('by', by, longestBy, 'say who orders this: a user, or the name of a function')

/** Checks that no member is there that nobody would read. */
export function checkMembers(given: object, allowed: readonly string[], at = 'order'): void {
  const isObject = typeof given === 'object' && given !== null
  const unknown = isObject ? Object.keys(given).find(member => !allowed.includes(member)) : ''
  if (unknown === undefined) return
  throw invalid({
    at,
    given: isObject ? `"${unknown}", which means nothing here` : 'no object',
    allowed: allowed.join(', '),
    fix: isObject ? `leave "${unknown}" out` : `give an object with ${allowed.join(', ')}`,
  })
}

/** Seconds since the epoch, which must come after `now`; of a subject within 90 days. */
export function checkUntil(until: unknown, nowSeconds: number, ofSubject: boolean): number {
  const seconds = secondsOf('until', until)
  const longest = ofSubject ? longestSubjectControlDays * daySeconds : Number.POSITIVE_INFINITY
  if (seconds > nowSeconds && seconds - nowSeconds <= longest) return seconds
  const isPast = seconds <= nowSeconds
  throw invalid({
    at: 'until',
    given: `${(until as Date).toISOString()}, ${isPast ? 'which is over' : 'which is too far away'}`,
    allowed: ofSubject
      ? `a time after now, at most ${longestSubjectControlDays} days away`
      : 'a time after now',
    fix: isPast
      ? 'give a later time; what is over needs no order'
      : 'give an earlier time, and order it again before it comes; or block the user at the issuer',
  })
}

export function secondsOf(at: string, date: unknown): number {
  const ms = date instanceof Date ? date.getTime() : Number.NaN
  if (ms >= 0) return Math.floor(ms / 1000)
  throw invalid({
    at,
    given: date === undefined ? 'nothing' : 'no time',
    allowed: 'a Date',
    fix: 'for example new Date(Date.now() + 2 * 3_600_000)',
  })
}

export function checkShorten(shorten: unknown): boolean {
  if (shorten === undefined || typeof shorten === 'boolean') return shorten ?? false
  throw invalid({
    at: 'shorten',
    given: 'neither true nor false',
    allowed: 'true or false',
    fix: 'give true to end earlier what stands',
  })
}

/** Seconds since the epoch, which must have come: of a later time nobody knows which tokens there will be. */
export function checkIssuedBefore(issuedBefore: unknown, nowSeconds: number): number {
  if (issuedBefore === undefined) return nowSeconds
  const seconds = secondsOf('issuedBefore', issuedBefore)
  if (seconds <= nowSeconds) return seconds
  throw invalid({
    at: 'issuedBefore',
    given: `${(issuedBefore as Date).toISOString()}, which is in the future`,
    allowed: 'now, or a time before',
    fix: 'leave it out for now: tokens that are issued later would be refused as well',
  })
}

/** The order as gates read it. */
export const controlOf = (
  kind: Control['kind'],
  order: { readonly until: number | null; readonly issuedBefore?: number | null },
  signed: { readonly by: string; readonly why: string; readonly at: number },
): Control => ({ kind, until: order.until, issuedBefore: order.issuedBefore ?? null, ...signed })

/** A term that was ordered weaker than it stood already, and stayed. */
export type Kept = 'until' | 'issuedBefore'

/** Of two ends the later; null is never, and of tokens all. */
const later = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b)

/**
 * What is to stand where something stands already: the stronger of both. An alarm that orders two hours must not end the month that
 * somebody else has ordered; what adds nothing leaves all as it stands, with the words of whoever ordered it.
 */
export function strongest(
  before: Standing,
  given: Control,
  nowSeconds: number,
): { readonly control: Control; readonly kept: readonly Kept[] } {
  const stands = before !== null && before !== 'unreadable' && before.kind === given.kind
  if (!stands || !isInForce(before, nowSeconds)) return { control: given, kept: [] }
  const until = later(before.until, given.until)
  const issuedBefore = later(before.issuedBefore, given.issuedBefore)
  const kept: Kept[] = []
  if (until !== given.until) kept.push('until')
  if (issuedBefore !== given.issuedBefore) kept.push('issuedBefore')
  const addsNothing = until === before.until && issuedBefore === before.issuedBefore
  return { control: addsNothing && before.by !== '' ? before : { ...given, until, issuedBefore }, kept }
}
