import { ArnFormat, Names, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type LogGroup, ResourcePolicy } from 'aws-cdk-lib/aws-logs'
import { CfnLoggingConfiguration, type CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import type { Construct } from 'constructs'
import type { Keeping } from '../declare/keeping.ts'
import { type LogGroupName, LogGroups } from '../log-groups.ts'
import { stackInstance } from '../stack-instance.ts'

/**
 * Leaves of headers and cookies their names, of query and body nothing, in all that WAF stores: the log, samples, and what a rule found
 * where. A field type without keys stands for all of them.
 * https://docs.aws.amazon.com/waf/latest/APIReference/API_FieldToProtect.html
 */
export const dataProtection: CfnWebACL.DataProtectionConfigProperty = {
  dataProtections: ['SINGLE_HEADER', 'SINGLE_COOKIE', 'SINGLE_QUERY_ARGUMENT', 'QUERY_STRING', 'BODY'].map(
    fieldType => ({
      field: { fieldType },
      action: 'SUBSTITUTION',
      excludeRuleMatchDetails: false,
      excludeRateBasedDetails: false,
    }),
  ),
}

/** Logs what the rules found, and nothing of the requests that none of them stopped at. */
export function logFindings(scope: Construct, webAcl: CfnWebACL, keeping: Keeping): LogGroup {
  const group = new LogGroups(scope, keeping).create(scope, 'Logs', logGroupName(scope))
  const delivery = permitDelivery(scope, group)
  const logging = new CfnLoggingConfiguration(scope, 'Logging', {
    resourceArn: webAcl.attrArn,
    logDestinationConfigs: [arnOf(scope, group)],
    // Paths hold values, too. What came for which route, the access log says.
    redactedFields: [
      { uriPath: {} },
      { queryString: {} },
      ...['authorization', 'cookie'].map(Name => ({ singleHeader: { Name } })),
    ],
    loggingFilter: {
      DefaultBehavior: 'DROP',
      Filters: [
        {
          Behavior: 'KEEP',
          Requirement: 'MEETS_ANY',
          Conditions: ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'].map(Action => ({
            ActionCondition: { Action },
          })),
        },
      ],
    },
  })
  logging.node.addDependency(delivery)
  return group
}

/** WAF takes no group of another prefix. */
function logGroupName(scope: Construct): LogGroupName {
  const prefix = `aws-waf-logs-${Names.uniqueResourceName(scope, { maxLength: 200, separator: '-', allowedSpecialCharacters: '-' })}-`
  return { name: `${prefix}${stackInstance()}`, pattern: `${prefix}*` }
}

/** As WAF wants it: without the `:*` that CloudFormation puts behind. */
const arnOf = (scope: Construct, { logGroupName: resourceName }: LogGroup): string =>
  Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  })

/**
 * Without it, WAF would write one by itself, for whoever deploys, and leave it behind.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
 */
function permitDelivery(scope: Construct, group: LogGroup): ResourcePolicy {
  const { account } = Stack.of(scope)
  return new ResourcePolicy(scope, 'LogDelivery', {
    policyStatements: [
      new PolicyStatement({
        principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [group.logGroupArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': Stack.of(scope).formatArn({ service: 'logs', resource: '*' }) },
        },
      }),
    ],
  })
}
