import { randomBytes } from 'node:crypto'
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { type Control, readControl } from '../../../contract/control.ts'
import { sharedControlPrefixes, stateTable } from '../../../contract/state.ts'
import { roleCredentials } from '../../runtime/credentials.ts'
import { within } from '../../runtime/within.ts'
import { onceMoreIfCutOff, withoutGivingBack } from './cut-off.ts'
import type { SharedControls } from './shared-controls.ts'
import { type Change, type Item, type StateStore, UnreadableState } from './store.ts'

type Attributes = Record<string, AttributeValue>

/**
 * The state table in DynamoDB. Updates are unconditional: they return the item they made, so one call counts and answers, no two
 * instances see the same count, and nothing is billed for having failed.
 *
 * @param budgetMs of one call; no decision may wait longer for the table
 * @param written told of the capacity that each write took, in units
 */
export function openStateStore(
  tableName: string,
  budgetMs: number,
  client: Pick<DynamoDBClient, 'send'>,
  written: (units: number) => void = () => {},
): StateStore {
  /** The signal ends what has not begun to answer; the SDK would wait for the rest of an answer for ever. */
  const ask = <T>(
    send: (options: { abortSignal: AbortSignal }, again: boolean) => Promise<T>,
  ): Promise<T> => {
    const options = { abortSignal: AbortSignal.timeout(budgetMs) }
    return within(
      budgetMs,
      onceMoreIfCutOff(again => send(options, again)),
    )
  }

  const keyOf = (key: string) => ({ [stateTable.partitionKey]: { S: key } })

  /** The table is new: whoever comes first gives it its key, and everyone gets that one. */
  const begin = async (): Promise<Attributes> => {
    const command = new UpdateItemCommand({
      TableName: tableName,
      Key: keyOf(stateTable.controls),
      UpdateExpression: 'SET #k = if_not_exists(#k, :k)',
      ExpressionAttributeNames: { '#k': stateTable.hashKey },
      ExpressionAttributeValues: { ':k': { B: randomBytes(32) } },
      ReturnValues: 'ALL_NEW',
    })
    const { Attributes } = await ask(options => client.send(command, options))
    return Attributes ?? {}
  }

  return {
    async change(key, change) {
      const command = (made: Change) =>
        new UpdateItemCommand({
          TableName: tableName,
          Key: keyOf(key),
          ...expressionOf(made),
          ReturnValues: 'ALL_NEW',
          ReturnConsumedCapacity: 'TOTAL',
        })
      const { Attributes, ConsumedCapacity } = await ask((options, again) =>
        client.send(command(again ? withoutGivingBack(change) : change), options),
      )
      if (ConsumedCapacity?.CapacityUnits) written(ConsumedCapacity.CapacityUnits)
      const item = itemOf(Attributes ?? {})
      // What was just added must be there; anything else is an answer we do not understand.
      for (const name of change.add.keys())
        if (!item.counts.has(name)) throw new Error('the state table answered without a count')
      return item
    },
    async read(key) {
      const command = new GetItemCommand({ TableName: tableName, Key: keyOf(key) })
      const { Item: attributes } = await ask(options => client.send(command, options))
      return attributes ? itemOf(attributes) : null
    },
    async readControls() {
      const command = new GetItemCommand({ TableName: tableName, Key: keyOf(stateTable.controls) })
      const { Item: attributes } = await ask(options => client.send(command, options))
      return sharedControlsOf(attributes?.[stateTable.hashKey] ? attributes : await begin())
    },
  }
}

function expressionOf({ add, remove, expiresAt }: Change) {
  const names: Record<string, string> = { '#e': stateTable.expiresAt }
  const values: Attributes = { ':e': { N: String(expiresAt) } }
  const added: string[] = []
  let next = 0
  const nameOf = (name: string): string => {
    const placeholder = `#${next++}`
    names[placeholder] = name
    return placeholder
  }
  for (const [name, amount] of add) {
    const placeholder = nameOf(name)
    const value = `:${placeholder.slice(1)}`
    values[value] = { N: String(amount) }
    added.push(`${placeholder} ${value}`)
  }
  const removed = remove.map(nameOf)
  return {
    UpdateExpression: [
      'SET #e = :e',
      ...(added.length > 0 ? [`ADD ${added.join(', ')}`] : []),
      ...(removed.length > 0 ? [`REMOVE ${removed.join(', ')}`] : []),
    ].join(' '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  }
}

/** Counts have a point in their names, which no other attribute has. */
function itemOf(attributes: Attributes): Item {
  const counts = new Map<string, number>()
  for (const name in attributes) {
    const { N } = attributes[name] as { N?: string }
    if (N === undefined || !name.includes('.')) continue
    const count = Number(N)
    // What is no number is not beyond any limit either.
    if (!Number.isSafeInteger(count)) throw new UnreadableState('a count that is no whole number')
    counts.set(name, count)
  }
  return {
    counts,
    quarantine: controlOf(attributes, stateTable.quarantine),
    revoke: controlOf(attributes, stateTable.revoke),
  }
}

const controlOf = (attributes: Attributes, name: string): Control | null =>
  attributes[name] === undefined ? null : controlIn(attributes[name])

function controlIn(value: AttributeValue | undefined): Control {
  try {
    return readControl(value?.S, 'control')
  } catch {
    throw new UnreadableState('a control that cannot be read')
  }
}

function sharedControlsOf(attributes: Attributes): SharedControls {
  const { [stateTable.hashKey]: key, ...others } = attributes
  if (key?.B?.length !== 32) throw new UnreadableState('the state table has no key')
  const controls = new Map<string, Control>()
  for (const name of Object.keys(others)) {
    const isControl = sharedControlPrefixes.some(prefix => name.startsWith(prefix))
    if (isControl) controls.set(name, controlIn(others[name]))
    else if (name !== stateTable.partitionKey)
      throw new UnreadableState('the item of controls has an unknown member')
  }
  return { hashKey: key.B, controls }
}

export const createClient = (environment: NodeJS.ProcessEnv) =>
  new DynamoDBClient({ maxAttempts: 1, credentials: roleCredentials(environment) })
