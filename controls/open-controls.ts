import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type Control, isInForce } from '../contract/control.ts'
import { stateTable } from '../contract/state.ts'
import { ControlError, ControlIncomplete, invalid } from './control-error.ts'
import { type Entry, lastMonths, openJournal, undoOf, type Verb } from './journal.ts'
import { inOrder, type Listed, listOwn, listShared, listSubjects } from './listing.ts'
import {
  checkBy,
  checkIssuedBefore,
  checkMembers,
  checkShorten,
  checkUntil,
  checkWhy,
  controlOf,
  type Kept,
  type Reason,
  type Shortening,
  secondsOf,
  strongest,
} from './orders.ts'
import { changeShared, readShared, type SharedItem, type Standing, standingIn } from './shared-item.ts'
import { changeOwn, noteSubject } from './subject-items.ts'
import { type Attributes, openTable } from './table.ts'
import {
  type About,
  type AddressTarget,
  type ClientTarget,
  checkListed,
  countedIn,
  type Kind,
  type ListedTarget,
  type Place,
  placeOf,
  type RouteTarget,
  readTarget,
  type SubjectTarget,
  type Target,
  type TokenTarget,
  type UpstreamTarget,
} from './targets.ts'
import { keepWords, withWords } from './words.ts'

export interface ControlsOptions {
  /** Name of the state table, such as `process.env.STATE_TABLE`: nothing, or a blank, is refused. */
  readonly table: string | undefined
  /** Who orders: kept with each control, and in the journal. At most 100 characters. */
  readonly by: string
  /** @default new DynamoDBClient({}): credentials and region as the SDK finds them */
  readonly client?: Pick<DynamoDBClient, 'send'>
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number
}

/** What was done. */
export interface Change {
  readonly verb: Verb
  /** As a list calls it, see `Listed`. */
  readonly name: string
  /** What stands there now; null: nothing. */
  readonly control: Control | null
  /** What stood there before; it may have been over. */
  readonly before: Standing
  /** What was ordered weaker than it stood, and stays as it stood; see `shorten`. */
  readonly kept: readonly Kept[]
  /**
   * The verb that takes it back, with all that stands there. Null: nothing was changed, so that there is nothing to take back, or
   * only what another order was about.
   */
  readonly undo: Verb | null
  /**
   * Of a subject, client or address: whether its requests have been counted in this table, by limits that routes share. Where they have not,
   * it may be misspelt: an order about nobody is obeyed as well. Null: that is not known.
   */
  readonly counted: boolean | null
}

/**
 * Orders what gates obey: within five seconds everywhere; about a subject within two, and at once with the next request that is counted by
 * a limit of users that routes share, if that is not leased.
 *
 * All reject with a `ControlError` where something cannot be ordered (see its `code`), and with the SDK's error where the table does
 * not answer and nothing was done. Whatever failed may be run again.
 *
 * An order about what is ordered already can only add to it, unless it says `shorten`: the later end stands, and of tokens the later time of
 * issue.
 */
export interface Controls {
  /**
   * Refuses a user, a client or an address (403), until a time.
   *
   * @param order `until`: of a user at most 90 days away
   */
  quarantine(
    target: SubjectTarget | ClientTarget | AddressTarget,
    order: { readonly until: Date } & Reason & Shortening,
  ): Promise<Change>
  release(
    target: SubjectTarget | ClientTarget | AddressTarget | ListedTarget,
    reason: Reason,
  ): Promise<Change>
  /**
   * Refuses one token (401) until it has expired.
   *
   * @param token `tokenId`: its `jti`; `expiresAt`: its `exp`
   */
  revokeToken(token: TokenTarget & { readonly expiresAt: Date }, order: Reason & Shortening): Promise<Change>
  /**
   * Refuses the tokens of a user or a client that were issued until a second (401), and those that do not say when they were.
   *
   * @param order `issuedBefore`: @default now. `until`: as long as the longest-lived of these tokens may last; of a user at most 90 days away.
   * Security: afterwards, tokens that are still valid work again
   */
  revokeTokens(
    target: SubjectTarget | ClientTarget,
    order: { readonly until: Date; readonly issuedBefore?: Date } & Reason & Shortening,
  ): Promise<Change>
  /** Takes back `revokeToken` and `revokeTokens`. */
  restore(target: SubjectTarget | ClientTarget | TokenTarget | ListedTarget, reason: Reason): Promise<Change>
  /**
   * Closes a route, or all routes of an upstream (503), to everybody.
   *
   * @param order `until`: @default until it is opened
   */
  close(
    target: RouteTarget | UpstreamTarget,
    order: { readonly until?: Date | undefined } & Reason & Shortening,
  ): Promise<Change>
  open(target: RouteTarget | UpstreamTarget | ListedTarget, reason: Reason): Promise<Change>
  /** What is in force: all of it, or what there is about one target. */
  list(target?: Exclude<Target, ListedTarget>): Promise<Listed[]>
  /**
   * Whether requests of a subject, client or address have been counted in this table, by limits that routes share: where they have not, its
   * name may be misspelt. Null for other targets.
   */
  isCounted(target: Exclude<Target, ListedTarget>): Promise<boolean | null>
  /**
   * What was changed, by whom, when and why, newest first.
   *
   * @param of `months`: this one and those before it. @default 2
   */
  history(of?: { readonly months?: number }): Promise<Entry[]>
}

