import { allow, type Decision, type Deny, deny } from '../../../contract/decision.ts'
import type { LimitLayer } from '../../../contract/limits.ts'
import type { RouteKey } from '../../../contract/route.ts'
import {
  addressKey,
  clientKey,
  type HashKey,
  sharedKey,
  subjectItemDays,
  subjectKey,
} from '../../../contract/state.ts'
import { type Clock, instant } from '../../runtime/clock.ts'
import { type Asking, orderedOf } from './orders.ts'
import { createPermits, type Granted, type Left } from './permits.ts'
import type { RoutePlan } from './plan.ts'
import { createControlsReader } from './shared-controls.ts'
import type { StateStore } from './store.ts'
import { createSubjects } from './subject-controls.ts'

/** How near a caller is to a limit of its own: to the nearest, or to the one that refused. */
export interface Report extends Left {
  readonly layer: LimitLayer
}

export interface Admission {
  readonly decision: Decision<void>
  /** Null: no limit has anything to say. */
  readonly report: Report | null
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

/** How near all callers together are to a limit is nobody's business outside. */
const callersOwn: readonly LimitLayer[] = ['ip', 'user', 'client']

/**
 * Is this caller still welcome, and within its limits? Layers are asked from the narrowest to the widest, and what one of them
 * refuses is taken back from those before it: so what all share is used up by what really passes, to the last permit.
 */
export function createLimiter({ plans, store, clock, ...place }: LimiterParts): Limiter {
  const permits = createPermits(store, clock)
  const controls = createControlsReader(store, clock)
  const subjects = createSubjects(store, clock)

  /** Counts a request everywhere it counts. What was granted on the way is in `granted`, whatever comes of it. */
  const takeAll = async (asking: Asking, hashKey: HashKey, granted: Granted[]): Promise<Admission> => {
    const { ticket, address } = asking
    const { layers, cost } = planOf(plans, asking.route)
    const subject = ticket && subjectKey(hashKey, ticket.issuer, ticket.subject)
    const remembered = ticket && subject && subjects.recall(subject, ticket)
    if (remembered) return refused(remembered)
    let report: Report | null = null
    for (const { layer, of, boundsFor } of layers) {
      const bounds = boundsFor({ claims: ticket?.claims ?? null, address })
      const key = layer === 'user' ? subject : keyOf(layer, of, asking, hashKey)
      if (!bounds || key === null) continue
      const asked = instant(clock)
      const taken = await permits.take(key, bounds, cost, lifetimeMs(layer, bounds.windows))
      if (taken.ok) granted.push(taken)
      if (ticket && key === subject && taken.item) subjects.saw(key, taken.item, asked)
      // A quarantine is a stronger no than a limit, and the same item says both.
      const ordered = ticket && key === subject && subjects.recall(key, ticket)
      if (ordered) return refused(ordered)
      if (!taken.ok) return exceeded(layer, taken.left, taken.untilMs - clock.wall())
      if (taken.left && callersOwn.includes(layer)) report = nearer(report, { layer, ...taken.left })
    }
    const ordered = ticket && subject ? await subjects.find(subject, ticket) : null
    return ordered ? refused(ordered) : { decision: allow(undefined), report }
  }

  return {
    async prepare(patient) {
      await controls.current(patient).catch(() => null)
    },

    async admit(asking) {
      const shared = await controls.current()
      const ordered = orderedOf(shared, asking, place, clock.wall() / 1000)
      if (ordered) return refused(ordered)
      const granted: Granted[] = []
      let admission: Admission | null = null
      try {
        admission = await takeAll(asking, shared.hashKey, granted)
        return admission
      } finally {
        if (!admission?.decision.ok) await Promise.all(granted.map(each => each.giveBack()))
      }
    },
  }
}

const refused = (denial: Deny): Admission => ({ decision: denial, report: null })

const exceeded = (layer: LimitLayer, left: Left, waitMs: number): Admission => ({
  decision: deny(`limit.${layer}`, { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }),
  report: callersOwn.includes(layer) ? { layer, ...left } : null,
})

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
      return addressKey(hashKey, network)
    case 'client':
      // Tokens that name no client are one client: to leave the name out must not be a way round.
      return ticket && clientKey(hashKey, ticket.issuer, ticket.client)
    default:
      return sharedKey(layer, of)
  }
}

/** A subject's item holds its controls, and outlives them; any other is of no use once its windows have passed. */
const lifetimeMs = (layer: LimitLayer, windows: readonly { readonly windowMs: number }[]): number =>
  layer === 'user'
    ? subjectItemDays * 86_400_000
    : 2 * Math.max(...windows.map(({ windowMs }) => windowMs)) + 60_000

const nearer = (a: Report | null, b: Report): Report =>
  a === null || b.amount / b.window.max < a.amount / a.window.max ? b : a
