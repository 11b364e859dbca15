import { inOneLine } from './access-text.ts'
import type { Bound, LimitLayer } from './limits.ts'

interface BoundWords extends Pick<Bound, 'max' | 'windowMs' | 'when'> {
  /** As declared, where that is known: so many in this period, of which `max` may come at once. */
  readonly declared?: { readonly perPeriod: number; readonly periodMs: number }
}

/** What is said of a layer; a `LayerManifest` is one. */
export interface LayerWords {
  readonly layer: LimitLayer
  readonly bounds: readonly BoundWords[]
  readonly tiers: {
    readonly claim: string
    readonly bounds: Readonly<Record<string, readonly BoundWords[]>>
  } | null
}

/**
 * As people say it, with the number that they declared: `60 per minute`, `60 per minute (10 at once)`. Where that is not known, by the
 * window: `10 per 10 s`.
 */
export const boundText = ({ max, windowMs, when, declared }: BoundWords): string => {
  const { perPeriod, periodMs } = declared ?? { perPeriod: max, periodMs: windowMs }
  const burst = max === perPeriod ? '' : ` (${max} at once)`
  return `${perPeriod} per ${windowText(periodMs)}${burst}${when === null ? '' : ` when ${inOneLine(when.trim())}`}`
}

const names: Readonly<Record<number, string>> = {
  1000: 'second',
  60000: 'minute',
  3600000: 'hour',
  86400000: 'day',
}
const units = Object.entries({ d: 86_400_000, h: 3_600_000, min: 60_000, s: 1000 })

/** In a unit of which it is a whole number, if there is one; as exactly as it takes to tell two windows apart. */
function windowText(ms: number): string {
  const [unit, size] = units.find(([, each]) => ms % each === 0) ??
    units.find(([, each]) => ms >= each) ?? ['s', 1000]
  return names[ms] ?? `${Number((ms / size).toPrecision(6))} ${unit}`
}

export const boundsText = (bounds: readonly BoundWords[]): string => bounds.map(boundText).join(' and ')

/** Whom a limit is for, after how much it is. */
const whose: Readonly<Record<LimitLayer, string>> = {
  ip: 'per address',
  user: 'per user',
  client: 'per client',
  route: 'for the route',
  upstream: 'for the upstream',
  service: 'for the API',
}

/** `10 per second and 1000 per hour per user`; with tiers `per user by plan: free 60 per minute, pro 600 per minute, others as free`. */
export function layerText({ layer, bounds, tiers }: LayerWords): string {
  if (!tiers) return `${boundsText(bounds)} ${whose[layer]}`
  const texts = Object.entries(tiers.bounds).map(([tier, each]) => [tier, boundsText(each)] as const)
  const [strictest = ''] = texts.find(([, text]) => text === boundsText(bounds)) ?? []
  const listed = texts.map(([tier, text]) => `${tier} ${text}`).join(', ')
  return `${whose[layer]} by ${tiers.claim}: ${listed}, others as ${strictest}`
}
