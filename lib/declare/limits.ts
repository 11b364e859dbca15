import { Duration } from 'aws-cdk-lib'
import type { Access } from './access.ts'
import { checkDuration, checkOptions, checkText, checkWhole } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { Limit, type LimitBounds, LimitTiers, limitWords, NoLimit, readBounds } from './limit.ts'

/** One limit for all methods, or one for reads (GET, HEAD) and one for writes, counted apart. */
export type ReadsAndWrites<L> = L | { readonly reads?: L; readonly writes?: L }

/** What an API lets through. Every layer that is declared must agree. */
export interface ApiLimits {
  /** All requests that the API serves. Also what API Gateway itself is told to throttle each method at. @default - unlimited */
  readonly service?: ReadsAndWrites<LimitBounds>
  /** Each route, counted by itself. @default - unlimited */
  readonly route?: ReadsAndWrites<LimitBounds>
  /** One user: issuer and subject of the token. Not on public routes: they do not know their callers. @default - unlimited */
  readonly user?: ReadsAndWrites<LimitBounds | LimitTiers>
  /** One client: issuer and `client_id` of the token, or what the issuer calls it. Not on public routes. @default - unlimited */
  readonly client?: ReadsAndWrites<LimitBounds | LimitTiers>
  /** One address; of IPv6 the /64 that one caller has to itself. See `clientAddress`. @default - unlimited */
  readonly ip?: ReadsAndWrites<LimitBounds>
  /** Each upstream, unless it has a `limit` of its own. Stubs have nothing behind them, and are not counted. @default - unlimited */
  readonly upstream?: ReadsAndWrites<LimitBounds>
  /**
   * How long a request may wait for the state table in all: 20 ms to 2 s. Then it is answered with 503.
   * @default Duration.millis(150)
   */
  readonly budget?: Duration
  /**
   * Lets requests through uncounted while the state table cannot answer, for the reason given.
   * Security: whoever can bring the table into trouble has no limits then, and nobody is quarantined or revoked.
   * @default - 503 (`store.unavailable`)
   */
  readonly unsafeOpenWithoutStore?: string
}

/** What a route lets through. A layer that is named here replaces the API's, and is counted for this route alone. */
export interface RouteLimits {
  /** All requests to this route. @default - the API's `limits.route` */
  readonly route?: LimitBounds | NoLimit
  /** One user. Not on public routes: they do not know their callers. @default - the API's `limits.user` */
  readonly user?: LimitBounds | LimitTiers | NoLimit
  /** One client. Not on public routes. @default - the API's `limits.client` */
  readonly client?: LimitBounds | LimitTiers | NoLimit
  /** One address. @default - the API's `limits.ip` */
  readonly ip?: LimitBounds | NoLimit
  /** As on an API; `false`: not here, whatever the API says. @default - as the API */
  readonly unsafeOpenWithoutStore?: string | false
}

/** What counts, for one kind of request: bounds, and tiers where there are some. */
export interface Counted {
  readonly bounds: readonly Limit[]
  readonly tiers: LimitTiers | null
}

/** A declared limit, checked. */
export type DeclaredLimit =
  | { readonly kind: 'none'; readonly reason: string }
  | { readonly kind: 'all'; readonly all: Counted }
  | { readonly kind: 'apart'; readonly reads: Counted | null; readonly writes: Counted | null }

/** {@link ApiLimits}, checked. */
export interface ReadApiLimits {
  readonly of: Readonly<
    Partial<Record<'service' | 'route' | 'user' | 'client' | 'ip' | 'upstream', DeclaredLimit>>
  >
  readonly budgetMs: number
  readonly openWithoutStore: string | null
}

/** {@link RouteLimits}, checked. */
export interface ReadRouteLimits {
  readonly of: Readonly<Partial<Record<'route' | 'user' | 'client' | 'ip', DeclaredLimit>>>
  /** Undefined: as the API. */
  readonly openWithoutStore: string | null | undefined
}

export const usualBudgetMs = 150

const apiLayers = ['service', 'route', 'user', 'client', 'ip', 'upstream'] as const
const routeLayers = ['route', 'user', 'client', 'ip'] as const
const isOfCaller = (layer: string): boolean => layer === 'user' || layer === 'client'

export function readApiLimits(at: string, given: ApiLimits = {}): ReadApiLimits {
  refuseWithoutLayer(at, given, apiLayers)
  checkOptions(at, given, [...apiLayers, 'budget', 'unsafeOpenWithoutStore'], '{ user: Limit.perMinute(60) }')
  const { budget = Duration.millis(usualBudgetMs), unsafeOpenWithoutStore } = given
  const of = layersOf(apiLayers, layer =>
    readLimit(`${at}.${layer}`, given[layer], { tiers: isOfCaller(layer), apart: true, none: false }),
  )
  const budgetMs = checkDuration(`${at}.budget`, budget, {
    unit: 'milliseconds',
    least: 20,
    most: 2000,
    fix: 'state how long a request may wait for the table before it is answered with 503',
  }).toMilliseconds()
  return { of, budgetMs, openWithoutStore: readReason(at, unsafeOpenWithoutStore) ?? null }
}

export function readRouteLimits(at: string, access: Access, given: RouteLimits = {}): ReadRouteLimits {
  refuseWithoutLayer(at, given, routeLayers)
  checkOptions(at, given, [...routeLayers, 'unsafeOpenWithoutStore'], '{ user: Limit.perMinute(60) }')
  const { unsafeOpenWithoutStore } = given
  const of = layersOf(routeLayers, layer => {
    const read = readLimit(`${at}.${layer}`, given[layer], {
      tiers: isOfCaller(layer),
      apart: false,
      none: true,
    })
    if (read && access.kind === 'public') checkPublic(`${at}.${layer}`, layer, read)
    return read
  })
  return {
    of,
    openWithoutStore: unsafeOpenWithoutStore === false ? null : readReason(at, unsafeOpenWithoutStore),
  }
}

