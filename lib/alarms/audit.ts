import { ComparisonOperator, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { awsMetric } from '../aws-metric.ts'
import { expression, sustained, type Together, type Watcher } from './watch.ts'

/** What happens and is not on record cannot be proved later: late, lost, or never sent. */
export function auditAlarms(watcher: Watcher): Together[] {
  const { audit: trail } = watcher.api
  if (!trail || !watcher.has('auditDelivery')) return []
  const { auditLagSeconds } = watcher.declared
  const stream = { DeliveryStreamName: trail.stream.ref }
  const section = 'auditDelivery'
  const first =
    'look at the security dashboard, “Audit delivery”, then at the log group of the trail’s delivery errors: the bucket’s policy, its key, or the role is what fails. Firehose keeps trying for a day.'
  const lag = watcher.watch(
    'AuditLag',
    awsMetric('AWS/Firehose', 'DeliveryToS3.DataFreshness', stream, { statistic: Stats.MAXIMUM }),
    {
      means: `the oldest audit event that is not in the bucket is more than ${auditLagSeconds} s old.`,
      first,
      section,
      threshold: auditLagSeconds,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      ...sustained,
    },
  )
  const failures = watcher.watch(
    'AuditFailures',
    // The best of them: S3 refuses an object now and then, and Firehose tries again.
    awsMetric('AWS/Firehose', 'DeliveryToS3.Success', stream, { statistic: Stats.MAXIMUM }),
    {
      means: 'audit events do not get into their bucket: no attempt of five minutes succeeded, twice.',
      first,
      section,
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      ...sustained,
    },
  )
  const silence = watcher.watch(
    'AuditSilence',
    // A metric that is missing is the very thing to be told of here.
    expression('IF((requests >= 20) AND (FILL(events, 0) == 0), 1, 0)', {
      requests: watcher.api.metricRequests(),
      events: awsMetric('AWS/Firehose', 'IncomingRecords', stream, { statistic: Stats.SUM }),
    }),
    {
      means: 'requests are answered, and no audit event comes to the trail: somebody may have cut it off.',
      first:
        'look at the subscription filters of the doors’ log groups, and in CloudTrail for who changed them.',
      section,
      threshold: 1,
      of: 6,
      periods: 3,
    },
  )
  return [[lag], [failures], [silence]]
}
