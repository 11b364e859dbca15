import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Invocation } from './cloudwatch/aws.ts'
import type { ClientCertificate } from './gateway/client-certificate.ts'
import { matchesPattern } from './gateway/policy.ts'
import { type AccessSummary, createRestApi, type FunctionResult, type Operation } from './gateway/rest-api.ts'
import { mergeLayers } from './lambda/layers.ts'
import type { LogMeta } from './lambda/output.ts'
import { createFunctionPool, type FunctionPool } from './lambda/pool.ts'
import type { LocalApp, LocalFunction } from './template/app.ts'
import { place } from './template/intrinsics.ts'

/** One synthesized state of the app, running. A reload makes the next one beside it. */
export interface Generation {
  readonly operations: readonly Operation[]
  /** Answers one request; see `RestApi.handle`. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** Runs a function by name or ARN; undefined when the app has none of that name. */
  readonly invoke: (nameOrArn: string, event: unknown) => Promise<FunctionResult> | undefined
  /** Ends once the requests under way are answered, at the latest after `patienceMs`. */
  readonly retire: (patienceMs: number) => Promise<void>
  /** Ends now. Requests under way fail. */
  readonly close: () => Promise<void>
}

export interface GenerationOptions {
  readonly app: LocalApp
  /** A folder to write into. It is removed with the cloud. */
  readonly scratch: string
  readonly network: { readonly caFile: string; readonly names: Readonly<Record<string, number>> }
  /** What callers are taken to have shown, where the app's domain asks for it. */
  readonly clientCertificate: ClientCertificate
  readonly onRequest: (summary: AccessSummary, line: string) => void
  readonly onLog: (line: string, meta: LogMeta) => void
  /** An invocation has ended, whoever asked for it. */
  readonly onInvoked: (invocation: Invocation) => void
  /** What a function returned to the API. */
  readonly onReturned: (payload: unknown, functionArn: string) => void
}

const preload = fileURLToPath(new URL('./network/preload.mjs', import.meta.url))

/** Starts the app's functions (none of them runs yet: the first request is a cold start) and its API. */
export function startGeneration({
  app,
  scratch,
  network,
  clientCertificate,
  onRequest,
  onLog,
  onInvoked,
  onReturned,
}: GenerationOptions): Generation {
  const pools = new Map<string, FunctionPool>()
  const close = async () => {
    await Promise.all([...pools.values()].map(pool => pool.close()))
  }
  for (const { folder, layers, ...fn } of app.functions) {
    pools.set(
      fn.arn,
      createFunctionPool({
        ...fn,
        codeDirectory: folder,
        ...(layers.length > 0 && { layersFolder: mergeLayers(layers, scratch) }),
        network: { preload, ...network },
        log: onLog,
      }),
    )
  }
  const running = new Map<string, number>()
  const invoke: Generation['invoke'] = (nameOrArn, event) => {
    const fn = functionOf(app, nameOrArn)
    const pool = fn && pools.get(fn.arn)
    return pool && measured(fn.name, () => pool.invoke(event))
  }
  async function measured(functionName: string, run: () => Promise<FunctionResult>): Promise<FunctionResult> {
    const startedAt = performance.now()
    running.set(functionName, (running.get(functionName) ?? 0) + 1)
    try {
      const result = await run()
      const concurrent = running.get(functionName) ?? 1
      const durationMs = performance.now() - startedAt
      onInvoked({ functionName, outcome: result.kind, durationMs, concurrent })
      return result
    } finally {
      running.set(functionName, (running.get(functionName) ?? 1) - 1)
    }
  }

  const api = createRestApi(
    {
      body: app.api.body,
      apiId: app.api.id,
      stageName: app.api.stage,
      accountId: place.account,
      region: place.region,
      ...(app.api.asksCertificates && { clientCertificate }),
      ...(app.api.accessLogFormat !== undefined && { accessLogFormat: app.api.accessLogFormat }),
    },
    {
      now: Date.now,
      accessLog: (line, summary) => onRequest(summary, line),
      mayInvoke: (functionArn, sourceArn) =>
        app.permissions.some(
          permission =>
            permission.functionArn === functionArn &&
            permission.principal === 'apigateway.amazonaws.com' &&
            (permission.sourceArn === undefined || matchesPattern(permission.sourceArn, sourceArn)),
        ),
      invoke: async (functionArn, event, { timeoutMs }) => {
        const running = invoke(functionArn, event)
        if (!running)
          return { kind: 'failed', errorType: 'ResourceNotFoundException', errorMessage: functionArn }
        const result = await within(timeoutMs, running)
        if (result.kind === 'returned') onReturned(result.payload, functionArn)
        return result
      },
    },
  )

  const underWay = new Set<Promise<void>>()
  return {
    operations: api.operations,
    invoke,
    close,
    handle(request, response) {
      const handling = api.handle(request, response).finally(() => underWay.delete(handling))
      underWay.add(handling)
      return handling
    },
    async retire(patienceMs) {
      let timer: NodeJS.Timeout | undefined
      const patience = new Promise<void>(resolve => {
        timer = setTimeout(resolve, patienceMs)
      })
      await Promise.race([Promise.allSettled(underWay), patience])
      clearTimeout(timer)
      await close()
    },
  }
}

/** A function of the app by its name or ARN, or by the ARN of one of its versions or aliases. */
export const functionOf = (
  { functions, qualified }: LocalApp,
  nameOrArn: string,
): LocalFunction | undefined =>
  functions.find(({ arn, name }) => [nameOrArn, qualified.get(nameOrArn)].includes(arn) || nameOrArn === name)

/** API Gateway's patience. A function's own time-out is something else: to its caller it is a failure. */
async function within(timeoutMs: number, running: Promise<FunctionResult>): Promise<FunctionResult> {
  let timer: NodeJS.Timeout | undefined
  const impatient = new Promise<FunctionResult>(resolve => {
    timer = setTimeout(() => resolve({ kind: 'timed-out' }), timeoutMs)
  })
  const ended = running.then(
    (result): FunctionResult =>
      result.kind === 'timed-out'
        ? { kind: 'failed', errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out' }
        : result,
  )
  try {
    return await Promise.race([ended, impatient])
  } finally {
    clearTimeout(timer)
  }
}
