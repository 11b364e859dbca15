import { randomUUID } from 'node:crypto'
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  paginateScan,
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
  /** Where a client reaches it. */
  readonly origin: string
  /** A client as functions have it: one attempt. Each has connections of its own, as instances do. */
  client(): DynamoDBClient
  /** All items, in DynamoDB's JSON. */
  items(): Promise<Record<string, AttributeValue>[]>
  close(): Promise<void>
}

/** A state table of its own for a test file: in dynalite, or in the DynamoDB that the run names. */
export async function createStateTable(): Promise<TestTable> {
  const given = inject('dynamoDbOrigin')
  const name = `state-${randomUUID()}`
  const declaration = {
    TableName: name,
    KeySchema: [{ AttributeName: stateTable.partitionKey, KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: stateTable.partitionKey, AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  } as const
  const dynalite = given === undefined ? await startDynamoDb({ tables: [declaration] }) : undefined
  const origin = given ?? dynalite?.origin ?? ''
  const clients: DynamoDBClient[] = []
  const client = () => {
    const made = new DynamoDBClient({
      endpoint: origin,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    })
    clients.push(made)
    return made
  }
  const own = client()
  if (!dynalite) {
    await own.send(
      new CreateTableCommand({
        ...declaration,
        KeySchema: [...declaration.KeySchema],
        AttributeDefinitions: [...declaration.AttributeDefinitions],
      }),
    )
    await waitUntilTableExists(
      { client: own, minDelay: 1, maxDelay: 1, maxWaitTime: 30 },
      { TableName: name },
    )
  }
  return {
    name,
    origin,
    client,
    async items() {
      const pages = paginateScan({ client: own }, { TableName: name, ConsistentRead: true })
      const items: Record<string, AttributeValue>[] = []
      for await (const page of pages) items.push(...(page.Items ?? []))
      return items
    },
    async close() {
      if (!dynalite) await own.send(new DeleteTableCommand({ TableName: name }))
      for (const each of clients) each.destroy()
      await dynalite?.close()
    },
  }
}
