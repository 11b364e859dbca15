import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { allow, type Decision, deny } from '../../../contract/decision.ts'
import type { GateManifest, GateRoute } from '../../../contract/gate-manifest.ts'
import type { Admission, Limiter } from '../../../functions/gate/limits/limiter.ts'
import { UnreadableState } from '../../../functions/gate/limits/store.ts'
import { assembleGate, eventOf, manifest } from './parts.ts'

const key = 'PUT /users/{userId}'
const route = manifest.routes[key] as GateRoute
const open: GateManifest = {
  ...manifest,
  routes: { [key]: { ...route, limits: { ...route.limits, openWithoutStore: true } } },
}
const never = new Promise<never>(() => {})

/** A gate whose limiter says what it is told to. */
function gateOf(admit: Limiter['admit'], policy = manifest, budgetMs = 30) {
  return assembleGate({ manifest: policy, limits: { limiter: { admit, prepare: async () => {} }, budgetMs } })
}
const admission = (decision: Decision<void>, more: Partial<Admission> = {}): Admission => ({
  decision,
  use: null,
  report: null,
  written: Promise.resolve(),
  withdraw: async () => {},
  ...more,
})

describe('a decision', () => {
  test.each([
    ['a limit', 'limit.user', 429],
    ['a quarantine', 'control.quarantined', 403],
  ] as const)(
    'by %s stands, however long it takes to give back what was counted',
    async (_, reason, status) => {
      for (const policy of [manifest, open]) {
        const gate = gateOf(async () => admission(deny(reason), { written: never }), policy)
        expect((await gate.handle(eventOf())).statusCode).toBe(status)
        expect([gate.called, gate.uncounted, gate.storeFailures]).toEqual([[], [], []])
      }
    },
  )

  test('that comes too late is none; what it counted is taken back', async () => {
    let withdrawn = 0
    const late = admission(allow(undefined), {
      withdraw: async () => {
        withdrawn += 1
      },
    })
    const gate = gateOf(async () => {
      await wait(60)
      return late
    })
    expect((await gate.handle(eventOf())).statusCode).toBe(503)
    expect(gate.denials).toMatchObject([{ reason: 'store.unavailable', note: 'TooLate' }])
    while (withdrawn === 0) await wait(5)
    expect([gate.called, withdrawn]).toEqual([[], 1])
  })
})

test('an order that nobody can read refuses, also where requests pass while the table does not answer', async () => {
  const gate = gateOf(async () => {
    throw new UnreadableState('a control that cannot be read')
  }, open)
  expect((await gate.handle(eventOf())).statusCode).toBe(503)
  expect([gate.called, gate.uncounted]).toEqual([[], []])
})
