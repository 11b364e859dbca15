import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { securityHeaders } from '../contract/headers.ts'
import { type CloudWatch, createCloudWatch } from './cloudwatch/cloudwatch.ts'
import { createDenials } from './denials.ts'
import { type LocalDynamoDb, startDynamoDb } from './dynamodb/tables.ts'
import { callersCertificate } from './gateway/client-certificate.ts'
import type { AccessSummary, Operation } from './gateway/rest-api.ts'
import { functionOf, type Generation, startGeneration } from './generation.ts'
import { createIssuers, type Issuers } from './issuer/issuers.ts'
import { askedUrls, issuerClaims, refuseSharedHosts, upstreamClaims } from './issuer/shared-hosts.ts'
import { startKms } from './kms/api.ts'
import { createKeys } from './kms/keys.ts'
import { startInvokeApi } from './lambda/api.ts'
import type { LogMeta } from './lambda/output.ts'
import { isLocalHost } from './local-host.ts'
import { createAuthority } from './network/ca.ts'
import { startFront } from './network/front.ts'
import type { LocalNames } from './network/names.ts'
import { rawTlsPort } from './network/raw-tls.ts'
import { type Policies, readPolicies } from './policies.ts'
import { startSecretsApi } from './secrets/api.ts'
import { createReferenceFiller } from './secrets/references.ts'
import {
  hasValue,
  isNamed,
  refuseUnknown,
  type SecretValues,
  secretNamed,
  textOf,
  withImported,
} from './secrets/values.ts'
import { type LocalApp, readApp } from './template/app.ts'
import { place } from './template/intrinsics.ts'
import { UsageError } from './usage-error.ts'

export interface CloudOptions {
  /** A cloud assembly: the folder that `cdk synth` writes. */
  readonly assembly: string
  /** Port of the API on 127.0.0.1. @default 0, a free one */
  readonly port?: number
  /**
   * Origin of a declared HTTP upstream → the local server that plays it: `http://`, `https://`, or `tls://127.0.0.1:<port>` for one whose own
   * certificate the gate is to meet. One without is unreachable, as is everything else.
   */
  readonly upstreams?: Readonly<Record<string, string>>
  /** Declared issuer → a local server that takes the built-in provider's place. */
  readonly issuers?: Readonly<Record<string, string>>
  /** What secrets hold: by name, ARN or construct path. One without a value does not exist for functions. */
  readonly secrets?: SecretValues
  /** Each answered request; `line` is the access log's. `reason` is why one of the doors refused it, with names, without values. */
  readonly onRequest?: (summary: AccessSummary, line: string) => void
  /** Each line a function writes. */
  readonly onLog?: (line: string, meta: LogMeta) => void
  /** An answer of an `Upstream.direct` that did not come by the second door: its function does not use it. */
  readonly onDoorless?: (functionName: string) => void
}

// API Gateway's own patience with an integration, and a little for the authorizer before it.
const patienceMs = 35_000

/** An app of the CDK, running on this machine. */
export interface LocalCloud {
  /** Where the API is served: `http://localhost:<port>`. */
  readonly url: string
  readonly issuers: Issuers
  /** Its metrics, dashboards and alarms. */
  readonly cloudWatch: CloudWatch
  /** Names of the tables, and their items. */
  readonly tables: () => readonly string[]
  readonly scan: LocalDynamoDb['scan']
  /** Where they are: http://127.0.0.1:PORT */
  readonly dynamodb: string
  readonly operations: () => readonly Operation[]
  readonly policies: () => Policies
  /** Declared HTTP upstreams that no local server plays. */
  readonly unmapped: () => readonly string[]
  /** Secrets that gates use and nobody gave a value. */
  readonly secretsWithoutValue: () => readonly string[]
  /** ARNs of declared Lambda upstreams that are no functions of this app. */
  readonly absentFunctions: () => readonly string[]
  /**
   * Runs another synthesis of the app from the next request on. Counters and issuers' keys survive; requests under way are answered
   * by what they came to. When it rejects, the app is served as before.
   */
  readonly reload: (assembly: string) => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Runs a synthesized app: its REST API, its functions in processes of their own, its tables, and below them a network in
 * which production names lead to local servers and nothing else can be reached.
 * Rejects with a {@link UsageError} or an `UnsupportedTemplateError`, having left nothing running.
 */
export async function startCloud(options: CloudOptions): Promise<LocalCloud> {
  const { port = 0, upstreams = {}, secrets = {} } = options
  const { onRequest = () => {}, onLog = () => {}, onDoorless = () => {} } = options
  const undo: Array<() => Promise<unknown> | unknown> = []
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    return await start()
  } catch (error) {
    await close()
    throw error
  }

