import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import {
  type AttributeValue,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { programsOnly } from '../network/programs-only.ts'
import { place } from '../template/intrinsics.ts'
import { UnsupportedTemplateError } from '../unsupported.ts'
import { type CreateTableLike, readTable, type TableDeclaration } from './declaration.ts'

export interface LocalDynamoDb {
  /** http://127.0.0.1:PORT */
  origin: string
  /** Adds the tables that are missing; tables that exist, named here or not, keep their data. Errors as `startDynamoDb`. */
  ensureTables(tables: readonly CreateTableLike[]): Promise<void>
  /** All items of a table, in DynamoDB's JSON: `{ pk: { S: 'a' } }`. Rejects when there is no such table. */
  scan(tableName: string): Promise<Record<string, AttributeValue>[]>
  close(): Promise<void>
}

export interface DynamoDbOptions {
  tables: readonly CreateTableLike[]
}

/**
 * Runs dynalite in memory on a free port of 127.0.0.1 with the template's tables. It has no transactions and no TTL, and a failed
 * condition never returns the item (platform-facts §3.1).
 * Rejects with `UnsupportedTemplateError` for a table declaration that is not emulated, and for an existing table whose keys or
 * indexes changed: AWS would replace that table, and its data with it.
 */
export async function startDynamoDb(options: DynamoDbOptions): Promise<LocalDynamoDb> {
  // Read before anything is started, so that a refused template leaves nothing behind.
  const tables = options.tables.map(readTable)
  // On Node 20 the SDK warns that its later versions will not run there. Ours is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  programsOnly(server, [`dynamodb.${place.region}.amazonaws.com`])
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new DynamoDBClient({
    endpoint: origin,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const declared = new Map<string, TableDeclaration>()

  async function ensure(wanted: readonly TableDeclaration[]): Promise<void> {
    for (const table of wanted) {
      const known = declared.get(table.TableName)
      if (!known) {
        await client.send(new CreateTableCommand(table))
        await untilActive(client, table.TableName)
        declared.set(table.TableName, table)
      } else if (!isDeepStrictEqual(known, table)) {
        throw new UnsupportedTemplateError(
          `AWS::DynamoDB::Table '${table.TableName}'`,
          'a change of keys or indexes of a living table is not supported; restart the local cloud for an empty one',
        )
      }
    }
  }

  async function close(): Promise<void> {
    client.destroy()
    const closed = new Promise<void>((done, failed) =>
      server.close(error => (error ? failed(error) : done())),
    )
    server.closeAllConnections()
    await closed
  }

  try {
    await ensure(tables)
  } catch (error) {
    await close()
    throw error
  }
  return {
    origin,
    close,
    ensureTables: async wanted => ensure(wanted.map(readTable)),
    async scan(tableName) {
      const items: Record<string, AttributeValue>[] = []
      let start: Record<string, AttributeValue> | undefined
      do {
        const page = await client.send(
          new ScanCommand({ TableName: tableName, ExclusiveStartKey: start, ConsistentRead: true }),
        )
        items.push(...(page.Items ?? []))
        start = page.LastEvaluatedKey
      } while (start)
      return items
    },
  }
}

/** A table is CREATING for an instant even here, and refuses requests while it is. */
async function untilActive(client: DynamoDBClient, name: string): Promise<void> {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }))
    if (Table?.TableStatus === 'ACTIVE') return
  }
}