/** What an upstream takes from all its routes together. */
export const readUpstreamLimit = (at: string, given: unknown): DeclaredLimit | undefined =>
  readLimit(at, given, { tiers: false, apart: true, none: true })

/** Of `limits: Limit.perMinute(5)` nobody knows whom it is for. */
function refuseWithoutLayer(at: string, given: unknown, layers: readonly string[]): void {
  const [first = given] = Array.isArray(given) ? given : []
  if (!(first instanceof Limit || first instanceof LimitTiers || first instanceof NoLimit)) return
  const [text, example] =
    first instanceof Limit
      ? [String(first), '…']
      : first instanceof LimitTiers
        ? ['tiers', "Limit.tiers('plan', { … })"]
        : ['Limit.unsafeNone', 'Limit.unsafeNone(reason)']
  throw new DeclarationError({
    at,
    given: `${text}, without saying whom or what it is for`,
    allowed: `an object with ${layers.join(', ')}`,
    fix: `name the layer: limits: { user: ${example} }`,
  })
}

const layersOf = <L extends string>(layers: readonly L[], read: (layer: L) => DeclaredLimit | undefined) =>
  Object.fromEntries(
    layers.flatMap(layer => {
      const limit = read(layer)
      return limit ? [[layer, limit]] : []
    }),
  ) as Partial<Record<L, DeclaredLimit>>

interface Allowed {
  readonly tiers: boolean
  /** Reads and writes apart. */
  readonly apart: boolean
  /** That there is none, for a reason. */
  readonly none: boolean
}

function readLimit(at: string, given: unknown, allowed: Allowed): DeclaredLimit | undefined {
  if (given === undefined) return undefined
  if (given instanceof NoLimit && allowed.none) return { kind: 'none', reason: given.reason }
  const isApart =
    allowed.apart &&
    typeof given === 'object' &&
    given !== null &&
    Object.getPrototypeOf(given) === Object.prototype
  if (!allowed.apart) refuseApart(at, given)
  if (!isApart) return { kind: 'all', all: readCounted(at, given, allowed) }
  checkOptions(at, given, ['reads', 'writes'], '{ reads: Limit.perMinute(60), writes: Limit.perMinute(6) }')
  const { reads, writes } = given as { reads?: unknown; writes?: unknown }
  const read = (of: 'reads' | 'writes', value: unknown) =>
    value === undefined ? null : readCounted(`${at}.${of}`, value, allowed)
  if (reads === undefined && writes === undefined) {
    throw new DeclarationError({
      at,
      given: 'neither reads nor writes',
      allowed: 'reads, writes, or both',
      fix: 'state a limit for one of them, or leave it out',
    })
  }
  return { kind: 'apart', reads: read('reads', reads), writes: read('writes', writes) }
}

function refuseApart(at: string, given: unknown): void {
  const told = Object(given) as object
  if (!Object.hasOwn(told, 'reads') && !Object.hasOwn(told, 'writes')) return
  throw new DeclarationError({
    at,
    given: 'reads and writes apart',
    allowed: limitWords,
    fix: 'state the limit itself: a route has one method. Reads and writes are counted apart for an API or an upstream',
  })
}

function readCounted(at: string, given: unknown, { tiers, none }: Allowed): Counted {
  if (given instanceof LimitTiers && tiers) return { bounds: given.fallback, tiers: given }
  if (given instanceof LimitTiers) {
    throw new DeclarationError({
      at,
      given: 'tiers, which are those of one caller',
      allowed: limitWords,
      fix: 'declare tiers per user or per client',
    })
  }
  const more = [
    ...(tiers ? ["Limit.tiers('claim', { … })"] : []),
    ...(none ? ['Limit.unsafeNone(reason)'] : []),
  ]
  return { bounds: readBounds(at, given, [limitWords, ...more].join('; ')), tiers: null }
}

function readReason(at: string, given: unknown): string | undefined {
  if (given === undefined) return undefined
  return checkText(`${at}.unsafeOpenWithoutStore`, given, {
    fix: "say why: unsafeOpenWithoutStore: 'read-only, and cheap to answer'",
  })
}

/** A public route does not know its callers: neither who they are, nor what their tokens say. */
function checkPublic(at: string, layer: string, limit: DeclaredLimit): void {
  if (isOfCaller(layer)) knowsNobody(at, layer)
  const bounds = limit.kind === 'all' ? limit.all.bounds : []
  const undecided = bounds.find(({ condition }) => (condition?.claims.length ?? 0) > 0)
  if (undecided === undefined) return
  throw new DeclarationError({
    at,
    given: `a condition on claims on a public route: ${undecided}`,
    allowed:
      'a condition over source.ip alone: a public route reads no token, so that this could never be decided',
    fix: 'remove when, or ask for a token',
  })
}

function knowsNobody(at: string, layer: string): never {
  throw new DeclarationError({
    at,
    given: `a limit per ${layer} on a public route`,
    allowed: `limits.${layer} where there is Access.token: a public route does not know its callers`,
    fix: 'remove it, or ask for a token; limits.ip counts by address',
  })
}

/** How many requests one request counts as. */
export const checkCost = (at: string, given: unknown = 1): number =>
  checkWhole(`${at} cost`, given, {
    least: 1,
    most: 1000,
    fix: 'state how many requests one of these counts as',
  })
