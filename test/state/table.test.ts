import { PutItemCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeControl } from '../../contract/control.ts'
import { otherItemDays, stateTable, subjectItemDays } from '../../contract/state.ts'
import { openStateStore } from '../../functions/gate/limits/dynamodb.ts'
import { layersOf, openGates, policyOf, ticketOf } from './gates.ts'
import { createStateTable, type TestTable } from './store.ts'

let table: TestTable
beforeAll(async () => {
  table = await createStateTable()
})
afterAll(() => table.close())

const open = () => openStateStore(table.name, 20_000, table.client())
const expiresAt = 2_000_000_000

describe('a change of an item', () => {
  test('adds to counts, removes those that are named, and returns what the item is then', async () => {
    const store = open()
    const add = new Map([
      ['ab.1', 1],
      ['cd.1', 5],
    ])
    await store.change('user#1', { add, remove: [], expiresAt })
    const item = await store.change('user#1', {
      add: new Map([['ab.1', 2]]),
      remove: ['cd.1', 'no.1'],
      expiresAt,
    })
    expect([...item.counts]).toEqual([['ab.1', 3]])
    expect(item).toEqual(await store.read('user#1'))
  })

  test('may give back what was counted', async () => {
    const store = open()
    await store.change('user#2', { add: new Map([['ab.1', 5]]), remove: [], expiresAt })
    const item = await store.change('user#2', { add: new Map([['ab.1', -4]]), remove: [], expiresAt })
    expect(item.counts.get('ab.1')).toBe(1)
  })

  test('loses none of a hundred at once', async () => {
    const stores = Array.from({ length: 8 }, open)
    const change = { add: new Map([['ab.1', 1]]), remove: [], expiresAt }
    const items = await Promise.all(
      Array.from({ length: 100 }, (_, i) => stores[i % 8]?.change('user#3', change)),
    )
    const seen = items.map(item => item?.counts.get('ab.1') ?? 0)
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
  })

  test('leaves controls as they are, and reads them', async () => {
    const control = {
      kind: 'quarantine',
      until: 2_000_000_000,
      issuedBefore: null,
      by: 'ops',
      why: 'test',
      at: 1,
    } as const
    await table.client().send(
      new PutItemCommand({
        TableName: table.name,
        Item: { pk: { S: 'user#4' }, quarantine: { S: writeControl(control) } },
      }),
    )
    const item = await open().change('user#4', { add: new Map([['ab.1', 1]]), remove: [], expiresAt })
    expect(item).toMatchObject({ quarantine: control, revoke: null })
  })
})

test('an item that is not there is nothing', async () => {
  expect(await open().read('user#none')).toBeNull()
})

describe('the table’s own key', () => {
  test('is made by the first who needs it, and is the same for all', async () => {
    const read = await Promise.all(Array.from({ length: 8 }, () => open().readControls()))
    const keys = new Set(read.map(({ hashKey }) => Buffer.from(hashKey as Uint8Array).toString('hex')))
    expect(keys.size).toBe(1)
    expect([...keys][0]).toHaveLength(64)
  })

  test('is not replaced', async () => {
    const [{ hashKey }, again] = [await open().readControls(), await open().readControls()]
    expect(again.hashKey).toEqual(hashKey)
  })
})

test('an item of controls with a member that nobody knows is read by nobody', async () => {
  const { hashKey } = await open().readControls()
  const update = (expression: string, more: object) =>
    table.client().send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: { pk: { S: stateTable.controls } },
        UpdateExpression: expression,
        ExpressionAttributeNames: { '#a': 'planet Mars' },
        ...more,
      }),
    )
  await update('SET #a = :a', { ExpressionAttributeValues: { ':a': { S: '{}' } } })
  await expect(open().readControls()).rejects.toThrow()
  await update('REMOVE #a', {})
  expect((await open().readControls()).hashKey).toEqual(hashKey)
})

test('the table names nobody, and keeps what it keeps for as long as it must', async () => {
  const layers = layersOf({ ip: 5, user: 5, client: 5, service: 5 })
  const [gate] = openGates(1, table, policyOf({ 'GET /deals': layers }))
  const admission = await gate?.admit({
    route: 'GET /deals',
    ticket: ticketOf('jane.doe', { client: 'mobile-app', tokenId: 'token-77' }),
    address: '198.51.100.7',
    network: '198.51.100.7',
  })
  await admission?.written
  const { Items = [] } = await table.client().send(new ScanCommand({ TableName: table.name }))
  const text = JSON.stringify(Items)
  for (const secret of ['jane.doe', 'login.example.com', 'mobile-app', 'token-77', '198.51.100.7'])
    expect(text).not.toContain(secret)
  const days = (prefix: string) => {
    const item = Items.filter(({ pk }) => pk?.S?.startsWith(prefix)).find(
      ({ expiresAt: at }) => at?.N !== '2000000000',
    )
    return Math.round((Number(item?.expiresAt?.N) - Date.now() / 1000) / 86_400)
  }
  // A subject's controls stand in its item, so the item outlives them.
  expect([days('user#'), days('ip#'), days('shared#')]).toEqual([
    subjectItemDays,
    otherItemDays,
    otherItemDays,
  ])
})