const callers = ['subject', 'client', 'address'] as const
// First doors accept a token for up to a minute after its `exp`, where that was declared.
const longestLeewaySeconds = 60
const mostMonths = 120

/** Opens the controls of one state table. Nothing is asked of it before something is ordered. */
export function openControls(options: ControlsOptions): Controls {
  checkMembers(options, ['table', 'by', 'client', 'now'], 'options')
  const by = checkBy(options.by)
  const table = openTable(checkTable(options.table), options.client ?? new DynamoDBClient({}))
  const journal = openJournal(table)
  const now = () => Math.floor((options.now ?? Date.now)() / 1000)

  /** What stands in a place, and whether whoever it is about was ever counted. */
  const look = async (place: Place, shared: SharedItem, countedAt: string | null) => {
    const isOwn = place.key !== stateTable.controls
    const key = isOwn ? place.key : countedAt
    const item = key === null ? null : await table.read(key)
    const seen = isOwn ? item?.[place.attribute] : undefined
    const standing = isOwn ? standingIn(seen) : (shared.controls.get(place.name) ?? null)
    const explained = isOwn ? null : await withWords(table, new Map([[place.name, standing]]))
    return {
      isOwn,
      seen,
      standing,
      before: explained?.get(place.name) ?? standing,
      counted: key === null ? null : isCountedItem(item),
    }
  }

  const record = (verb: Verb, place: Place, why: string, before: Standing, control: Control | null) =>
    journal.append({
      at: now(),
      by,
      verb,
      name: place.name,
      why,
      until: control?.until ?? null,
      issuedBefore: control?.issuedBefore ?? null,
      before,
      undo: undoOf(verb),
    })

  const order = async (
    verb: Kind,
    { about, at }: ReturnType<typeof readTarget>,
    terms: { readonly until: number | null; readonly issuedBefore?: number | null },
    said: Reason & Shortening,
  ): Promise<Change> => {
    const [why, shorten] = [checkWhy(said.why), checkShorten(said.shorten)]
    const nowSeconds = now()
    const given = controlOf(verb, terms, { by, why, at: nowSeconds })
    const shared = await readShared(table)
    const place = placeOf(verb, about, at, shared)
    const countedAt = countedIn(about, at, shared.hashKey)
    const { isOwn, seen, standing, before, counted } = await look(place, shared, countedAt)
    const { control, kept } = shorten ? { control: given, kept: [] } : strongest(before, given, nowSeconds)
    await inSteps([
      ...(isOwn && control.until !== null
        ? [step('listed', () => noteSubject(table, place.key, control.until ?? 0, nowSeconds), 'go on')]
        : []),
      step('in force', () =>
        isOwn
          ? changeOwn(table, place, { seen, after: control, nowSeconds })
          : changeShared(table, place.name, { before: standing, after: control, nowSeconds }),
      ),
      ...(isOwn ? [] : [step('explained', () => keepWords(table, place.name, control), 'go on')]),
      step('recorded', () => record(verb, place, why, before, control)),
    ])
    const isOthers = control === before && (control.by !== by || control.why !== why)
    return { verb, name: place.name, control, before, kept, undo: isOthers ? null : undoOf(verb), counted }
  }

  const lift = async (
    kind: Kind,
    target: Target,
    allowed: readonly About[],
    reason: Reason,
  ): Promise<Change> => {
    const { about, at } = readTarget(target, [...allowed, 'listed'])
    if (about === 'listed') checkListed(kind, at.listed)
    checkMembers(reason, ['why'])
    const why = checkWhy(reason.why)
    const nowSeconds = now()
    const verb = undoOf(kind)
    const shared = await readShared(table)
    const place = placeOf(kind, about, at, shared)
    const { isOwn, seen, standing, before } = await look(place, shared, null)
    const change = { verb, name: place.name, control: null, before, kept: [], counted: null }
    if (before === null) return { ...change, undo: null }
    await inSteps([
      // With the control goes what it says of itself.
      step('recorded', () => record(verb, place, why, before, null)),
      step('taken back', () =>
        isOwn
          ? changeOwn(table, place, { seen, after: null, nowSeconds })
          : changeShared(table, place.name, { before: standing, after: null, nowSeconds }),
      ),
    ])
    const isOver = before !== 'unreadable' && !isInForce(before, nowSeconds)
    return { ...change, undo: before === 'unreadable' || isOver ? null : undoOf(verb) }
  }

  return {
    async quarantine(target, given) {
      const read = readTarget(target, callers)
      checkMembers(given, ['until', 'why', 'shorten'])
      const until = checkUntil(given.until, now(), read.about === 'subject')
      return order('quarantine', read, { until }, given)
    },
    release: async (target, reason) => lift('quarantine', target, callers, reason),

    async revokeToken({ expiresAt, ...token }, given) {
      const read = readTarget(token, ['token'])
      checkMembers(given, ['why', 'shorten'])
      const until = secondsOf('expiresAt', expiresAt) + longestLeewaySeconds
      if (until <= now())
        throw invalid({
          at: 'expiresAt',
          given: `${expiresAt.toISOString()}, which is over`,
          allowed: 'a token that has not expired',
          fix: 'nothing need be done: it is refused everywhere',
        })
      return order('revoke', read, { until }, given)
    },
    async revokeTokens(target, given) {
      const read = readTarget(target, ['subject', 'client'])
      checkMembers(given, ['until', 'issuedBefore', 'why', 'shorten'])
      const until = checkUntil(given.until, now(), read.about === 'subject')
      const issuedBefore = checkIssuedBefore(given.issuedBefore, now())
      return order('revoke', read, { until, issuedBefore }, given)
    },
    restore: async (target, reason) => lift('revoke', target, ['subject', 'client', 'token'], reason),

    async close(target, given) {
      const read = readTarget(target, ['route', 'upstream'])
      checkMembers(given, ['until', 'why', 'shorten'])
      const until = given.until === undefined ? null : checkUntil(given.until, now(), false)
      return order('close', read, { until }, given)
    },
    open: async (target, reason) => lift('close', target, ['route', 'upstream'], reason),

    async list(target) {
      const read = target && readTarget(target, [...callers, 'token', 'route', 'upstream'])
      const shared = await readShared(table)
      if (!read) {
        const ofAll = await listShared(table, shared, now())
        return inOrder([...ofAll, ...(await listSubjects(table, now()))])
      }
      const places = (['quarantine', 'revoke'] as const).map(kind =>
        placeOf(kind, read.about, read.at, shared),
      )
      const [{ key } = { key: '' }] = places
      if (key !== stateTable.controls) return inOrder(listOwn(key, await table.read(key), now()))
      const names = places.map(({ name }) => name)
      return inOrder(await listShared(table, shared, now(), names))
    },
    async isCounted(target) {
      const { about, at } = readTarget(target, [...callers, 'token', 'route', 'upstream'])
      const { hashKey } = await readShared(table)
      const key = countedIn(about, at, hashKey)
      return key === null ? null : isCountedItem(await table.read(key))
    },
    async history({ months = 2 } = {}) {
      if (!Number.isInteger(months) || months < 1 || months > mostMonths)
        throw invalid({
          at: 'months',
          given: 'no number of months',
          allowed: `a whole number from 1 to ${mostMonths}`,
          fix: 'for example 2: this month and the last',
        })
      // An empty history of another table would be believed.
      await readShared(table)
      return journal.read(lastMonths(now(), months))
    },
  }
}