  async function start(): Promise<LocalCloud> {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-'))
    undo.push(() => rmSync(folder, { recursive: true, force: true }))
    const ca = await createAuthority({ directory: folder })

    const fillIn = createReferenceFiller(secrets)
    let app = fillIn(readApp(options.assembly))
    let policies = readPolicies(app.functions)
    let generation: Generation

    /** Whatever does not fit what was given to this run. */
    const refuseMisfits = (next: LocalApp, declared: Policies) => {
      refuseSharedHosts([
        ...issuerClaims(declared.issuers, options.issuers ?? {}),
        ...upstreamClaims(declared.upstreamOrigins, upstreams),
      ])
      upstreamNames(declared, upstreams)
      refuseUnknown(withImported(next.secrets, declared.upstreamSecrets), secrets)
    }
    refuseMisfits(app, policies)
    const issuers = createIssuers(options.issuers ?? {})
    undo.push(issuers.close)
    await issuers.serve(policies.issuers)
    const dynamodb = await startDynamoDb({ tables: app.tables })
    undo.push(dynamodb.close)
    const lambda = await startInvokeApi({ invoke: async (name, event) => generation.invoke(name, event) })
    undo.push(lambda.close)
    const knowsKey = (arn: string) => app.signingKeys.includes(arn) || policies.signingKeys.includes(arn)
    const kms = await startKms(createKeys(knowsKey))
    undo.push(kms.close)
    const known = () => withImported(app.secrets, policies.upstreamSecrets)
    const secretsApi = await startSecretsApi({
      read(id) {
        const secret = secretNamed(known(), id)
        const value = secret && textOf(secret, secrets)
        return secret && value !== undefined ? { secret, value } : undefined
      },
    })
    undo.push(secretsApi.close)

    const namesFor = (declared: Policies): LocalNames => ({
      ...awsNames({
        dynamodb: dynamodb.origin,
        lambda: lambda.origin,
        kms: kms.origin,
        secretsmanager: secretsApi.origin,
      }),
      ...issuers.names(),
      ...upstreamNames(declared, upstreams),
    })
    const front = await startFront({ ca, names: namesFor(policies) })
    undo.push(front.close)

    const clientCertificate = await callersCertificate(ca)
    const denials = createDenials()
    const cloudWatch = createCloudWatch(app.watched)
    const begin = (next: LocalApp, declared: Policies) =>
      startGeneration({
        app: next,
        scratch: folder,
        network: { caFile: ca.certificateFile, names: portsOf(declared, upstreams, front.port) },
        clientCertificate,
        // A function's result comes after all that it logged, so the reason is known by now.
        onRequest(summary, line) {
          const reason = denials.take(summary.extendedRequestId) ?? summary.reason
          cloudWatch.onRequest(summary, line)
          onRequest({ ...summary, ...(reason !== undefined && { reason }) }, line)
        },
        onLog(line, meta) {
          denials.logged(line)
          cloudWatch.onLog(line, meta.functionName)
          onLog(line, meta)
        },
        onInvoked: cloudWatch.onInvoked,
        onReturned(payload, functionArn) {
          denials.answered(payload)
          if (!declared.doorsInside.includes(functionArn) || cameByDoor(payload)) return
          onDoorless(next.functions.find(({ arn }) => arn === functionArn)?.name ?? functionArn)
        },
      })
    generation = begin(app, policies)
    // Generations before the running one, with requests under way.
    const retiring = new Map<Generation, Promise<void>>()
    undo.push(async () => {
      await Promise.all([generation, ...retiring.keys()].map(each => each.close()))
      await Promise.all(retiring.values())
    })

    const server = createServer((request, response) => {
      if (!isLocalHost(request.headers.host)) return misdirected(response)
      generation.handle(request, response).catch(error => fault(error, request, response))
    })
    server.listen(port, '127.0.0.1')
    await listening(server, port)
    undo.push(() => {
      server.close()
      server.closeAllConnections()
    })

    return {
      url: `http://localhost:${(server.address() as AddressInfo).port}`,
      issuers,
      cloudWatch,
      tables: () => app.tables.map(table => String(table.TableName)),
      scan: dynamodb.scan,
      dynamodb: dynamodb.origin,
      operations: () => generation.operations,
      policies: () => policies,
      unmapped: () => policies.upstreamOrigins.filter(origin => !Object.hasOwn(upstreams, origin)),
      secretsWithoutValue: () =>
        known()
          .filter(secret => policies.upstreamSecrets.some(used => isNamed(secret, used)))
          .filter(secret => !hasValue(secret, secrets))
          .map(({ path }) => path),
      absentFunctions: () => policies.upstreamFunctions.filter(upstream => !functionOf(app, upstream)),
      async reload(assembly) {
        const nextApp = fillIn(readApp(assembly))
        const nextPolicies = readPolicies(nextApp.functions)
        // Whatever can be refused is, before anything of the running state changes.
        refuseMisfits(nextApp, nextPolicies)
        const next = begin(nextApp, nextPolicies)
        await dynamodb.ensureTables(nextApp.tables)
        await issuers.serve(nextPolicies.issuers)
        front.setNames(namesFor(nextPolicies))
        const before = generation
        generation = next
        cloudWatch.replace(nextApp.watched)
        app = nextApp
        policies = nextPolicies
        retiring.set(
          before,
          before.retire(patienceMs).finally(() => retiring.delete(before)),
        )
      },
      close,
    }
  }
}

