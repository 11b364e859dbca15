import { allow, type Decision, type Deny, deny } from '../../../contract/decision.ts'
import { isCallersOwn, type LimitLayer } from '../../../contract/limits.ts'
import type { RouteKey } from '../../../contract/route.ts'
import {
  addressKey,
  clientKey,
  type HashKey,
  otherItemDays,
  sharedKey,
  subjectItemDays,
  subjectKey,
} from '../../../contract/state.ts'
import { type Clock, instant } from '../../runtime/clock.ts'
import { type Asking, orderedOf } from './orders.ts'
import { type Bounds, createPermits, type Exceeded, type Granted, type Later } from './permits.ts'
import type { RoutePlan } from './plan.ts'
import type { Left } from './reading.ts'
import { createControlsReader } from './shared-controls.ts'
import { KeyThrottled, type StateStore } from './store.ts'
import { createSubjects } from './subject-controls.ts'

/** How near a caller is to a limit of its own: to the nearest, or to the one that refused. */
export interface Report extends Left {
  readonly layer: LimitLayer
}

/** How much of a limit is used. */
export interface LimitUse {
  readonly layer: LimitLayer
  /** From 0 to 100. */
  readonly percent: number
}

interface Decided {
  readonly decision: Decision<void>
  /** Of the limits that were asked, the one that is nearest to its end, whoever's it is. Null: none was, or nobody knows. */
  readonly use: LimitUse | null
  /** Null: no limit has anything to say. */
  readonly report: Report | null
}

export interface Admission extends Decided {
  /** What is written beside the decision, if anything: the better done before an instance is frozen, and no reason to decide otherwise. */
  readonly written: Promise<unknown> | null
  /** Takes back what was counted, for a request that was told something else meanwhile. */
  withdraw(): Promise<void>
}

interface Ask {
  readonly layer: LimitLayer
  readonly key: string
  readonly bounds: Bounds
}

export interface Limiter {
  /** Reads what is ordered before anyone asks, so that the first request finds the connection open. Never fails. */
  prepare(patient?: Pick<StateStore, 'readControls'>): Promise<void>
  /** Denials: `control.*`, `limit.*`. Throws when the state table does not answer. */
  admit(asking: Asking): Promise<Admission>
}

interface LimiterParts {
  /** Construct ids of the API and of this gate's upstream. */
  readonly api: string
  readonly upstream: string
  readonly plans: ReadonlyMap<RouteKey, RoutePlan>
  readonly store: StateStore
  readonly clock: Clock
}

const dayMs = 86_400_000

/**
 * Is this caller still welcome, and within its limits? Layers are asked from the narrowest to the widest, and what one of them
 * refuses is taken back from those before it: so what all share is used up by what really passes, to the last permit.
 */
