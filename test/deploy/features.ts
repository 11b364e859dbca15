import { ListStacksCommand } from '@aws-sdk/client-cloudformation'
import { describe, expect, test } from 'vitest'
import { cdkDone, deployAll } from './cdk.ts'
import { deployedResources } from './deployed.ts'
import { createHostedZone } from './read/calls.ts'
import { expectAsDeclared } from './read/readers.ts'
import { cloudFormation, type Run } from './run.ts'

const stacks = ['DealDeskKept', 'DealDeskFeatures']

/** What the example does not use, of what can be declared: test/deploy/features-app.ts. */
export function featuresAreDeployed(run: Run): void {
  describe('an app with everything else that can be declared', () => {
    let app: string[]

    test('leaves every resource with every property as it was declared, but for what the emulator cannot hold', async () => {
      const zone = await createHostedZone(run.emulator.origin, 'example.com.')
      app = ['--app', 'npx tsx test/deploy/features-app.ts', '--context', `zone=${zone}`]
      await cdkDone(run.emulator, ...deployAll, ...app)
      await expectAsDeclared(run, await deployedResources(run.emulator, stacks))
    })

    test('goes without a rest, where it was declared to', async () => {
      await cdkDone(run.emulator, 'destroy', '--all', '--force', ...app)
      const { StackSummaries = [] } = await cloudFormation(run).send(new ListStacksCommand({}))
      const states = StackSummaries.filter(({ StackName = '' }) => stacks.includes(StackName))
      expect(states.map(({ StackStatus }) => StackStatus)).toEqual(['DELETE_COMPLETE', 'DELETE_COMPLETE'])
    })
  })
}
