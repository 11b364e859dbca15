import { Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'

const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com')

/**
 * Where pages go: the topic that is given, or one that takes nothing without TLS and keeps nothing in clear. AWS's own key for SNS
 * would not do: its policy lets CloudWatch have no part in it, and alarms would be lost in silence.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function pageTopic(
  scope: Construct,
  given: ITopic | undefined,
  encryptionKey: IKey | undefined,
): ITopic {
  const topic = given ?? createTopic(scope, encryptionKey)
  // A policy, such as the one that asks for TLS, stands in place of the one by which everyone in the account may publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [cloudWatch],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: fromAlarmsOf(scope),
    }),
  )
  return topic
}

function createTopic(scope: Construct, encryptionKey: IKey | undefined): ITopic {
  const masterKey =
    encryptionKey ??
    new Key(scope, 'Key', {
      description: 'Pages of Sallyport on their way',
      enableKeyRotation: true,
    })
  masterKey.addToResourcePolicy(
    new PolicyStatement({
      principals: [cloudWatch],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'], // in a key's policy: this key
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  )
  return new Topic(scope, 'Topic', { masterKey, enforceSSL: true })
}

/** Of this account, and this region. Whichever alarm it is: yours may come to this topic as well. */
const fromAlarmsOf = (scope: Construct) => ({
  StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
  ArnLike: { 'aws:SourceArn': Stack.of(scope).formatArn({ service: 'cloudwatch', resource: 'alarm:*' }) },
})
