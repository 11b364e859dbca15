import { ArnFormat, Aws, Stack } from 'aws-cdk-lib'
import { AnyPrincipal, Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { CfnLogStream } from 'aws-cdk-lib/aws-logs'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { acknowledgeObjects } from '../acknowledged.ts'
import type { DeclaredAuditTrail } from '../declare/audit-trail-props.ts'
import { readKeeping } from '../declare/keeping.ts'
import { LogGroups } from '../log-groups.ts'

const errorStream = 'S3Delivery'

/**
 * Where objects lie: partitioned as Hive does, which partition projection of Athena reads, and Security Lake asks of its custom sources.
 * Firehose takes the day, in UTC, at which it got the first event of an object.
 * https://docs.aws.amazon.com/security-lake/latest/userguide/custom-sources.html
 */
export const partitions = (region: string, accountId: string, eventDay: string): string =>
  `region=${region}/accountId=${accountId}/eventDay=${eventDay}/`

/** Takes what log groups send, as CloudWatch Logs packs it, and writes events into the bucket, one on each line. */
export function createDelivery(
  scope: Construct,
  bucket: Bucket,
  declared: DeclaredAuditTrail,
): CfnDeliveryStream {
  const { encryptionKey, removalPolicy: logRemovalPolicy } = declared
  const keeping = readKeeping(scope.node.path, { encryptionKey, logRemovalPolicy })
  const { logGroupName } = new LogGroups(scope, keeping).create(scope, 'DeliveryErrors')
  const errors = new CfnLogStream(scope, 'DeliveryErrorStream', { logGroupName, logStreamName: errorStream })
  const role = deliveryRole(scope, { bucket, encryptionKey, logGroupName })
  keepOthersOut(bucket, role)
  const stream = new CfnDeliveryStream(scope, 'Stream', {
    deliveryStreamType: 'DirectPut',
    // What waits to be delivered.
    deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
    extendedS3DestinationConfiguration: {
      bucketArn: bucket.bucketArn,
      roleArn: role.roleArn,
      prefix: partitions(Aws.REGION, Aws.ACCOUNT_ID, '!{timestamp:yyyyMMdd}'),
      errorOutputPrefix: 'errors/!{firehose:error-output-type}/eventDay=!{timestamp:yyyyMMdd}/',
      bufferingHints: { intervalInSeconds: 300, sizeInMBs: 64 },
      compressionFormat: 'GZIP',
      fileExtension: '.json.gz',
      cloudWatchLoggingOptions: { enabled: true, logGroupName, logStreamName: errorStream },
      processingConfiguration: { enabled: true, processors },
    },
  })
  stream.node.addDependency(role, errors)
  return stream
}

/**
 * Of each record that CloudWatch Logs sends the messages alone, and a new line between any two: Firehose itself puts nothing between records.
 * https://docs.aws.amazon.com/firehose/latest/dev/Message_extraction.html
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_Processor.html
 */
const processors: CfnDeliveryStream.ProcessorProperty[] = [
  { type: 'Decompression', parameters: [{ parameterName: 'CompressionFormat', parameterValue: 'GZIP' }] },
  {
    type: 'CloudWatchLogProcessing',
    parameters: [{ parameterName: 'DataMessageExtraction', parameterValue: 'true' }],
  },
  { type: 'AppendDelimiterToRecord' },
]

interface Reached {
  readonly bucket: Bucket
  readonly encryptionKey: IKey | undefined
  readonly logGroupName: string
}

/** What Firehose needs of a bucket, and of one stream of its log, and nothing else. https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
function deliveryRole(scope: Construct, { bucket, encryptionKey, logGroupName }: Reached): Role {
  const role = new Role(scope, 'DeliveryRole', {
    assumedBy: new ServicePrincipal('firehose.amazonaws.com', {
      conditions: { StringEquals: { 'sts:ExternalId': Aws.ACCOUNT_ID } },
    }),
  })
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      resources: [bucket.bucketArn],
    }),
  )
  // It writes and reads none: what is there stays unread by whoever takes this role.
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
      resources: [bucket.arnForObjects('*')],
    }),
  )
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:PutLogEvents'],
      resources: [
        Stack.of(scope).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: `${logGroupName}:log-stream:${errorStream}`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    }),
  )
  if (encryptionKey) role.addToPolicy(encryptVia(encryptionKey, bucket))
  acknowledgeObjects(
    role,
    bucket,
    'Firehose makes up the keys of objects. It may write them, and reads none.',
  )
  return role
}

/**
 * Nobody but the delivery writes there, whatever other policies of the account allow: an instance that somebody made up is as good as
 * any. And nobody hides an object behind a delete marker. The lifecycle asks no policy; versions can be deleted when their locks are over.
 */
function keepOthersOut(bucket: Bucket, { roleArn }: Role): void {
  const refuse = {
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    resources: [bucket.arnForObjects('*')],
  }
  bucket.addToResourcePolicy(
    new PolicyStatement({
      ...refuse,
      actions: ['s3:PutObject', 's3:ReplicateObject'],
      conditions: { ArnNotEquals: { 'aws:PrincipalArn': roleArn } },
    }),
  )
  bucket.addToResourcePolicy(new PolicyStatement({ ...refuse, actions: ['s3:DeleteObject'] }))
}

/** With a bucket's own data key (S3 Bucket Keys) the context is the bucket, not the object. */
const encryptVia = (key: IKey, { bucketArn }: Bucket): PolicyStatement =>
  new PolicyStatement({
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [key.keyArn],
    conditions: {
      StringEquals: {
        'kms:ViaService': `s3.${Aws.REGION}.amazonaws.com`,
        'kms:EncryptionContext:aws:s3:arn': bucketArn,
      },
    },
  })
