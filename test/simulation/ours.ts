import type { GateManifest } from '../../contract/gate-manifest.ts'
import type { Bound, LayerManifest } from '../../contract/limits.ts'
import { createLimiter } from '../../functions/gate/limits/limiter.ts'
import { createPermits } from '../../functions/gate/limits/permits.ts'
import { planLimits } from '../../functions/gate/limits/plan.ts'
import { windowOf } from '../../functions/gate/limits/windows.ts'
import type { LimiterModel } from './simulate.ts'
import { createStateTable } from './state-table.ts'

export const bound = (max: number, windowMs: number, leased = false): Bound => ({
  counter: `c${windowMs}c`,
  max,
  windowMs,
  leased,
  when: null,
})

/** The gate's own counting: every caller has the bounds of one item. */
export const ours =
  (bounds: readonly Bound[], budgetMs = 150): LimiterModel =>
  network => {
    const table = createStateTable(network)
    const windows = bounds.map(each => windowOf(each, budgetMs))
    const lastsMs = 2 * Math.max(...bounds.map(({ windowMs }) => windowMs))
    return instance => {
      const permits = createPermits(table.from(instance), instance.clock)
      return async (cost, caller) =>
        (await permits.take(`caller ${caller}`, { id: `bounds ${cost}`, windows }, cost, lastsMs, () => {}))
          .ok
    }
  }

/** The gate's own limiter, with all it does: layers, what is ordered, what is taken back. */
export const ourLayers =
  (layers: readonly LayerManifest[], cost: number, budgetMs = 150): LimiterModel =>
  network => {
    const table = createStateTable(network)
    const routes = { 'GET /deals': { limits: { cost, openWithoutStore: false, layers } } }
    const manifest = { routes, state: { table: 'table', budgetMs } }
    const plans = planLimits(manifest as unknown as GateManifest, {})
    return ({ clock, ...instance }) => {
      const store = table.from({ clock, ...instance })
      const limiter = createLimiter({ api: 'Api', upstream: 'Deals', plans, store, clock })
      return async (_, caller) => {
        const ticket = {
          route: 'GET /deals',
          fingerprint: '',
          issuer: 'https://login.example.com',
          subject: `user-${caller}`,
          client: '',
          tokenId: '',
          issuedAt: null,
          expiresAt: 0,
          claims: {},
          viewers: [],
        }
        const address = '203.0.113.9'
        const asking = { route: 'GET /deals', ticket, address, network: address }
        return (await limiter.admit(asking)).decision.ok
      }
    }
  }
