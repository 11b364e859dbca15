import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountIsBootstrapped } from './bootstrap.ts'
import { startEmulator } from './emulator.ts'
import { exampleIsDeployed } from './example.ts'
import { featuresAreDeployed } from './features.ts'
import { notHeld } from './not-held.ts'
import { policyIsLeast } from './policy.ts'
import type { Run } from './run.ts'

// In this order, in one account: each part stands on the ones before it.
const run: Run = { emulator: undefined as never, resources: [], differing: new Set() }

beforeAll(async () => {
  run.emulator = await startEmulator()
})
afterAll(() => run.emulator?.stop())

accountIsBootstrapped(run)
exampleIsDeployed(run)
featuresAreDeployed(run)
policyIsLeast(run)

test('every exception is still needed: the emulator differs there from what was declared', () => {
  const lines = notHeld.map(
    ({ type, property, reason }) => `  ${type} ${property ?? '(all of it)'}: ${reason}`,
  )
  console.log(
    `Not held by the emulator, and so unproven here:\n${lines.join('\n')}\nWhat it was taught: test/deploy/emulator/*.py`,
  )
  const needed = notHeld.filter(({ type, property }) => run.differing.has(`${type}.${property}`))
  expect(needed).toEqual(notHeld)
})
