import { Lazy } from 'aws-cdk-lib'
import { CfnInsightRule, type IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { auditSchema } from '../../contract/audit-event.ts'
import { physicalName } from '../physical-name.ts'
import type { ZeroTrustApi } from '../zero-trust-api.ts'
import { auditedLogGroups } from './audited.ts'
import { ContributorsWidget } from './widgets.ts'

const denied = 2

/** Who is refused most, from the audit events: metrics must not name callers. */
export class DeniedCallers extends Construct {
  readonly widgets: readonly IWidget[]

  constructor(scope: Construct, id: string, api: ZeroTrustApi) {
    super(scope, id)
    this.widgets = [
      this.#most('Subjects', 'Refused most: subjects (hashed)', '$.actor.user.uid', api),
      this.#most('Addresses', 'Refused most: addresses', '$.src_endpoint.ip', api),
    ]
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-RuleSyntax.html */
  #most(id: string, title: string, key: string, api: ZeroTrustApi): IWidget {
    const body = () => ({
      Schema: { Name: 'CloudWatchLogRule', Version: 1 },
      AggregateOn: 'Count',
      LogFormat: 'JSON',
      LogGroupNames: auditedLogGroups(api),
      Contribution: {
        Keys: [key],
        Filters: [
          { Match: '$.class_uid', EqualTo: auditSchema.classUid },
          { Match: '$.action_id', EqualTo: denied },
          { Match: '$.api.service.name', In: [api.apiName] },
        ],
      },
    })
    // A rule must be named, and within 128 characters. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_InsightRule.html
    const ruleName = physicalName(this, id, 128)
    new CfnInsightRule(this, id, {
      ruleName,
      ruleState: 'ENABLED',
      ruleBody: Lazy.string({ produce: () => asciiJson(body()) }),
    })
    return new ContributorsWidget(title, ruleName)
  }
}

// All that a rule's body takes.
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[^\0-\x7f]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
