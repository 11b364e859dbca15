import { describe, expect, test } from 'vitest'
import { place } from '../../local/template/intrinsics.ts'
import { cdkDone } from './cdk.ts'
import { policyTexts } from './deployer-policy.ts'
import { iam, s3 } from './read/calls.ts'
import type { Run } from './run.ts'

/** As docs/deploy.md says, with the policies that stand beside it. */
export function accountIsBootstrapped(run: Run): void {
  describe('bootstrap', () => {
    test('leaves CloudFormation with the policies of docs/deployer-policy*.json and no other', async () => {
      const policies: string[] = []
      for (const [file, PolicyDocument] of Object.entries(policyTexts)) {
        const PolicyName = `Sallyport-${file.replace('.json', '')}`
        const { Policy } = await iam<{ Policy: { Arn: string } }>(run.emulator.origin, 'CreatePolicy', {
          PolicyName,
          PolicyDocument,
        })
        policies.push(Policy.Arn)
      }
      const said = await cdkDone(
        run.emulator,
        'bootstrap',
        `aws://${place.account}/${place.region}`,
        '--cloudformation-execution-policies',
        policies.join(),
      )
      expect(said).toContain('bootstrapped')
      const RoleName = `cdk-hnb659fds-cfn-exec-role-${place.account}-${place.region}`
      const { AttachedPolicies } = await iam<{ AttachedPolicies: { PolicyArn: string }[] }>(
        run.emulator.origin,
        'ListAttachedRolePolicies',
        { RoleName },
      )
      expect(AttachedPolicies.map(({ PolicyArn }) => PolicyArn).sort()).toEqual(policies.sort())
    })

    test('gets no policy for its bucket here: moto would deny uploads over plain HTTP, and all others too', async () => {
      const bucket = 'deny-plain-http'
      const denial = {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: `arn:aws:s3:::${bucket}/*`,
        // So that it is about nobody who uploads here.
        Condition: { Bool: { 'aws:SecureTransport': 'maybe' } },
      }
      await s3(run.emulator.origin, bucket)
      await s3(
        run.emulator.origin,
        `${bucket}?policy`,
        JSON.stringify({ Version: '2012-10-17', Statement: [denial] }),
      )
      const uploaded = await s3(run.emulator.origin, `${bucket}/key`, 'text')
      expect(uploaded.status).toBe(403)
      run.differing.add('AWS::S3::BucketPolicy.null')
    })
  })
}
