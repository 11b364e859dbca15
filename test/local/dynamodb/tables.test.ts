import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import { type LocalDynamoDb, startDynamoDb } from '../../../local/dynamodb/tables.ts'
import { UnsupportedTemplateError } from '../../../local/unsupported.ts'

const table = {
  TableName: 'state',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
}

const cleanup: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const step of cleanup.splice(0)) await step()
})

async function start(...tables: Record<string, unknown>[]): Promise<LocalDynamoDb> {
  const database = await startDynamoDb({ tables })
  cleanup.push(() => database.close())
  return database
}

function clientOf({ origin }: LocalDynamoDb): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ endpoint: origin, region: 'eu-west-1', credentials })
  cleanup.unshift(async () => client.destroy())
  return client
}

const put = (client: DynamoDBClient, pk: string, pad = '') =>
  client.send(new PutItemCommand({ TableName: 'state', Item: { pk: { S: pk }, filler: { S: pad } } }))

describe('the local DynamoDB', () => {
  it('has the tables of the template, with every property that has no local meaning', async () => {
    const database = await start({
      ...table,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      Tags: [{ Key: 'a', Value: 'b' }],
    })
    await put(clientOf(database), 'a', 'x')
    expect(await database.scan('state')).toEqual([{ pk: { S: 'a' }, filler: { S: 'x' } }])
  })

  it('has the table of a global table of one region, and its index', async () => {
    const database = await start({
      ...table,
      AttributeDefinitions: [...table.AttributeDefinitions, { AttributeName: 'filler', AttributeType: 'S' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byPad',
          KeySchema: [{ AttributeName: 'filler', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      Replicas: [
        { Region: 'eu-west-1', PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
      ],
    })
    const client = clientOf(database)
    await put(client, 'a', 'x')
    const found = await client.send(
      new QueryCommand({
        TableName: 'state',
        IndexName: 'byPad',
        KeyConditionExpression: 'filler = :x',
        ExpressionAttributeValues: { ':x': { S: 'x' } },
      }),
    )
    expect(found.Items).toEqual([{ pk: { S: 'a' }, filler: { S: 'x' } }])
  })

  it('scans all items, beyond one page', async () => {
    const database = await start(table)
    const client = clientOf(database)
    // A page is 1 MB.
    for (const pk of ['a', 'b', 'c', 'd']) await put(client, pk, 'x'.repeat(350_000))
    expect((await database.scan('state')).map(item => item.pk?.S).sort()).toEqual(['a', 'b', 'c', 'd'])
    await expect(database.scan('other')).rejects.toThrow('not found')
  })

  it('adds missing tables later and keeps the data of those it has', async () => {
    const database = await start(table)
    await put(clientOf(database), 'a')
    await database.ensureTables([table, { ...table, TableName: 'other' }])
    expect(await database.scan('state')).toHaveLength(1)
    expect(await database.scan('other')).toEqual([])
  })

  it('refuses to change the keys of a table that exists', async () => {
    const database = await start(table)
    const changed = {
      ...table,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }
    await expect(database.ensureTables([changed])).rejects.toThrow(UnsupportedTemplateError)
  })

  it.each([
    [
      { ...table, StreamSpecification: { StreamViewType: 'KEYS_ONLY' } },
      'property StreamSpecification is not supported',
    ],
    [{ ...table, Replicas: [{ Region: 'a' }, { Region: 'b' }] }, 'the local cloud is one region'],
    [
      { ...table, Replicas: [{ Region: 'a', KinesisStreamSpecification: {} }] },
      'property KinesisStreamSpecification',
    ],
    [{ ...table, TableName: { Ref: 'X' } }, 'give the resolved name'],
  ])('refuses %o', async (properties, message) => {
    const refusal = startDynamoDb({ tables: [properties] })
    await expect(refusal).rejects.toThrow(UnsupportedTemplateError)
    await expect(refusal).rejects.toThrow(message)
  })
})
