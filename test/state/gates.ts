import { isCallersOwn, type LayerManifest, type LimitLayer, limitLayers } from '../../contract/limits.ts'
import type { Ticket } from '../../contract/ticket.ts'
import type { Limiter } from '../../functions/gate/limits/limiter.ts'
import type { LimitedPolicy } from '../../functions/gate/limits/plan.ts'
import { limitsIn } from '../../functions/gate/open-limits.ts'
import type { TestTable } from './store.ts'

/** A route's limits: a bound of a minute for each layer that is named. */
export const layersOf = (most: Partial<Record<LimitLayer, number>>, leased = false): LayerManifest[] =>
  limitLayers.flatMap(layer => {
    const max = most[layer]
    return max === undefined
      ? []
      : [
          {
            layer,
            of: isCallersOwn(layer) ? '' : 'all',
            bounds: [{ counter: `${layer}c`, max, windowMs: 60_000, leased, when: null }],
            tiers: null,
          },
        ]
  })

export const policyOf = (
  routes: Record<string, LayerManifest[]>,
  cost = 1,
): Pick<LimitedPolicy, 'routes'> => ({
  routes: Object.fromEntries(
    Object.entries(routes).map(([route, layers]) => [
      route,
      { limits: { cost, layers, openWithoutStore: false } },
    ]),
  ),
})

/** So many instances of one gate, each with connections and a memory of its own. */
export const openGates = (
  count: number,
  table: TestTable,
  { routes }: Pick<LimitedPolicy, 'routes'>,
): Limiter[] =>
  Array.from({ length: count }, () => {
    const policy = { api: 'Api', gate: 'Crm', routes, state: { budgetMs: 20_000 } }
    return limitsIn(table.name, table.client(), policy).limiter
  })

export const ticketOf = (subject: string, more: Partial<Ticket> = {}): Ticket => ({
  route: 'GET /deals',
  fingerprint: 'policy-1',
  issuer: 'https://login.example.com',
  subject,
  client: 'app',
  tokenId: `token of ${subject}`,
  issuedAt: Math.floor(Date.now() / 1000) - 60,
  expiresAt: Math.floor(Date.now() / 1000) + 600,
  claims: {},
  viewers: [],
  ...more,
})
