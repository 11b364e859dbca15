import { arn, beside, type ResourceType } from './resource-type.ts'

const notSent = 'nobody is notified here: the states of alarms are shown'

/** What watches an app: local/cloudwatch reads and judges it, and says so where it cannot. */
export const watchTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::CloudWatch::Dashboard': {
    used: ['*'],
    inert: {},
    ref: (stack, logicalId, property) => String(property('DashboardName') ?? `${stack}-${logicalId}`),
  },
  'AWS::CloudWatch::Alarm': {
    used: ['*'],
    inert: {},
    ref: (stack, logicalId, property) => String(property('AlarmName') ?? `${stack}-${logicalId}`),
    attributes: { Arn: ref => arn('cloudwatch', `alarm:${ref}`) },
  },
  'AWS::CloudWatch::CompositeAlarm': {
    used: ['*'],
    inert: {},
    ref: (stack, logicalId, property) => String(property('AlarmName') ?? `${stack}-${logicalId}`),
    attributes: { Arn: ref => arn('cloudwatch', `alarm:${ref}`) },
  },
  'AWS::CloudWatch::InsightRule': {
    used: ['*'],
    inert: {},
    ref: (_, __, property) => String(property('RuleName')),
    attributes: { Arn: ref => arn('cloudwatch', `insight-rule/${ref}`), RuleName: ref => ref },
  },
  'AWS::CloudWatch::AnomalyDetector': beside('bands are approximated from what was measured', {
    Id: ref => ref,
  }),
  'AWS::Logs::SubscriptionFilter': {
    used: ['DestinationArn', 'FilterName', 'FilterPattern', 'LogGroupName'],
    inert: {
      ApplyOnTransformedLogs: 'logs are not transformed here',
      Distribution: 'it orders what is forwarded',
      EmitSystemFields: 'it adds fields to what is forwarded',
      FieldSelectionCriteria: 'logs come from one place here',
      RoleArn: 'roles are not enforced here',
    },
    ref: (stack, logicalId, property) => String(property('FilterName') ?? `${stack}-${logicalId}`),
  },
  'AWS::KinesisFirehose::DeliveryStream': {
    ...beside('what is forwarded to it counts as delivered', {
      Arn: ref => arn('firehose', `deliverystream/${ref}`),
    }),
    ref: (stack, logicalId, property) => String(property('DeliveryStreamName') ?? `${stack}-${logicalId}`),
  },
  'AWS::SNS::Topic': {
    ...beside(notSent, { TopicArn: ref => ref, TopicName: ref => String(ref.split(':').at(-1)) }),
    ref: (stack, logicalId, property) => arn('sns', String(property('TopicName') ?? `${stack}-${logicalId}`)),
  },
  'AWS::SNS::TopicPolicy': beside(notSent),
  'AWS::SNS::TopicInlinePolicy': beside(notSent),
  'AWS::SNS::Subscription': beside(notSent),
}
