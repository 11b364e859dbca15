import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  type LifecycleRule,
  type ObjectLockConfiguration,
  S3Client,
} from '@aws-sdk/client-s3'
import { clientOptions } from '../deployed.ts'
import { athena, firehose, glue, logs, secrets } from './calls.ts'
import type { Reader } from './reader.ts'

interface Found {
  readonly [member: string]: unknown
}

export const bucket: Reader = {
  async read(origin, { physicalId: Bucket }) {
    const client = new S3Client({ ...clientOptions(origin), forcePathStyle: true })
    const versioning = await client.send(new GetBucketVersioningCommand({ Bucket }))
    const encryption = await client.send(new GetBucketEncryptionCommand({ Bucket }))
    const access = await client.send(new GetPublicAccessBlockCommand({ Bucket }))
    const ownership = await client.send(new GetBucketOwnershipControlsCommand({ Bucket }))
    const { ObjectLockConfiguration } = await client.send(new GetObjectLockConfigurationCommand({ Bucket }))
    const lifecycle = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
    return {
      VersioningConfiguration: { Status: versioning.Status },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: encryption.ServerSideEncryptionConfiguration?.Rules?.map(
          ({ ApplyServerSideEncryptionByDefault, BucketKeyEnabled }) => ({
            ServerSideEncryptionByDefault: ApplyServerSideEncryptionByDefault,
            // S3 says it of each bucket; declared is only that it is so.
            ...(BucketKeyEnabled && { BucketKeyEnabled }),
          }),
        ),
      },
      PublicAccessBlockConfiguration: access.PublicAccessBlockConfiguration,
      OwnershipControls: ownership.OwnershipControls,
      ObjectLockEnabled: ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled',
      ObjectLockConfiguration: asLocked(ObjectLockConfiguration),
      LifecycleConfiguration: { Rules: lifecycle.Rules?.map(asDeclared) },
    }
  },
}

/** Of days and years moto says zero, where S3 says nothing. */
function asLocked(found: ObjectLockConfiguration | undefined) {
  const { Days, Years, Mode } = found?.Rule?.DefaultRetention ?? {}
  return { ...found, Rule: { DefaultRetention: { Mode, ...(Days && { Days }), ...(Years && { Years }) } } }
}

const asDeclared = (rule: LifecycleRule) => ({
  Status: rule.Status,
  ...(rule.AbortIncompleteMultipartUpload && {
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload,
  }),
  ...(rule.Expiration?.Days !== undefined && { ExpirationInDays: rule.Expiration.Days }),
  ...(rule.NoncurrentVersionExpiration && {
    NoncurrentVersionExpiration: { NoncurrentDays: rule.NoncurrentVersionExpiration.NoncurrentDays },
  }),
  ...(rule.Transitions && {
    Transitions: rule.Transitions.map(({ Days, StorageClass }) => ({ TransitionInDays: Days, StorageClass })),
  }),
})

export const deliveryStream: Reader = {
  async read(origin, { physicalId: DeliveryStreamName }) {
    const { DeliveryStreamDescription: found } = await firehose<{
      DeliveryStreamDescription: {
        DeliveryStreamType: string
        DeliveryStreamEncryptionConfiguration?: { KeyType?: string }
        Destinations: { ExtendedS3DestinationDescription: object }[]
      }
    }>(origin, 'DescribeDeliveryStream', { DeliveryStreamName })
    return {
      DeliveryStreamType: found.DeliveryStreamType,
      DeliveryStreamEncryptionConfigurationInput: {
        KeyType: found.DeliveryStreamEncryptionConfiguration?.KeyType,
      },
      ExtendedS3DestinationConfiguration: found.Destinations[0]?.ExtendedS3DestinationDescription,
    }
  },
}

export const logStream: Reader = {
  async read(origin, { physicalId, properties: { LogGroupName: logGroupName } }) {
    const { logStreams } = await logs<{ logStreams: { logStreamName: string }[] }>(
      origin,
      'DescribeLogStreams',
      { logGroupName },
    )
    const found = logStreams.find(({ logStreamName }) => logStreamName === physicalId)
    return { LogGroupName: logGroupName, LogStreamName: found?.logStreamName }
  },
}

export const subscriptionFilter: Reader = {
  async read(origin, { properties: { LogGroupName: logGroupName } }) {
    const { subscriptionFilters } = await logs<{ subscriptionFilters: Record<string, string>[] }>(
      origin,
      'DescribeSubscriptionFilters',
      { logGroupName },
    )
    const [found, ...others] = subscriptionFilters
    if (others.length > 0) throw new Error(`${logGroupName} has other subscriptions`)
    return {
      LogGroupName: found?.logGroupName,
      FilterPattern: found?.filterPattern,
      DestinationArn: found?.destinationArn,
      RoleArn: found?.roleArn,
    }
  },
}

/** What it holds is compared by its kind: nobody knows it before. */
export const secret: Reader = {
  async read(origin, { physicalId: SecretId, properties: { GenerateSecretString } }) {
    const found = await secrets<{ Name: string; Description: string }>(origin, 'DescribeSecret', { SecretId })
    const { PasswordLength } = GenerateSecretString as { PasswordLength: number }
    const { SecretString } = await secrets<{ SecretString: string }>(origin, 'GetSecretValue', { SecretId })
    const isGenerated = new RegExp(`^[A-Za-z0-9]{${PasswordLength}}$`).test(SecretString)
    return { ...found, GenerateSecretString: isGenerated ? GenerateSecretString : 'another' }
  },
}

export const database: Reader = {
  async read(origin, { physicalId: Name }) {
    const { Database } = await glue<{ Database: Found }>(origin, 'GetDatabase', { Name })
    const { Name: name, Description, CatalogId } = Database
    return { CatalogId, DatabaseInput: { Name: name, Description } }
  },
}

export const catalogTable: Reader = {
  async read(origin, { physicalId: Name, properties: { DatabaseName, TableInput } }) {
    const { Table } = await glue<{ Table: Found }>(origin, 'GetTable', { DatabaseName, Name })
    const { CatalogId } = Table
    const members = Object.keys(TableInput as object)
    return {
      CatalogId,
      DatabaseName: Table.DatabaseName,
      TableInput: Object.fromEntries(members.map(name => [name, Table[name]])),
    }
  },
}

export const workGroup: Reader = {
  // Said when it is deleted, by the handler.
  declared: ({ RecursiveDeleteOption: _, ...rest }) => rest,
  async read(origin, { physicalId, properties: { WorkGroupConfiguration } }) {
    const { WorkGroup } = await athena<{ WorkGroup: Found & { Configuration: Found } }>(
      origin,
      'GetWorkGroup',
      { WorkGroup: physicalId },
    )
    const members = Object.keys(WorkGroupConfiguration as object)
    return {
      Name: WorkGroup.Name,
      Description: WorkGroup.Description,
      WorkGroupConfiguration: Object.fromEntries(members.map(name => [name, WorkGroup.Configuration[name]])),
    }
  },
}

export const namedQuery: Reader = {
  async read(origin, { physicalId: NamedQueryId }) {
    const { NamedQuery } = await athena<{ NamedQuery: Found }>(origin, 'GetNamedQuery', { NamedQueryId })
    return NamedQuery
  },
}
