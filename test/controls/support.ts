import { type AttributeValue, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { type Controls, openControls } from 'sallyport/controls'
import type { LayerManifest } from '../../contract/limits.ts'
import type { Ticket } from '../../contract/ticket.ts'
import { openStateStore } from '../../functions/gate/limits/dynamodb.ts'
import { createLimiter, type Limiter } from '../../functions/gate/limits/limiter.ts'
import { planLimits } from '../../functions/gate/limits/plan.ts'
import { createStateTable } from '../state/store.ts'

export const issuer = 'https://login.example.com'
export const anna = { issuer, subject: 'anna' }
export const robot = { issuer, client: 'robot' }
export const route = 'GET /deals'
export const otherRoute = 'GET /invoices'
export const why = 'a test'
export const startMs = Date.UTC(2026, 10, 22, 12)
export const inHours = (hours: number) => new Date(startMs + hours * 3_600_000)

export type Send = (command: unknown, options?: unknown) => Promise<unknown>

/** A state table of a test's own, which a gate has used, in a time that passes when told. */
export async function startTable() {
  const database = await createStateTable()
  const table = database.name
  const client = database.client()
  const useTable = (name = table) => openStateStore(name, 5000, client).readControls()
  await useTable()
  let atMs = startMs
  const now = () => atMs
  return {
    table,
    client,
    origin: database.origin,
    now,
    /** As the first gate does that comes to a table. */
    useTable,
    advance(seconds: number) {
      atMs += seconds * 1000
    },
    controls: (by = 'ops', send?: Send): Controls =>
      openControls({ table, by, client: send ? ({ send } as unknown as DynamoDBClient) : client, now }),
    /** One warm instance of the gate before the upstream `Crm` of `Api`. */
    gate: (layers: readonly LayerManifest[] = [userLimit()]): Limiter =>
      createLimiter({
        api: 'Api',
        upstream: 'Crm',
        plans: planLimits({ routes: routesWith(layers), state: { budgetMs: 150 } }, {}),
        store: openStateStore(table, 5000, client),
        clock: { wall: now, steady: now },
      }),
    items: database.items,
    async item(key: string) {
      return (await database.items()).find(({ pk }) => pk?.S === key)
    },
    put: (item: Record<string, AttributeValue>) =>
      client.send(new PutItemCommand({ TableName: table, Item: item })),
    close: database.close,
  }
}
export type TestTable = Awaited<ReturnType<typeof startTable>>

export const userLimit = (leased = false): LayerManifest => ({
  layer: 'user',
  of: '',
  bounds: [{ counter: 'u', max: 100_000, windowMs: 60_000, leased, when: null }],
  tiers: null,
})

type Routes = Parameters<typeof planLimits>[0]['routes']
const routesWith = (layers: readonly LayerManifest[]): Routes => {
  const limits = { cost: 1, layers, openWithoutStore: false }
  return { [route]: { limits }, [otherRoute]: { limits } } as unknown as Routes
}

export interface Asked extends Partial<Omit<Ticket, 'route'>> {
  readonly route?: string
  readonly network?: string
}

/** What an instance says to a request: `ok`, or the reason of its denial. */
export async function ask(gate: Limiter, asked: Asked | 'nobody' = {}): Promise<string> {
  const { route: path = route, network = '203.0.113.7', ...ticket } = asked === 'nobody' ? {} : asked
  const { decision, written } = await gate.admit({
    route: path,
    address: network,
    network,
    ticket: asked === 'nobody' ? null : { ...ticketOf(path), ...ticket },
  })
  await written
  return decision.ok ? 'ok' : decision.reason
}

const ticketOf = (path: string): Ticket => ({
  route: path,
  fingerprint: 'policy',
  issuer,
  subject: anna.subject,
  client: robot.client,
  tokenId: 'token-1',
  issuedAt: startMs / 1000 - 60,
  expiresAt: startMs / 1000 + 3600,
  claims: {},
  viewers: [],
})
