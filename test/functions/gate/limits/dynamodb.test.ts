import type { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { openStateStore } from '../../../../functions/gate/limits/dynamodb.ts'
import { UnreadableState } from '../../../../functions/gate/limits/store.ts'

type Update = UpdateItemCommand['input']

/** A client whose first connection is cut off: nobody knows whether what it carried was done. */
function cutOffOnce() {
  const sent: Update[] = []
  const send = async ({ input }: { input: Update }) => {
    sent.push(input)
    if (sent.length === 1) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    const counts = Object.values(input.ExpressionAttributeNames ?? {}).map(name => [name, { N: '1' }])
    return { Attributes: Object.fromEntries(counts) }
  }
  return { sent, client: { send } as unknown as Pick<DynamoDBClient, 'send'> }
}

test('a write that was cut off is made once more, and gives nothing back that it may have given back already', async () => {
  const { sent, client } = cutOffOnce()
  const add = new Map([
    ['c.1', -4],
    ['c.2', 3],
  ])
  await openStateStore('table', 150, client).change('user#1', { add, remove: ['c.0'], expiresAt: 9 })
  const amounts = sent.map(
    ({ ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} }) =>
      Object.fromEntries(
        Object.entries(names).map(([place, name]) => [name, values[`:${place.slice(1)}`]?.N]),
      ),
  )
  expect(amounts[0]).toMatchObject({ 'c.1': '-4', 'c.2': '3' })
  expect(amounts[1]).toMatchObject({ 'c.1': '0', 'c.2': '3' })
  expect(sent).toHaveLength(2)
})

test.each(['NaN', '1.5', '1e30', 'x'])('a count of %s is no count: the item cannot be read', async count => {
  const send = async ({ input }: { input: Update }) => {
    const counts = Object.values(input.ExpressionAttributeNames ?? {}).map(name => [name, { N: '1' }])
    return { Attributes: { ...Object.fromEntries(counts), 'other.1': { N: count } } }
  }
  const client = { send } as unknown as Pick<DynamoDBClient, 'send'>
  const change = { add: new Map([['c.1', 1]]), remove: [], expiresAt: 9 }
  const made = openStateStore('table', 150, client).change('user#1', change)
  await expect(made).rejects.toThrow(UnreadableState)
})

test('a write asks what it took, and tells it; what the table does not say is not made up', async () => {
  const asked: Array<string | undefined> = []
  const told: number[] = []
  const answering = (ConsumedCapacity: object | undefined) =>
    ({
      send: async ({ input }: { input: Update }) => {
        asked.push(input.ReturnConsumedCapacity)
        const counts = Object.values(input.ExpressionAttributeNames ?? {}).map(name => [name, { N: '1' }])
        return { Attributes: Object.fromEntries(counts), ConsumedCapacity }
      },
    }) as unknown as Pick<DynamoDBClient, 'send'>
  const change = { add: new Map([['c.1', 1]]), remove: [], expiresAt: 9 }
  for (const capacity of [{ CapacityUnits: 1.5 }, undefined, {}])
    await openStateStore('table', 150, answering(capacity), units => told.push(units)).change(
      'user#1',
      change,
    )
  expect(asked).toEqual(['TOTAL', 'TOTAL', 'TOTAL'])
  expect(told).toEqual([1.5])
})