// A counter's name has a dot in it; no control's has.
const isCountedItem = (item: Attributes | null): boolean =>
  Object.keys(item ?? {}).some(name => name.includes('.'))

/** `String(undefined)` is a name that a table could have. */
function checkTable(table: unknown): string {
  if (typeof table === 'string' && table.trim() !== '' && table !== 'undefined') return table
  throw invalid({
    at: 'table',
    given: table === 'undefined' ? '"undefined"' : 'nothing',
    allowed: 'the name of a state table',
    fix: 'it is in the environment of every gate, as STATE_TABLE; a function of your own is given it by its stack',
  })
}

interface Step {
  readonly what: string
  readonly run: () => Promise<void>
  readonly onFailure: 'stop' | 'go on'
}
const step = (what: string, run: Step['run'], onFailure: Step['onFailure'] = 'stop'): Step => ({
  what,
  run,
  onFailure,
})

/** Makes one step after the other. Throws what the first failed with, where nothing was done; else what was done and what was not. */
async function inSteps(steps: readonly Step[]): Promise<void> {
  const done: string[] = []
  const failed: unknown[] = []
  for (const { what, run, onFailure } of steps) {
    try {
      await run()
      done.push(what)
    } catch (error) {
      failed.push(error)
      if (onFailure === 'stop') break
    }
  }
  if (failed.length === 0) return
  const last = failed.at(-1)
  // To be listed where nothing stands is nothing that was done.
  if (done.length === 0 || (last instanceof ControlError && done.every(what => what === 'listed'))) throw last
  const left = steps.map(({ what }) => what).filter(what => !done.includes(what))
  throw new ControlIncomplete(done, left, last)
}
