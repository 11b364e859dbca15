import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { stateTable } from '../../../contract/state.ts'
import { roleCredentials } from '../../runtime/credentials.ts'
import type { CounterStore } from './counters.ts'
import type { Slices } from './window.ts'

const slicePrefix = 's'
const sliceName = new RegExp(`^${slicePrefix}(\\d+)$`)
const budgetMs = 1000

/**
 * Counters in DynamoDB. The update is unconditional: it returns the item it made, so one call counts and answers, and no
 * two instances ever see the same count.
 */
export function openCounterStore(tableName: string, client = createClient()): CounterStore {
  const update = async (key: string, expression: string, names: string[], values: Record<string, number>) => {
    const { Attributes } = await client.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: { [stateTable.partitionKey]: { S: key } },
        UpdateExpression: expression,
        ExpressionAttributeNames: Object.fromEntries(names.map((name, i) => [`#${i}`, name])),
        ...(Object.keys(values).length > 0 && {
          ExpressionAttributeValues: Object.fromEntries(
            Object.entries(values).map(([name, value]) => [name, { N: String(value) }]),
          ),
        }),
        ReturnValues: 'ALL_NEW',
      }),
      { abortSignal: AbortSignal.timeout(budgetMs) },
    )
    return Attributes ?? {}
  }

  return {
    async increment(key, slice, expiresAtSeconds) {
      const attributes = await update(
        key,
        'ADD #0 :one SET #1 = :expires',
        [`${slicePrefix}${slice}`, stateTable.expiresAt],
        { ':one': 1, ':expires': expiresAtSeconds },
      )
      return slicesOf(attributes)
    },
    async forget(key, slices) {
      await update(
        key,
        `REMOVE ${slices.map((_, i) => `#${i}`).join(', ')}`,
        slices.map(slice => `${slicePrefix}${slice}`),
        {},
      )
    },
  }
}

function slicesOf(attributes: Record<string, { N?: string }>): Slices {
  const slices = new Map<number, number>()
  for (const [name, { N }] of Object.entries(attributes)) {
    const slice = sliceName.exec(name)?.[1]
    if (slice !== undefined && N !== undefined) slices.set(Number(slice), Number(N))
  }
  // What was just added must be there; anything else is an answer we do not understand.
  if (slices.size === 0) throw new Error('the state table answered without counters')
  return slices
}

/** No retries: a lost answer may have been counted, and the caller is waiting. */
const createClient = () => new DynamoDBClient({ maxAttempts: 1, credentials: roleCredentials(process.env) })
