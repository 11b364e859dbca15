import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LimitLayer } from '../../contract/limits.ts'
import { layersOf, openGates, policyOf, ticketOf } from './gates.ts'
import { createStateTable, type TestTable } from './store.ts'

const route = 'GET /deals'
const instances = 8
const requests = 200

let table: TestTable
beforeAll(async () => {
  table = await createStateTable()
})
afterAll(() => table.close())

let run = 0

/** 200 requests at once over 8 instances: how many pass, and what refuses the others. */
async function flood(
  most: Partial<Record<LimitLayer, number>>,
  { callers = 1, cost = 1, leased = false } = {},
) {
  run += 1
  const layers = layersOf(most, leased).map(layer => ({ ...layer, of: layer.of && `${layer.of} ${run}` }))
  const gates = openGates(instances, table, policyOf({ [route]: layers }, cost))
  const outcomes = await Promise.all(
    Array.from({ length: requests }, async (_, i) => {
      const caller = i % callers
      const admission = await gates[i % instances]?.admit({
        route,
        ticket: ticketOf(`user ${run} ${caller}`, { client: `app ${run}` }),
        address: `192.0.2.${caller}`,
        network: `192.0.2.${caller} of ${run}`,
      })
      if (!admission) throw new Error('no such instance')
      await admission.written
      return { caller, reason: admission.decision.ok ? 'allowed' : admission.decision.reason }
    }),
  )
  const counts: Record<string, number> = {}
  const allowedOf: Record<number, number> = {}
  for (const { caller, reason } of outcomes) {
    counts[reason] = (counts[reason] ?? 0) + 1
    if (reason === 'allowed') allowedOf[caller] = (allowedOf[caller] ?? 0) + 1
  }
  return { counts, allowedOf }
}

describe('200 requests at once over 8 instances', () => {
  test.each(['ip', 'user', 'client', 'route', 'upstream', 'service'] as const)(
    'pass 50 times on a limit of 50, whose layer is %s',
    async layer => {
      const { counts } = await flood({ [layer]: 50 })
      expect(counts).toEqual({ allowed: 50, [`limit.${layer}`]: 150 })
    },
  )

  test.each(['ip', 'user', 'client', 'route', 'upstream', 'service'] as const)(
    'pass 50 times on a limit of 50 that instances count in advance, whose layer is %s',
    async layer => {
      expect((await flood({ [layer]: 50 }, { leased: true })).counts.allowed).toBe(50)
    },
  )

  test('pass as often as the narrowest of six layers lets them', async () => {
    const { counts } = await flood({ ip: 90, user: 80, client: 70, route: 60, upstream: 50, service: 120 })
    expect(counts.allowed).toBe(50)
  })

  test('pass as often as a wide layer lets them, when each caller is within its own', async () => {
    const { counts, allowedOf } = await flood({ user: 30, service: 50 }, { callers: 4 })
    expect(counts.allowed).toBe(50)
    for (const allowed of Object.values(allowedOf)) expect(allowed).toBeLessThanOrEqual(30)
  })

  test('pass as often as the callers may together, when what they share is wide enough', async () => {
    const { counts, allowedOf } = await flood({ user: 10, service: 150, route: 140 }, { callers: 4 })
    expect([counts.allowed, allowedOf]).toEqual([40, { 0: 10, 1: 10, 2: 10, 3: 10 }])
  })

  test('pass ten times on a limit of 50, when each counts as five', async () => {
    expect((await flood({ user: 50 }, { cost: 5 })).counts.allowed).toBe(10)
    expect((await flood({ service: 50 }, { cost: 5, leased: true })).counts.allowed).toBe(10)
  })
})
