import type { Bound, LayerManifest, LimitLayer, RouteLimits } from '../../../contract/limits.ts'
import type { RouteKey } from '../../../contract/route.ts'
import type { Rule } from '../../../contract/rule.ts'
import type { Bounds } from './permits.ts'
import { windowOf } from './windows.ts'

/** What is known of a request when its limits are looked up. */
export interface Circumstances {
  /** Null: nobody, on a public route. */
  readonly claims: Readonly<Record<string, unknown>> | null
  readonly address: string
}

export interface LayerPlan {
  readonly layer: LimitLayer
  readonly of: string
  /** What counts for a request; null: nothing does. */
  boundsFor(circumstances: Circumstances): Bounds | null
}

export interface RoutePlan {
  readonly cost: number
  readonly openWithoutStore: boolean
  readonly layers: readonly LayerPlan[]
}

/** A gate's manifest, as far as limits are about it. */
export interface LimitedPolicy {
  readonly routes: Readonly<Record<RouteKey, { readonly limits: RouteLimits }>>
  /** How long a request waits for the table: what is counted may pass so much later. */
  readonly state: { readonly budgetMs: number } | null
}

/** Conditions by their texts, read when the function loads. */
export type Conditions = Readonly<Record<string, Rule>>

/** All that can be known of limits before a request comes. */
export const planLimits = (
  { routes, state }: LimitedPolicy,
  conditions: Conditions,
): ReadonlyMap<RouteKey, RoutePlan> =>
  new Map(
    Object.entries(routes).map(([route, { limits }]) => [
      route,
      {
        ...limits,
        layers: limits.layers.map(layer =>
          planLayer(layer, { cost: limits.cost, budgetMs: state?.budgetMs ?? 0, conditions }),
        ),
      },
    ]),
  )

/** What the bounds of a route have in common. */
interface Setting {
  readonly cost: number
  readonly budgetMs: number
  readonly conditions: Conditions
}

function planLayer(manifest: LayerManifest, setting: Setting): LayerPlan {
  const { layer, of, tiers } = manifest
  const fallback = selection(manifest.bounds, setting)
  const byTier = new Map(
    Object.entries(tiers?.bounds ?? {}).map(([tier, bounds]) => [tier, selection(bounds, setting)]),
  )
  return {
    layer,
    of,
    boundsFor(circumstances) {
      const { claims } = circumstances
      const tier = tiers && claims && Object.hasOwn(claims, tiers.claim) ? claims[tiers.claim] : undefined
      // A tier that nobody declared is the strictest one.
      const select = (typeof tier === 'string' ? byTier.get(tier) : undefined) ?? fallback
      return select(circumstances)
    },
  }
}

/** Of some bounds those whose conditions hold. Each choice is made once, whichever requests ask for it. */
function selection(bounds: readonly Bound[], { cost, budgetMs, conditions }: Setting) {
  const windows = bounds.map(bound => windowOf(bound, budgetMs))
  const made = new Map<string, Bounds | null>()
  const make = (chosen: readonly number[]): Bounds | null => {
    if (chosen.length === 0) return null
    const all = chosen.map(place => windows[place]).filter(window => window !== undefined)
    // With how many: tiers differ in that alone, and what is remembered of one is not true of another.
    return { id: `${all.map(({ counter, max }) => `${counter}:${max}`).join(' ')} ${cost}`, windows: all }
  }
  const always = bounds.every(({ when }) => when === null) ? make([...bounds.keys()]) : undefined
  return (circumstances: Circumstances): Bounds | null => {
    if (always !== undefined) return always
    const chosen = [...bounds.keys()].filter(place => counts(bounds[place]?.when, circumstances, conditions))
    const id = chosen.join(' ')
    const known = made.get(id)
    if (known !== undefined) return known
    const fresh = make(chosen)
    made.set(id, fresh)
    return fresh
  }
}

/** A condition that cannot be decided counts: a caller must not get round a limit by lacking a claim. */
function counts(
  when: string | null | undefined,
  { claims, address }: Circumstances,
  conditions: Conditions,
): boolean {
  if (typeof when !== 'string') return true
  const condition = Object.hasOwn(conditions, when) ? conditions[when] : undefined
  try {
    return condition?.holds({ claims: claims ?? {}, path: {}, query: {}, source: { ip: address } }) ?? true
  } catch {
    return true
  }
}
