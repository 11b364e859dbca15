import type { Bound, LayerManifest, LimitLayer, RouteLimits } from '../../contract/limits.ts'
import { limitLayers } from '../../contract/limits.ts'
import { type LayerWords, layerText } from '../../contract/limits-text.ts'
import type { Method, RouteKey } from '../../contract/route.ts'
import type { Access } from '../declare/access.ts'
import { DeclarationError } from '../declare/declaration-error.ts'
import type { Limit } from '../declare/limit.ts'
import type { Counted, DeclaredLimit, ReadApiLimits, ReadRouteLimits } from '../declare/limits.ts'
import { answersItself, type UpstreamTarget } from '../declare/upstream.ts'
import type { CounterNames } from './counters.ts'

export interface CompiledLimits {
  readonly manifest: RouteLimits
  /** The manifest's layers, as they were declared. */
  readonly words: readonly LayerWords[]
  /** Layers that are counted for this route alone, by its own declaration. */
  readonly own: ReadonlySet<LimitLayer>
  /** Layers of the API's that do not apply, each with the reason. */
  readonly without: ReadonlyMap<LimitLayer, string>
  /** Why requests pass uncounted while the table cannot answer; null: they do not. */
  readonly openReason: string | null
  /** Claims that tiers and conditions ask for. */
  readonly claims: readonly string[]
  /** What every request to this route counts against in `route`, for API Gateway's own throttle. */
  readonly routeBounds: readonly Limit[]
}

export interface LimitedRoute {
  readonly method: Method
  readonly key: RouteKey
  readonly access: Access
  readonly cost: number
  readonly declared: ReadRouteLimits
  readonly upstream: UpstreamTarget
  /** Construct id of the gate. */
  readonly gate: string
}

/** All that a request to one route counts against, layer by layer. */
export function compileLimits(
  at: string,
  route: LimitedRoute,
  api: ReadApiLimits,
  names: CounterNames,
): CompiledLimits {
  const { declared, cost } = route
  const chosen = limitLayers.map(layer => chosenFor(layer, route, api))
  for (const { layer, limit, own } of chosen) checkOptOut(at, layer, { limit, own, api })
  const layers = chosen.flatMap(choice => compileLayer(at, route, choice, names))
  checkFits(at, cost, layers)
  const counted = layers.map(({ counted }) => counted)
  const openReason =
    declared.openWithoutStore === undefined ? api.openWithoutStore : declared.openWithoutStore
  return {
    manifest: {
      cost,
      layers: layers.map(({ manifest }) => manifest),
      openWithoutStore: openReason !== null,
    },
    words: layers.map(wordsOf),
    own: new Set(chosen.flatMap(({ layer, own, limit }) => (own && limit?.kind !== 'none' ? [layer] : []))),
    without: new Map(
      chosen.flatMap(({ layer, limit }) => (limit?.kind === 'none' ? [[layer, limit.reason] as const] : [])),
    ),
    openReason,
    claims: [...new Set(counted.flatMap(claimsOf))].sort(),
    routeBounds: layers.find(({ manifest }) => manifest.layer === 'route')?.counted.bounds ?? [],
  }
}

interface Choice {
  readonly layer: LimitLayer
  readonly limit: DeclaredLimit | undefined
  /** Declared by the route itself, or by its upstream. */
  readonly own: boolean
}

function chosenFor(
  layer: LimitLayer,
  { access, declared, upstream }: LimitedRoute,
  api: ReadApiLimits,
): Choice {
  const choose = (own: DeclaredLimit | undefined): Choice => ({
    layer,
    limit: own ?? api.of[layer],
    own: own !== undefined,
  })
  switch (layer) {
    case 'service':
      return choose(undefined)
    case 'upstream':
      return answersItself(upstream) ? { layer, limit: undefined, own: false } : choose(upstream.limit)
    case 'user':
    case 'client':
      // A public route does not know its callers.
      return access.kind === 'public' ? { layer, limit: undefined, own: false } : choose(declared.of[layer])
    default:
      return choose(declared.of[layer])
  }
}

