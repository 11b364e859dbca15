import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import { clientOptions } from '../deployed.ts'
import { logs } from './calls.ts'
import type { Reader } from './reader.ts'

export const table: Reader = {
  async read(origin, { physicalId: TableName, properties: { SSESpecification } }) {
    const client = new DynamoDBClient(clientOptions(origin))
    const { Table: found } = await client.send(new DescribeTableCommand({ TableName }))
    const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName }))
    const { ContinuousBackupsDescription: backups } = await client.send(
      new DescribeContinuousBackupsCommand({ TableName }),
    )
    const pointInTime = backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus
    return {
      AttributeDefinitions: found?.AttributeDefinitions,
      KeySchema: found?.KeySchema,
      BillingMode: found?.BillingModeSummary?.BillingMode,
      DeletionProtectionEnabled: found?.DeletionProtectionEnabled,
      SSESpecification: {
        SSEEnabled: found?.SSEDescription?.Status === 'ENABLED',
        // AWS says it of each table; declared is only one of one's own.
        ...(isKeyDeclared(SSESpecification) && {
          SSEType: found?.SSEDescription?.SSEType,
          KMSMasterKeyId: found?.SSEDescription?.KMSMasterKeyArn,
        }),
      },
      TimeToLiveSpecification: {
        AttributeName: ttl?.AttributeName,
        Enabled: ttl?.TimeToLiveStatus === 'ENABLED',
      },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: pointInTime === 'ENABLED' },
    }
  },
}

const isKeyDeclared = (given: unknown) =>
  typeof given === 'object' && given !== null && 'KMSMasterKeyId' in given

export const logGroup: Reader = {
  async read(origin, { physicalId }) {
    const { logGroups } = await logs<{
      logGroups: {
        logGroupName: string
        retentionInDays?: number
        kmsKeyId?: string
        deletionProtectionEnabled?: boolean
      }[]
    }>(origin, 'DescribeLogGroups', { logGroupNamePrefix: physicalId })
    const found = logGroups.find(({ logGroupName }) => logGroupName === physicalId)
    return {
      LogGroupName: found?.logGroupName,
      RetentionInDays: found?.retentionInDays,
      KmsKeyId: found?.kmsKeyId,
      DeletionProtectionEnabled: found?.deletionProtectionEnabled,
    }
  },
}
