import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { readGateManifest } from '../../contract/gate-manifest.ts'
import { type Ticket, ticketContext } from '../../contract/ticket.ts'
import { startDynamoDb } from '../../local/dynamodb/tables.ts'
import { createFunctionPool } from '../../local/lambda/pool.ts'
import { createAuthority } from '../../local/network/ca.ts'
import { startFront } from '../../local/network/front.ts'
import { place } from '../../local/template/intrinsics.ts'
import { startRecorder, usualDealDesk } from '../support/deal-desk.ts'
import { readDeployedApp } from '../support/deployed-app.ts'

const usualPreload = fileURLToPath(new URL('../../local/network/preload.mjs', import.meta.url))
const crm = 'crm.internal.example.com'
const dynamodbHost = `dynamodb.${place.region}.amazonaws.com`

/** The deployed gate before the CRM, or another one, with nothing in front of it: as someone sees it who got past API Gateway. */
export async function startGateFunction({
  store = 'up',
  maxInstances = 10,
  assembly = inject('dealDesk'),
  gate = 'Crm',
  preload = usualPreload,
}: {
  store?: 'up' | 'unreachable'
  maxInstances?: number
  assembly?: string
  gate?: string
  /** What is loaded into its process before it. */
  preload?: string
} = {}) {
  const app = readDeployedApp(assembly)
  const gates = app.functions.map(fn => ({
    fn,
    manifest: JSON.parse(readFileSync(join(fn.folder, 'manifest.json'), 'utf8')),
  }))
  const found = gates.find(({ manifest }) => manifest.gate === gate)
  if (!found) throw new Error(`no gate ${gate}`)
  const manifest = readGateManifest(found.manifest)

  const folder = mkdtempSync(join(tmpdir(), 'sallyport-gate-'))
  const [ca, upstream, dynamodb] = await Promise.all([
    createAuthority({ directory: folder }),
    startRecorder(usualDealDesk),
    startDynamoDb({ tables: app.tables }),
  ])
  const names = { [crm]: upstream.origin, ...(store === 'up' && { [dynamodbHost]: dynamodb.origin }) }
  const front = await startFront({ ca, names })
  const { folder: codeDirectory, ...fn } = found.fn
  const logs: string[] = []
  const pool = createFunctionPool({
    ...fn,
    codeDirectory,
    maxInstances,
    network: {
      preload,
      caFile: ca.certificateFile,
      names: Object.fromEntries(Object.keys(names).map(host => [`${host}:443`, front.port])),
    },
    log: line => logs.push(line),
  })

  const fingerprintOf = (route: string) => {
    const access = manifest.routes[route]?.access
    return access?.kind === 'token' ? access.fingerprint : ''
  }
  return {
    upstream,
    pool,
    /** What the function wrote, line by line. */
    logs,
    /** What the first door would hand over for a route. */
    ticketFor: (route: string, more: Partial<Ticket> = {}): Record<string, string> =>
      ticketContext({
        route,
        fingerprint: fingerprintOf(route),
        issuer: 'https://login.example.com',
        subject: 'user-1',
        client: '',
        tokenId: '',
        issuedAt: null,
        expiresAt: Math.floor(Date.now() / 1000) + 60,
        claims: { sub: 'user-1' },
        viewers: [],
        ...more,
      }),
    /** The gate's answer to an event. */
    async invoke(
      event: unknown,
    ): Promise<{ statusCode: number; headers: Record<string, string>; body: string }> {
      const result = await pool.invoke(event)
      if (result.kind !== 'returned')
        throw new Error(`the function ${result.kind}: ${JSON.stringify(result)}`)
      return result.payload as { statusCode: number; headers: Record<string, string>; body: string }
    },
    async close() {
      await pool.close()
      await front.close()
      await dynamodb.close()
      await upstream.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** An event of API Gateway for `GET /deals`, or another route of the gate. */
export const gateEvent = (authorizer: unknown, more: Record<string, unknown> = {}) => ({
  httpMethod: 'GET',
  resource: '/deals',
  path: '/deals',
  headers: {},
  multiValueHeaders: {},
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: null,
  stageVariables: null,
  body: null,
  isBase64Encoded: false,
  requestContext: { extendedRequestId: 'id', ...(authorizer !== undefined && { authorizer }) },
  ...more,
})
