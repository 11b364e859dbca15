import { ListStacksCommand } from '@aws-sdk/client-cloudformation'
import { describe, expect, test } from 'vitest'
import { cdkDone, deployAll } from './cdk.ts'
import { arnOf, deployedResources } from './deployed.ts'
import { matches } from './deployer-policy.ts'
import { createHostedZone } from './read/calls.ts'
import { defaultNetwork } from './read/network.ts'
import { expectAsDeclared } from './read/readers.ts'
import { cloudFormation, type Run } from './run.ts'

const logGroupArn = (name: string) => arnOf('logs', `log-group:${name}`)
const stacks = ['DealDeskKept', 'DealDeskFeatures', 'DealDeskLarge']

interface KeyPolicy {
  readonly Statement: ReadonlyArray<{
    readonly Condition?: { readonly ArnLike?: Readonly<Record<string, string | readonly string[]>> }
  }>
}

/** What the example does not use, of what can be declared: test/deploy/features-app.ts. */
export function featuresAreDeployed(run: Run): void {
  describe('an app with everything else that can be declared', () => {
    let app: string[]

    test('leaves every resource with every property as it was declared, but for what the emulator cannot hold', async () => {
      const zone = await createHostedZone(run.emulator.origin, 'example.com.')
      const { vpc, subnets } = await defaultNetwork(run.emulator.origin)
      const context = [`zone=${zone}`, `vpc=${vpc}`, `subnets=${subnets.slice(0, 2).join()}`]
      app = ['--app', 'npx tsx test/deploy/features-app.ts', ...context.flatMap(one => ['--context', one])]
      await cdkDone(run.emulator, ...deployAll, ...app)
      await expectAsDeclared(run, await deployedResources(run.emulator, stacks))
    })

    test('has a key that CloudWatch Logs may use for its own log groups, whatever names they were given', () => {
      const deployed = run.resources.filter(({ stack }) => stacks.includes(stack))
      const groups = deployed.filter(
        ({ type, properties }) => type.endsWith('LogGroup') && properties.KmsKeyId,
      )
      const policies = deployed.flatMap(({ type, properties }) =>
        type === 'AWS::KMS::Key' ? [properties.KeyPolicy as KeyPolicy] : [],
      )
      const patterns = policies[0]?.Statement.flatMap(
        one => one.Condition?.ArnLike?.['kms:EncryptionContext:aws:logs:arn'] ?? [],
      )
      expect(groups.length).toBeGreaterThan(4)
      const arns = groups.map(({ physicalId }) => logGroupArn(physicalId))
      expect(arns.filter(arn => !patterns?.some(pattern => matches(pattern, arn)))).toEqual([])
      expect(patterns?.some(pattern => matches(pattern, logGroupArn('another')))).toBe(false)
    })

    test('goes without a rest, where it was declared to', async () => {
      await cdkDone(run.emulator, 'destroy', '--all', '--force', ...app)
      const { StackSummaries = [] } = await cloudFormation(run).send(new ListStacksCommand({}))
      const states = StackSummaries.filter(({ StackName = '' }) => stacks.includes(StackName))
      expect(states.map(({ StackStatus }) => StackStatus)).toEqual(stacks.map(() => 'DELETE_COMPLETE'))
    })
  })
}
