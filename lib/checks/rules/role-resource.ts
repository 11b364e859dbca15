import { hasOpposite, textsOf } from '../policies/statement.ts'
import {
  identityPolicyTypes,
  isEveryAction,
  isEveryResource,
  judgeGrants,
  matches,
} from '../policies/wildcards.ts'
import { breach, type Rule } from '../rule.ts'

/**
 * Actions that know no resource, so that a policy must say `*`; each from the service's page of the Service Authorization Reference,
 * where the column of resource types is empty.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const withoutResource = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:GetSamplingStatisticSummaries',
  'cloudwatch:PutMetricData',
  'ecr:GetAuthorizationToken',
  'sts:GetCallerIdentity',
  'kms:GenerateRandom',
  'secretsmanager:GetRandomPassword',
  // What Lambda needs in a VPC, as its guide says: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
]

export const roleResource: Rule = {
  id: 'ZT-ROLE-RESOURCE',
  title: 'Roles, users and groups reach what they need, not all that there is',
  fix: 'Name the resources. Each action is a finding of its own: acknowledge those that know no resource and are not on this rule’s list.',
  types: identityPolicyTypes,
  *judge(resource) {
    yield* judgeGrants(resource, function* (statement) {
      const isOpposite = hasOpposite(statement, 'Resource')
      if (!isOpposite && !textsOf(statement, 'Resource').some(isEveryResource)) return
      const actions = hasOpposite(statement, 'Action') ? ['*'] : textsOf(statement, 'Action')
      for (const action of actions) {
        if (!isEveryAction(action) && withoutResource.some(known => matches(known, action))) continue
        const at = statement.value.get(isOpposite ? 'NotResource' : 'Resource')
        yield breach(at, `it allows ${action} on everything`, action)
      }
    })
  },
}
