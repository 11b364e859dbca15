import { randomUUID } from 'node:crypto'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { startDynamoDb } from '../../local/dynamodb/tables.ts'

/** What some requests cost: calls on the wire, and what DynamoDB itself says they consumed. */
export interface Cost {
  readonly calls: number
  readonly writeUnits: number
  readonly readUnits: number
}

/**
 * Tables in dynalite, and a client that counts at the point where calls leave for the wire: a retry would show. Units are those of
 * the answers, at DynamoDB's sizes.
 */
export async function startMeasuredTables() {
  const dynamodb = await startDynamoDb({ tables: [] })
  const client = new DynamoDB({
    endpoint: dynamodb.origin,
    region: 'local',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    // A connection that dynalite closed while it was idle is no one's fault here.
    maxAttempts: 3,
  })
  const total = { calls: 0, writeUnits: 0, readUnits: 0 }
  client.middlewareStack.add(
    (next, { commandName }) =>
      async args => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' })
        const answer = await next(args).catch((error: unknown) => {
          // A condition that failed is billed like the write it is (platform-facts §6).
          if ((error as Error).name === 'ConditionalCheckFailedException') total.writeUnits += 1
          throw error
        })
        const { ConsumedCapacity } = answer.output as { ConsumedCapacity?: { CapacityUnits?: number } }
        const units = ConsumedCapacity?.CapacityUnits ?? 0
        if (/^(?:Get|Query)/.test(commandName ?? '')) total.readUnits += units
        else total.writeUnits += units
        return answer
      },
    { step: 'initialize' },
  )
  client.middlewareStack.add(
    next => args => {
      total.calls += 1
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  return {
    client,
    async table(partitionKey: string): Promise<string> {
      const name = `bench-${randomUUID()}`
      await dynamodb.ensureTables([
        {
          TableName: name,
          KeySchema: [{ AttributeName: partitionKey, KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: partitionKey, AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
        },
      ])
      return name
    },
    async costOf(work: () => Promise<void>): Promise<Cost> {
      const before = { ...total }
      await work()
      return {
        calls: total.calls - before.calls,
        writeUnits: total.writeUnits - before.writeUnits,
        readUnits: total.readUnits - before.readUnits,
      }
    },
    async close() {
      client.destroy()
      await dynamodb.close()
    },
  }
}

export type MeasuredTables = Awaited<ReturnType<typeof startMeasuredTables>>
