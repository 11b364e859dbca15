import { Duration } from 'aws-cdk-lib'
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type LifecycleRule,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { acknowledgeByDesign } from '../acknowledged.ts'
import type { DeclaredAuditTrail } from '../declare/audit-trail-props.ts'

/** The bucket of a trail: nobody changes or deletes what lies there while its retention lasts. */
export function createBucket(scope: Construct, declared: DeclaredAuditTrail): Bucket {
  const { retention, encryptionKey, removalPolicy } = declared
  const bucket = new Bucket(scope, 'Bucket', {
    objectLockDefaultRetention: retention,
    versioned: true,
    encryption: encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
    encryptionKey,
    ...(encryptionKey && { bucketKeyEnabled: true }),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    lifecycleRules: [lifecycle(declared)],
    removalPolicy,
  })
  acknowledgeByDesign(bucket, 'auditBucket')
  return bucket
}

function lifecycle({ archiveAfter, expireAfter, retentionDays }: DeclaredAuditTrail): LifecycleRule {
  return {
    abortIncompleteMultipartUploadAfter: Duration.days(1),
    ...(archiveAfter && {
      transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: archiveAfter }],
    }),
    ...(expireAfter && {
      expiration: expireAfter,
      // Also what somebody deleted to hide it, whose own lock may be over: they get as much time again to be noticed.
      noncurrentVersionExpiration: Duration.days(retentionDays),
    }),
  }
}
