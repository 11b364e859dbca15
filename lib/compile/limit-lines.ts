import type { RouteLimitsDeclared } from '../../contract/declared-limits.ts'
import { isCallersOwn } from '../../contract/limits.ts'
import { boundsText, layerText } from '../../contract/limits-text.ts'
import { type DeclaredLimit, type ReadApiLimits, usualBudgetMs } from '../declare/limits.ts'
import { answersItself } from '../declare/upstream.ts'
import type { Gate } from '../gate.ts'
import type { Route } from '../route.ts'

/** What a caller is told of limits: those that are the caller's own. */
export const callersLayers = ({ limits }: Route) => limits.words.filter(({ layer }) => isCallersOwn(layer))

/** What the limits of one route say, aspect by aspect. Those that several routes share stand once: see {@link apiLimitLines}. */
export function limitLines({ limits }: Route): Array<readonly [string, string]> {
  const { manifest, words, own, without, openReason } = limits
  const texts = [
    ...words
      .filter(({ layer }) => layer !== 'upstream' && layer !== 'service')
      .map(each =>
        own.has(each.layer) && isCallersOwn(each.layer)
          ? `${layerText(each)}, for this route alone`
          : layerText(each),
      ),
    ...[...without]
      .filter(([layer]) => layer !== 'upstream')
      .map(([layer, reason]) => `unsafe, none by ${layer}: ${reason}`),
  ]
  return [
    ...(texts.length > 0 ? [['limit', texts.join('; ')] as const] : []),
    ...(manifest.cost > 1 ? [['cost', `counts as ${manifest.cost}`] as const] : []),
    ...(openReason !== null
      ? [['limit without store', `unsafe, passes uncounted: ${openReason}`] as const]
      : []),
  ]
}

/** The same of one route for `sallyport routes`, with what it shares with others. */
export const routeLimitsDeclared = ({ limits }: Route): RouteLimitsDeclared => ({
  limits: limits.words.map(layerText),
  cost: limits.manifest.cost,
  without: Object.fromEntries(limits.without),
  openWithoutStore: limits.openReason,
})

/** What is counted for several routes together. */
export function apiLimitLines(
  limits: ReadApiLimits,
  gates: readonly Gate[],
): Array<readonly [string, string]> {
  const { of, budgetMs } = limits
  const { service, upstream } = of
  const byUpstream = gates.flatMap(({ node, target }) => {
    const limit = answersItself(target) ? undefined : (target.limit ?? upstream)
    return limit ? [[`upstream ${node.id} limit`, declaredText(limit)] as const] : []
  })
  return [
    ...(service ? [['limit', `${declaredText(service)} for the API`] as const] : []),
    ...(budgetMs === usualBudgetMs ? [] : [['limit budget', `${budgetMs} ms`] as const]),
    ...byUpstream.sort(([a], [b]) => (a < b ? -1 : 1)),
  ]
}

function declaredText(limit: DeclaredLimit): string {
  if (limit.kind === 'none') return `unsafe, none: ${limit.reason}`
  if (limit.kind === 'all') return boundsText(limit.all.bounds)
  const { reads, writes } = limit
  return [
    ...(reads ? [`reads ${boundsText(reads.bounds)}`] : []),
    ...(writes ? [`writes ${boundsText(writes.bounds)}`] : []),
  ].join(', ')
}