/** Whatever leaves by a door has these, a refusal too. */
function cameByDoor(payload: unknown): boolean {
  const { headers } = Object(payload) as { headers?: unknown }
  return Object.keys(securityHeaders).every(name => Object.hasOwn(Object(headers), name))
}

/** AWS's services that are played here. */
interface AwsOrigins {
  readonly dynamodb: string
  readonly lambda: string
  readonly kms: string
  readonly secretsmanager: string
}

const awsNames = (origins: AwsOrigins): LocalNames =>
  Object.fromEntries(
    Object.entries(origins).map(([service, origin]) => [`${service}.${place.region}.amazonaws.com`, origin]),
  )

/** Those that the front plays. */
function upstreamNames(
  { upstreamOrigins, pinnedOrigins }: Policies,
  given: Readonly<Record<string, string>>,
): LocalNames {
  const unknown = Object.keys(given).find(origin => !upstreamOrigins.includes(origin))
  if (unknown !== undefined) {
    const names = [...new Set(upstreamOrigins)].join(', ') || 'none'
    throw new UsageError(
      `--upstream ${unknown}: no route of the app goes there; its HTTP upstreams are ${names}`,
    )
  }
  const byFront = Object.keys(given).filter(origin => rawTlsPort(String(given[origin])) === undefined)
  const pinned = byFront.find(origin => pinnedOrigins.includes(origin))
  if (pinned !== undefined)
    refuseFront(pinned, 'its gate asks for a public key of its own, which only a server with that key has')
  // RFC 6066 §3
  const address = byFront.find(origin => isIP(new URL(origin).hostname.replace(/^\[(.*)\]$/, '$1')))
  if (address !== undefined) refuseFront(address, 'an address, which TLS names no server by')
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, local]) => rawTlsPort(local) === undefined)
      .map(([origin, local]) => [new URL(origin).hostname, local]),
  )
}

function refuseFront(origin: string, why: string): never {
  throw new UsageError(
    `--upstream ${origin}: ${why}\n  fix: lead to one that speaks TLS itself: --upstream ${origin}=tls://127.0.0.1:<port>`,
  )
}

/** `host:port` as functions dial it → the front, for every name that is served here; or the server itself, where that speaks TLS. */
function portsOf(
  { issuers, upstreamOrigins }: Policies,
  given: Readonly<Record<string, string>>,
  frontPort: number,
): Record<string, number> {
  const served = upstreamOrigins.filter(origin => Object.hasOwn(given, origin))
  const dialled = ({ hostname, port }: URL) => `${hostname}:${port || '443'}`
  const aws = Object.keys(awsNames({ dynamodb: '', lambda: '', kms: '', secretsmanager: '' }))
  return Object.fromEntries([
    ...served.map(origin => [dialled(new URL(origin)), rawTlsPort(given[origin] ?? '') ?? frontPort]),
    ...issuers.flatMap(askedUrls).map(url => [dialled(url), frontPort]),
    ...aws.map(host => [`${host}:443`, frontPort]),
  ])
}

function misdirected(response: ServerResponse): void {
  response.writeHead(403, { 'content-type': 'text/plain' }).end('The local API answers as localhost only.\n')
}

async function listening(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new UsageError(
      `--port ${port}: something else listens there already; choose another port, or 0 for a free one`,
    )
  }
}

/** A fault of the local cloud itself: said aloud, and never mistaken for an answer of the app. */
function fault(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  process.emitWarning(
    `${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`,
    {
      type: 'LocalCloudFault',
    },
  )
  if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
  response.end()
}
