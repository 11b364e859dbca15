import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { RateLimiterDynamo } from 'rate-limiter-flexible'
import { isCallersOwn, type LayerManifest, type LimitLayer } from '../../contract/limits.ts'
import { stateTable } from '../../contract/state.ts'
import type { Limiter } from '../../functions/gate/limits/limiter.ts'
import { limitsIn } from '../../functions/gate/open-limits.ts'
import { ticketOf } from '../../test/state/gates.ts'
import type { MeasuredTables } from './measured-table.ts'

export interface Contender {
  /** One request of a subject: whether it passes. */
  ask(subject: string): Promise<boolean>
}

const route = 'GET /deals'

/** A minute's limit for each place: an item and the bounds in it. */
export type Layers = ReadonlyArray<{ layer: LimitLayer; windowsMs: readonly number[]; leased?: boolean }>

export const layersFor = (layers: Layers, max: number): LayerManifest[] =>
  layers.map(({ layer, windowsMs, leased = false }) => ({
    layer,
    of: isCallersOwn(layer) ? '' : 'bench',
    bounds: windowsMs.map((windowMs, place) => ({
      // As long as they are: an item's size is what its writes cost.
      counter: `abc${'wxyz'[place]}d`,
      // What all share is no limit here: it is there to be counted.
      max: Math.round((max * windowMs) / 60_000) * (layer === 'service' ? 1000 : 1),
      windowMs,
      leased,
      when: null,
    })),
    tiers: null,
  }))

/** The product's own limiter, as a warm instance has it. */
export const openOurs = (
  tables: MeasuredTables,
  table: string,
  layers: readonly LayerManifest[],
  now: () => number,
): Limiter => {
  const routes = { [route]: { limits: { cost: 1, layers, openWithoutStore: false } } }
  const policy = { api: 'Bench', gate: 'Bench', routes, state: { budgetMs: 150 } }
  return limitsIn(table, tables.client, policy, { clock: { wall: now, steady: now } }).limiter
}

export const asContender = (limiter: Limiter): Contender => ({
  async ask(subject) {
    const { decision } = await limiter.admit({
      route,
      ticket: ticketOf(subject, { client: subject }),
      address: '192.0.2.1',
      network: subject,
    })
    if (!decision.ok && !decision.reason.startsWith('limit.')) throw new Error(decision.reason)
    return decision.ok
  },
})

/** What most people write: for each layer a counter of the minute, added to and then looked at. */
export async function usualCounters(tables: MeasuredTables, count: number, max: number): Promise<Contender> {
  const table = await tables.table(stateTable.partitionKey)
  const windowMs = 60_000
  return {
    async ask(subject) {
      const window = Math.floor(Date.now() / windowMs)
      for (let layer = 0; layer < count; layer += 1) {
        const { Attributes } = await tables.client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { [stateTable.partitionKey]: { S: `${layer}#${subject}#${window}` } },
            UpdateExpression: 'ADD n :one SET expiresAt = :e',
            ExpressionAttributeValues: {
              ':one': { N: '1' },
              ':e': { N: String(Math.ceil(((window + 2) * windowMs) / 1000)) },
            },
            ReturnValues: 'ALL_NEW',
          }),
        )
        if (Number(Attributes?.n?.N) > max) return false
      }
      return true
    },
  }
}

/** The library most people take, with its own memory of who is beyond the limit. */
export async function flexibleLimiters(
  tables: MeasuredTables,
  count: number,
  max: number,
): Promise<Contender> {
  const tableName = await tables.table('key')
  const limiters = Array.from(
    { length: count },
    (_, layer) =>
      new RateLimiterDynamo({
        storeClient: tables.client,
        tableName,
        tableCreated: true,
        keyPrefix: `layer${layer}`,
        points: max,
        duration: 60,
        inMemoryBlockOnConsumed: max + 1,
        ttlSet: true,
      }),
  )
  return {
    async ask(subject) {
      for (const limiter of limiters) {
        try {
          await limiter.consume(subject)
        } catch (refusal) {
          if (refusal instanceof Error) throw refusal
          return false
        }
      }
      return true
    },
  }
}
