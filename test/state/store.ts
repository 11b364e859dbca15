import { randomUUID } from 'node:crypto'
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { inject } from 'vitest'
import { stateTable } from '../../contract/state.ts'
import { startDynamoDb } from '../../local/dynamodb/tables.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Another DynamoDB than dynalite: see dynamodb-local.ts. */
    dynamoDbOrigin?: string
  }
}

export interface TestTable {
  readonly name: string
  /** A client as functions have it: one attempt. Each has connections of its own, as instances do. */
  client(): DynamoDBClient
  close(): Promise<void>
}

/** A state table of its own for a test file: in dynalite, or in the DynamoDB that the run names. */
export async function createStateTable(): Promise<TestTable> {
  const given = inject('dynamoDbOrigin')
  const dynalite = given === undefined ? await startDynamoDb({ tables: [] }) : undefined
  const clients: DynamoDBClient[] = []
  const client = () => {
    const made = new DynamoDBClient({
      endpoint: given ?? dynalite?.origin ?? '',
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    })
    clients.push(made)
    return made
  }
  const name = `state-${randomUUID()}`
  await client().send(
    new CreateTableCommand({
      TableName: name,
      KeySchema: [{ AttributeName: stateTable.partitionKey, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: stateTable.partitionKey, AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  )
  await waitUntilTableExists(
    { client: client(), minDelay: 1, maxDelay: 1, maxWaitTime: 30 },
    { TableName: name },
  )
  return {
    name,
    client,
    async close() {
      await client().send(new DeleteTableCommand({ TableName: name }))
      for (const each of clients) each.destroy()
      await dynalite?.close()
    },
  }
}
