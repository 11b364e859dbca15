import { describe, expect, test } from 'vitest'
import { place } from '../../local/template/intrinsics.ts'
import { cdkDone } from './cdk.ts'
import { policyText } from './deployer-policy.ts'
import { iam } from './read/calls.ts'
import type { Run } from './run.ts'

/** As docs/deploy.md says, with the policy that stands beside it. */
export function accountIsBootstrapped(run: Run): void {
  describe('bootstrap', () => {
    test('leaves CloudFormation with the policy of docs/deployer-policy.json and no other', async () => {
      const { Policy } = await iam<{ Policy: { Arn: string } }>(run.emulator.origin, 'CreatePolicy', {
        PolicyName: 'SallyportDeployer',
        PolicyDocument: policyText,
      })
      const said = await cdkDone(
        run.emulator,
        'bootstrap',
        `aws://${place.account}/${place.region}`,
        '--cloudformation-execution-policies',
        Policy.Arn,
      )
      expect(said).toContain('bootstrapped')
      const RoleName = `cdk-hnb659fds-cfn-exec-role-${place.account}-${place.region}`
      const { AttachedPolicies } = await iam<{ AttachedPolicies: { PolicyArn: string }[] }>(
        run.emulator.origin,
        'ListAttachedRolePolicies',
        { RoleName },
      )
      expect(AttachedPolicies.map(({ PolicyArn }) => PolicyArn)).toEqual([Policy.Arn])
    })
  })
}
