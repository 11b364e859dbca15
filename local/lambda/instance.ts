import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { readLines } from './lines.ts'
import { type LogMeta, readOutput } from './output.ts'
import type { FunctionResult } from './result.ts'

/** What every instance of one function is started with. */
export interface InstanceOptions {
  name: string
  arn: string
  codeDirectory: string
  handler: string
  timeoutMs: number
  memoryMb: number
  environment: Readonly<Record<string, string>>
  /** File of the network preload. */
  preload: string
  nodePath: string
  log(line: string, meta: LogMeta): void
  now(): number
}

/** One execution environment: a process that has loaded the function. */
export interface Instance {
  /** One request at a time; the caller sees to that. */
  invoke(requestId: string, event: unknown): Promise<FunctionResult>
  /** False once the process cannot take another request. */
  readonly usable: boolean
  /** Kills the process; settles when it is gone. */
  stop(): Promise<void>
}

const outputGraceMs = 200
// Written behind the output of the start, see instance.mjs.
const initId = '00000000-0000-0000-0000-000000000000'
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
const initTimeoutMs = 10_000

/** What instance.mjs says. */
type Message =
  | { ready: true }
  | { returned: string }
  | { failed: { errorType: string; errorMessage: string }; last?: true }
type Outcome = Message | 'exited' | 'timed-out'

/**
 * Starts a process for a function. It loads at once; the first `invoke` waits for that, and answers with the reason if it failed.
 * Between requests the process is not frozen as Lambda would freeze it: timers and sockets of the function go on.
 * A process without work does not keep this one alive, and ends when this one does.
 */
export function startInstance(options: InstanceOptions): Instance {
  const child = spawn(
    options.nodePath,
    [
      // Not --import: Node leaves that out in worker threads that are started from a source text.
      '--require',
      options.preload,
      // The managed runtime leaves a part of the memory to everything outside the heap.
      `--max-old-space-size=${Math.floor(options.memoryMb * 0.9)}`,
      fileURLToPath(new URL('./instance.mjs', import.meta.url)),
    ],
    {
      cwd: options.codeDirectory,
      env: { ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    },
  )
  const channel = child.stdio[3] as Socket
  release(child)

  const outputs = (['stdout', 'stderr'] as const).map(stream =>
    readOutput(child[stream] as Readable, (line, requestId) =>
      options.log(line, { functionName: options.name, requestId, stream }),
    ),
  )

  let usable = true
  let startError: Error | undefined
  let settle: ((outcome: Outcome) => void) | undefined
  const gone = new Promise<void>(done => {
    // 'close' comes when the outputs have been read to their end as well ...
    child.once('close', () => done())
    // ... which never happens while a process that the function started holds them.
    child.once('exit', () => {
      const grace = setTimeout(() => destroyAll(child), outputGraceMs)
      child.once('close', () => clearTimeout(grace))
    })
    child.once('error', error => {
      startError = error
      done()
    })
  })
  gone.then(() => {
    usable = false
    settle?.('exited')
  })
  // A broken channel shows as the end of the process.
  channel.on('error', () => {})
  readLines(channel, line => settle?.(JSON.parse(line) as Message))

  const { name: functionName, arn: invokedFunctionArn, handler, codeDirectory } = options
  const memoryLimitInMB = String(options.memoryMb)
  const configuration = { functionName, invokedFunctionArn, memoryLimitInMB, handler, codeDirectory }
  const ready = ask({ configuration }, initTimeoutMs).then(async outcome => {
    if (typeof outcome === 'object' && 'ready' in outcome)
      await Promise.all(outputs.map(output => output.ended(initId)))
    return outcome
  })

  function ask(message: unknown, limitMs: number): Promise<Outcome> {
    return new Promise<Outcome>(resolve => {
      const timer = setTimeout(() => settle?.('timed-out'), limitMs)
      settle = outcome => {
        clearTimeout(timer)
        settle = undefined
        resolve(outcome)
      }
      if (usable) channel.write(`${JSON.stringify(message)}\n`)
      else settle('exited')
    })
  }

  async function stop(): Promise<void> {
    usable = false
    child.ref()
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await gone
  }

  async function answer(requestId: string, event: unknown): Promise<FunctionResult> {
    const loaded = await ready
    if (typeof loaded === 'string' || !('ready' in loaded)) {
      await stop()
      return conclude(loaded, requestId)
    }
    for (const output of outputs) output.begin(requestId)
    const deadlineMs = options.now() + options.timeoutMs
    const outcome = await ask({ request: { id: requestId, event, deadlineMs } }, options.timeoutMs)
    if (typeof outcome === 'object') {
      if ('failed' in outcome && outcome.last) await stop()
      else await Promise.all(outputs.map(output => output.ended(requestId)))
    }
    return conclude(outcome, requestId)
  }

  async function conclude(outcome: Outcome, requestId: string): Promise<FunctionResult> {
    if (outcome === 'timed-out') {
      await stop()
      return { kind: 'timed-out' }
    }
    if (outcome === 'exited')
      return { kind: 'failed', errorType: 'Runtime.ExitError', errorMessage: exitReason(requestId) }
    if ('returned' in outcome) return { kind: 'returned', payload: JSON.parse(outcome.returned) }
    if ('failed' in outcome) return { kind: 'failed', ...outcome.failed }
    throw new Error(
      `function ${functionName}: its process answered a request with ${JSON.stringify(outcome)}`,
    )
  }

  function exitReason(requestId: string): string {
    if (startError) return `RequestId: ${requestId} Error: Runtime could not start: ${startError.message}`
    const cause = child.signalCode ? `signal: ${child.signalCode}` : `exit status ${child.exitCode}`
    return `RequestId: ${requestId} Error: Runtime exited with ${cause}`
  }

  return {
    get usable() {
      return usable
    },
    stop,
    async invoke(requestId, event) {
      // While a request is under way the process holds ours alive; idle it does not.
      child.ref()
      try {
        return await answer(requestId, event)
      } finally {
        child.unref()
      }
    },
  }
}

/** Lets our process end although the child and its pipes are open. */
function release(child: ChildProcess): void {
  child.unref()
  for (const stream of child.stdio) (stream as Socket | null)?.unref()
}

function destroyAll(child: ChildProcess): void {
  for (const stream of child.stdio) stream?.destroy()
}
