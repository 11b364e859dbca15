import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { stateTable } from '../contract/state.ts'

export type Attributes = Record<string, AttributeValue>

/** Changes to one item, made together. */
export interface Writing {
  readonly set?: Readonly<Attributes>
  readonly remove?: readonly string[]
  /** To a list, which begins empty. */
  readonly append?: { readonly to: string; readonly value: AttributeValue }
  readonly add?: Readonly<Record<string, number>>
  /** All of these as they were seen (undefined: not there), or nothing is changed. */
  readonly seen?: Readonly<Record<string, AttributeValue | undefined>>
  /** A number that must be below, or not there. */
  readonly below?: { readonly name: string; readonly most: number }
}

/** The state table, as whoever writes controls sees it: single items by their keys. Reads are consistent. */
export interface Table {
  readonly name: string
  read(key: string): Promise<Attributes | null>
  /** Those that are there, by their keys. */
  readAll(keys: readonly string[], attributes?: readonly string[]): Promise<Map<string, Attributes>>
  /** False: it was not as `seen`, or not `below`, and nothing was changed. */
  write(key: string, writing: Writing): Promise<boolean>
}

const mostPerRead = 100

export function openTable(name: string, client: Pick<DynamoDBClient, 'send'>): Table {
  const keyOf = (key: string) => ({ [stateTable.partitionKey]: { S: key } })

  const readSome = async (keys: readonly string[], attributes: readonly string[]): Promise<Attributes[]> => {
    const found: Attributes[] = []
    const names = attributes.length > 0 ? [stateTable.partitionKey, ...attributes] : []
    let left: Attributes[] | undefined = keys.map(keyOf)
    while (left && left.length > 0) {
      const { Responses, UnprocessedKeys }: Awaited<ReturnType<typeof send>> = await send(left, names)
      found.push(...(Responses?.[name] ?? []))
      left = UnprocessedKeys?.[name]?.Keys
    }
    return found
  }
  const send = (keys: Attributes[], names: readonly string[]) =>
    client.send(
      new BatchGetItemCommand({
        RequestItems: {
          [name]: {
            Keys: keys,
            ConsistentRead: true,
            ...(names.length > 0 && {
              ProjectionExpression: names.map((_, i) => `#${i}`).join(', '),
              ExpressionAttributeNames: Object.fromEntries(names.map((each, i) => [`#${i}`, each])),
            }),
          },
        },
      }),
    )

  return {
    name,
    async read(key) {
      const command = new GetItemCommand({ TableName: name, Key: keyOf(key), ConsistentRead: true })
      return (await client.send(command)).Item ?? null
    },
    async readAll(keys, attributes = []) {
      const found = new Map<string, Attributes>()
      for (let from = 0; from < keys.length; from += mostPerRead) {
        for (const item of await readSome(keys.slice(from, from + mostPerRead), attributes))
          found.set(item[stateTable.partitionKey]?.S ?? '', item)
      }
      return found
    },
    async write(key, writing) {
      const command = new UpdateItemCommand({ TableName: name, Key: keyOf(key), ...expressionOf(writing) })
      try {
        await client.send(command)
        return true
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false
        throw error
      }
    },
  }
}

function expressionOf({ set = {}, remove = [], append, add = {}, seen = {}, below }: Writing) {
  const names: Record<string, string> = {}
  const values: Attributes = {}
  const nameOf = (name: string): string => {
    const placeholder = `#${Object.keys(names).length}`
    names[placeholder] = name
    return placeholder
  }
  const placeholderOf = (value: AttributeValue): string => {
    const placeholder = `:${Object.keys(values).length}`
    values[placeholder] = value
    return placeholder
  }
  const sets = Object.entries(set).map(([name, value]) => `${nameOf(name)} = ${placeholderOf(value)}`)
  if (append) {
    const at = nameOf(append.to)
    sets.push(
      `${at} = list_append(if_not_exists(${at}, ${placeholderOf({ L: [] })}), ${placeholderOf({ L: [append.value] })})`,
    )
  }
  const added = Object.entries(add).map(([name, n]) => `${nameOf(name)} ${placeholderOf({ N: String(n) })}`)
  const conditions = Object.entries(seen).map(([name, value]) =>
    value === undefined
      ? `attribute_not_exists(${nameOf(name)})`
      : `${nameOf(name)} = ${placeholderOf(value)}`,
  )
  if (below) {
    const at = nameOf(below.name)
    conditions.push(`(attribute_not_exists(${at}) OR ${at} < ${placeholderOf({ N: String(below.most) })})`)
  }
  const removed = remove.map(nameOf)
  return {
    UpdateExpression: [
      ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
      ...(added.length > 0 ? [`ADD ${added.join(', ')}`] : []),
      ...(removed.length > 0 ? [`REMOVE ${removed.join(', ')}`] : []),
    ].join(' '),
    ...(conditions.length > 0 && { ConditionExpression: conditions.join(' AND ') }),
    ExpressionAttributeNames: names,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  }
}

/** A change of one item, as it was read. Null: there is nothing to change. */
export type Decide = (item: Attributes) => Pick<Writing, 'set' | 'remove'> | null

const mostAttempts = 10

/**
 * Changes an item only where what is changed is as it was read; where somebody was faster, it is read and decided anew. False: somebody
 * was faster every time.
 */
export async function changeAsSeen(table: Table, key: string, decide: Decide): Promise<boolean> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const item = (await table.read(key)) ?? {}
    const change = decide(item)
    if (!change) return true
    const touched = [...Object.keys(change.set ?? {}), ...(change.remove ?? [])]
    const seen = Object.fromEntries(touched.map(name => [name, item[name]]))
    if (await table.write(key, { ...change, seen })) return true
  }
  return false
}