/** Where the limit of a layer is declared. */
const placeOf = (at: string, layer: LimitLayer): string =>
  layer === 'upstream' ? `${at} upstream's limit` : `${at} limits.${layer}`

/** An opt-out of nothing is one that outlived its reason, or is spelt for another layer. */
function checkOptOut(
  at: string,
  layer: LimitLayer,
  { limit, own, api }: Pick<Choice, 'limit' | 'own'> & { readonly api: ReadApiLimits },
): void {
  if (!own || limit?.kind !== 'none' || api.of[layer] !== undefined) return
  throw new DeclarationError({
    at: placeOf(at, layer),
    given: 'Limit.unsafeNone where the API declares no such limit',
    allowed: `Limit.unsafeNone in place of the API's limits.${layer}`,
    fix: 'remove it',
  })
}

interface CompiledLayer {
  readonly manifest: LayerManifest
  readonly counted: Counted
}

function compileLayer(
  at: string,
  route: LimitedRoute,
  { layer, limit, own }: Choice,
  names: CounterNames,
): CompiledLayer[] {
  if (limit === undefined || limit.kind === 'none') return []
  const isRead = route.method === 'GET' || route.method === 'HEAD'
  const methods = limit.kind === 'all' ? 'all' : isRead ? 'reads' : 'writes'
  const counted = limit.kind === 'all' ? limit.all : limit[isRead ? 'reads' : 'writes']
  if (counted === null) return []
  const shared = sharedBy(layer, route)
  const scope = shared ?? (own ? route.key : 'all')
  const bound = ({ max, windowMs, when }: Limit): Bound => ({
    counter: names.of(placeOf(at, layer), { layer, scope, methods, windowMs, when }),
    max,
    windowMs,
    leased: max * 1000 >= leasedPerSecond * windowMs,
    when,
  })
  const { tiers } = counted
  const manifest: LayerManifest = {
    layer,
    of:
      shared === null ? (own ? names.item(layer, scope) : '') : [names.api, shared].filter(Boolean).join(' '),
    bounds: counted.bounds.map(bound),
    tiers: tiers && {
      claim: tiers.claim,
      bounds: Object.fromEntries([...tiers.tiers].map(([tier, bounds]) => [tier, bounds.map(bound)])),
    },
  }
  return [{ manifest, counted }]
}

const wordsOf = ({ manifest: { layer }, counted: { bounds, tiers } }: CompiledLayer): LayerWords => ({
  layer,
  bounds,
  tiers: tiers && { claim: tiers.claim, bounds: Object.fromEntries(tiers.tiers) },
})

/** What is counted, where callers share it; null: each has a count of its own. */
function sharedBy(layer: LimitLayer, { key, gate }: LimitedRoute): string | null {
  switch (layer) {
    case 'route':
      return key
    case 'upstream':
      return gate
    case 'service':
      return ''
    default:
      return null
  }
}

/** From so many a second on, counting several at once saves more writes than it costs in precision. */
const leasedPerSecond = 10

const claimsOf = ({ bounds, tiers }: Counted): string[] => [
  ...(tiers ? [tiers.claim] : []),
  ...bounds.flatMap(({ condition }) => condition?.claims ?? []),
]

function checkFits(at: string, cost: number, layers: readonly CompiledLayer[]): void {
  if (cost === 1) return
  if (layers.length === 0) {
    throw new DeclarationError({
      at: `${at} cost`,
      given: `a cost of ${cost} where nothing is counted`,
      allowed: 'cost where the API, the route or its upstream has a limit',
      fix: 'declare limits, or remove it',
    })
  }
  for (const layer of layers) {
    const { bounds, tiers } = layer.manifest
    const all = [...bounds, ...Object.values(tiers?.bounds ?? {}).flat()]
    if (all.every(({ max }) => cost <= max)) continue
    throw new DeclarationError({
      at: `${at} cost`,
      given: `a cost of ${cost}, which a limit never has: ${layerText(wordsOf(layer))}`,
      allowed: `a whole number from 1 to ${Math.min(...all.map(({ max }) => max))}`,
      fix: 'lower the cost, or raise the burst of the limit',
    })
  }
}