export function createLimiter({ plans, store, clock, ...place }: LimiterParts): Limiter {
  const permits = createPermits(store, clock)
  const controls = createControlsReader(store, clock)
  const subjects = createSubjects(store, clock)

  /** What a request is counted in, from the narrowest to the widest. */
  const asksOf = ({ layers }: RoutePlan, asking: Asking, hashKey: HashKey, subject: string | null): Ask[] =>
    layers.flatMap(({ layer, of, boundsFor }) => {
      const bounds = boundsFor({ claims: asking.ticket?.claims ?? null, address: asking.address })
      const key = layer === 'user' ? subject && itemOf(subject, of) : keyOf(layer, of, asking, hashKey)
      return bounds && key !== null ? [{ layer, key, bounds }] : []
    })

  /** Counts a request everywhere it counts. What was granted on the way is in `granted`, whatever comes of it. */
  const takeAll = async (
    asking: Asking,
    hashKey: HashKey,
    granted: Granted[],
    later: Later,
  ): Promise<Decided> => {
    const { ticket } = asking
    const plan = planOf(plans, asking.route)
    const subject = ticket && subjectKey(hashKey, ticket.issuer, ticket.subject)
    const remembered = ticket && subject && subjects.recall(subject, ticket)
    if (remembered) return refused(remembered)
    const asks = asksOf(plan, asking, hashKey, subject)
    // Before anything is written: what is known to be refused costs nothing, whichever layer it is that refuses.
    for (const { layer, key, bounds } of asks) {
      const known = permits.recall(key, bounds)
      if (known) return exceeded(layer, known, clock.wall())
    }
    let report: Report | null = null
    let use: LimitUse | null = null
    for (const { layer, key, bounds } of asks) {
      const asked = instant(clock)
      const lastsMs = (key === subject ? subjectItemDays : otherItemDays) * dayMs
      const taken = await permits.take(key, bounds, plan.cost, lastsMs, later).catch(throttledOnly)
      if (!taken) return { decision: deny(`limit.${layer}`, { retryAfterSeconds: 1 }), use, report: null }
      if (taken.ok) granted.push(taken)
      if (ticket && key === subject && taken.item) subjects.saw(key, taken.item, asked)
      // A quarantine is a stronger no than a limit, and the same item says both.
      const ordered = ticket && key === subject && subjects.recall(key, ticket)
      if (ordered) return refused(ordered)
      if (!taken.ok) return exceeded(layer, taken, clock.wall())
      if (!taken.left) continue
      use = moreUsed(use, useOf(layer, taken.left))
      if (isCallersOwn(layer)) report = nearer(report, { layer, ...taken.left })
    }
    const ordered = ticket && subject ? await subjects.find(subject, ticket) : null
    return ordered ? refused(ordered) : { decision: allow(undefined), use, report }
  }

  return {
    async prepare(patient) {
      await controls.current(patient).catch(() => null)
    },

    async admit(asking) {
      const pending: Promise<unknown>[] = []
      const granted: Granted[] = []
      const giveBack = () => granted.splice(0).map(each => each.giveBack())
      const finish = (decided: Decided): Admission => ({
        ...decided,
        written: pending.length > 0 ? Promise.all(pending) : null,
        withdraw: async () => {
          await Promise.all(giveBack())
        },
      })
      const shared = await controls.current()
      const ordered = orderedOf(shared, asking, place, clock.wall() / 1000)
      if (ordered) return finish(refused(ordered))
      try {
        const decided = await takeAll(asking, shared.hashKey, granted, write => pending.push(write))
        if (!decided.decision.ok) pending.push(...giveBack())
        return finish(decided)
      } catch (error) {
        // Nobody waits for it: what cannot be asked is answered as its route says, and what was granted in memory is back at once.
        void Promise.all([...pending, ...giveBack()])
        throw error
      }
    },
  }
}

const refused = (denial: Deny): Decided => ({ decision: denial, use: null, report: null })

const exceeded = (layer: LimitLayer, { left, untilMs }: Exceeded, nowMs: number): Decided => ({
  decision: deny(`limit.${layer}`, { retryAfterSeconds: Math.max(1, Math.ceil((untilMs - nowMs) / 1000)) }),
  use: useOf(layer, left),
  report: isCallersOwn(layer) ? { layer, ...left } : null,
})

const throttledOnly = (error: unknown): null => {
  if (error instanceof KeyThrottled) return null
  throw error
}

function planOf(plans: ReadonlyMap<RouteKey, RoutePlan>, route: RouteKey): RoutePlan {
  const plan = plans.get(route)
  if (!plan) throw new Error('no limits for this route')
  return plan
}

function keyOf(
  layer: Exclude<LimitLayer, 'user'>,
  of: string,
  { ticket, network }: Asking,
  hashKey: HashKey,
): string | null {
  switch (layer) {
    case 'ip':
      return itemOf(addressKey(hashKey, network), of)
    case 'client':
      // Tokens that name no client are one client: to leave the name out must not be a way round.
      return ticket && itemOf(clientKey(hashKey, ticket.issuer, ticket.client), of)
    default:
      return sharedKey(layer, of)
  }
}

/** A route with a limit of its own counts a caller in an item of its own. */
const itemOf = (caller: string, of: string): string => (of === '' ? caller : `${caller}#${of}`)

const useOf = (layer: LimitLayer, { window, amount }: Left): LimitUse => ({
  layer,
  percent: Math.round(100 * (1 - amount / window.max)),
})

const moreUsed = (a: LimitUse | null, b: LimitUse): LimitUse => (a === null || b.percent > a.percent ? b : a)

const nearer = (a: Report | null, b: Report): Report =>
  a === null || b.amount / b.window.max < a.amount / a.window.max ? b : a
