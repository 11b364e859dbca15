import { randomUUID } from 'node:crypto'
import { functionEnvironment } from './environment.ts'
import { type Instance, startInstance } from './instance.ts'
import type { LogMeta } from './output.ts'
import { type FunctionResult, payloadMaxBytes } from './result.ts'

export interface FunctionPoolOptions {
  name: string
  /** arn:aws:lambda:REGION:ACCOUNT:function:NAME */
  arn: string
  /** The unpacked asset, as it would be uploaded. */
  codeDirectory: string
  /** Folder that stands for `/opt`. @default - the function has no layers */
  layersFolder?: string
  /** @default 'index.handler' */
  handler?: string
  timeoutMs: number
  memoryMb: number
  /**
   * Reserved concurrency: requests beyond this many at a time are throttled.
   * @default - none: Lambda would start as many instances as there are requests; here they wait for one of ten
   */
  maxInstances?: number
  /** The function's declared environment variables. */
  environment: Readonly<Record<string, string>>
  /** How the function reaches its network: see local/network. */
  network: {
    /** The file preload.mjs. */
    preload: string
    /** File with the local CA's certificate. */
    caFile: string
    /** 'host:port' → port on 127.0.0.1; nothing else can be reached. */
    names: Readonly<Record<string, number>>
  }
  /** The node binary to run functions with. @default process.execPath */
  nodePath?: string
  /** Receives each line the function writes. */
  log(line: string, meta: LogMeta): void
  /** Milliseconds since the epoch; for the deadline in the function's context. @default Date.now */
  now?: () => number
}

// A thousand instances are nothing to Lambda, but too many processes for one machine.
const processesMax = 10

/** One function, as many instances of it as requests come at a time. */
export interface FunctionPool {
  /** Runs the function on a JSON event. Never rejects for what the function does; rejects with a `TypeError` after `close()`. */
  invoke(event: unknown): Promise<FunctionResult>
  /** Living instances now; cold starts and invocations since the beginning (throttled ones included). */
  stats(): { instances: number; coldStarts: number; invocations: number }
  /** Kills all instances and settles when their processes are gone. Requests under way fail. */
  close(): Promise<void>
}

/**
 * Runs a function as Lambda does: one process per instance, one request at a time in each, the most recently used free instance first,
 * a cold start when none is free, throttled beyond `maxInstances` where that is given. An instance that timed out, crashed or failed to load is replaced
 * by the next request.
 * Throws a `TypeError` for an ARN or a declared environment variable that Lambda would refuse.
 */
export function createFunctionPool(options: FunctionPoolOptions): FunctionPool {
  const { maxInstances, handler = 'index.handler', nodePath = process.execPath, now = Date.now } = options
  const { name, arn, codeDirectory, timeoutMs, memoryMb, log } = options
  const { preload, caFile, names } = options.network
  const environment = functionEnvironment({
    name,
    arn,
    codeDirectory,
    handler,
    memoryMb,
    ...(options.layersFolder !== undefined && { layersFolder: options.layersFolder }),
    declared: options.environment,
    caFile,
    names,
  })

  const living = new Set<Instance>()
  const free: Instance[] = []
  let coldStarts = 0
  let invocations = 0
  let closed = false
  const waiting: Array<() => void> = []

  async function acquire(): Promise<Instance | undefined> {
    for (;;) {
      const instance = closed ? undefined : take()
      if (instance || closed || maxInstances !== undefined) return instance
      await new Promise<void>(resolve => waiting.push(resolve))
    }
  }

  function release(instance: Instance): void {
    if (instance.usable) free.push(instance)
    else living.delete(instance)
    waiting.shift()?.()
  }

  function take(): Instance | undefined {
    // A free instance may have ended by itself since its last request.
    for (let instance = free.pop(); instance; instance = free.pop()) {
      if (instance.usable) return instance
      living.delete(instance)
    }
    if (living.size >= (maxInstances ?? processesMax)) return undefined
    coldStarts += 1
    const instance = startInstance({
      name,
      arn,
      codeDirectory,
      handler,
      timeoutMs,
      memoryMb,
      environment,
      preload,
      nodePath,
      log,
      now,
    })
    living.add(instance)
    return instance
  }

  return {
    async invoke(event) {
      if (closed) throw new TypeError(`function ${name} is closed`)
      invocations += 1
      if (Buffer.byteLength(JSON.stringify(event) ?? 'null') > payloadMaxBytes) {
        const errorMessage = `Request must be smaller than ${payloadMaxBytes} bytes for the InvokeFunction operation`
        return { kind: 'failed', errorType: 'RequestEntityTooLargeException', errorMessage }
      }
      const instance = await acquire()
      if (!instance) return { kind: 'throttled' }
      const result = await instance.invoke(randomUUID(), event)
      release(instance)
      return result
    },
    stats: () => ({ instances: living.size, coldStarts, invocations }),
    async close() {
      closed = true
      for (const wake of waiting.splice(0)) wake()
      await Promise.all([...living].map(instance => instance.stop()))
      living.clear()
    },
  }
}
