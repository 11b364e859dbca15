import { type CfnResource, Stack, Validations } from 'aws-cdk-lib'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { IConstruct } from 'constructs'
import { acknowledgementOf } from './checks/acknowledgements.ts'
import { apiAccess } from './checks/rules/api-access.ts'

/**
 * What checkers find in every app with these constructs, and no option of theirs changes. Only that is acknowledged here: what you can
 * choose, you acknowledge. Ids are those of the checker's plugin; without it nothing reads them.
 */
export const byDesign = {
  restApi: {
    'AwsSolutions::AwsSolutions-APIG2':
      'The second door validates every request, against all of JSON Schema, and leaves behind what is not declared. API Gateway’s own validator knows a part of draft 4, and refuses requests that are right (docs/adr/0001).',
    'AwsSolutions::AwsSolutions-APIG6':
      'Execution logs can hold headers and bodies, and so tokens. Access logs and the logs of both doors say who called what and how it ended, in names alone.',
    'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
      'AWS’s own policy for the one role by which API Gateway writes the logs of all APIs of an account.',
  },
  function: {
    'Serverless::Serverless-LambdaDLQ':
      'API Gateway alone calls it, and waits for its answer: there are no events that could be lost.',
  },
  traces: {
    'AwsSolutions::AwsSolutions-IAM5[Resource::*]':
      'Traces are no resources: X-Ray’s two actions that send them take no other than *. `tracing: false` has neither.',
  },
  auditBucket: {
    'AwsSolutions::AwsSolutions-S1':
      'Server access logs are sent with no promise that they are complete. Who read the trail, CloudTrail’s data events say (docs/audit.md).',
  },
  auditKey: {
    'AwsSolutions::AwsSolutions-SMG4':
      'With another key each subject would have another hash, and what somebody did before and after could not be put together.',
  },
  auditQueries: {
    'AwsSolutions::AwsSolutions-ATH1':
      'Results lie with Athena itself (managed query results), encrypted, for 24 hours, and the workgroup enforces that; the rule knows results in a bucket only.',
  },
} as const

export function acknowledgeByDesign(construct: IConstruct, part: keyof typeof byDesign): void {
  for (const [id, reason] of Object.entries(byDesign[part]))
    Validations.of(construct).acknowledge({ id, reason })
}

/** That an operation asks nobody who is calling: said by whoever declared it, in so many words. */
export function acknowledgePublic(restApi: IConstruct, operation: string, reason: string): void {
  Validations.of(restApi).acknowledge({ id: acknowledgementOf(apiAccess, operation), reason })
}

/** That a role reaches all objects of one bucket. The rule names it as the template does. */
export function acknowledgeObjects(role: IConstruct, bucket: Bucket, reason: string): void {
  const logicalId: string = Stack.of(bucket).resolve((bucket.node.defaultChild as CfnResource).logicalId)
  Validations.of(role).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${logicalId}.Arn>/*]`,
    reason,
  })
}
