import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createFunctionPool,
  type FunctionPool,
  type FunctionPoolOptions,
} from '../../../local/lambda/pool.ts'

export interface Logged {
  line: string
  requestId: string | undefined
  stream: string
}

export interface TestFunction {
  pool: FunctionPool
  lines: Logged[]
}

const cleanup: (() => Promise<unknown>)[] = []

/** Makes a pool for a function with this source, in a folder of its own. */
export async function deploy(
  source: string,
  options: Partial<FunctionPoolOptions> & { file?: string } = {},
): Promise<TestFunction> {
  const codeDirectory = await mkdtemp(join(tmpdir(), 'sallyport-function-'))
  cleanup.push(() => rm(codeDirectory, { recursive: true }))
  const { file = 'index.mjs', ...pool } = options
  await writeFile(join(codeDirectory, file), source)
  const lines: Logged[] = []
  const created = createFunctionPool({
    name: 'gate',
    arn: 'arn:aws:lambda:eu-west-1:111122223333:function:gate',
    codeDirectory,
    timeoutMs: 5_000,
    memoryMb: 256,
    environment: {},
    network: { preload, caFile: '', names: {} },
    log: (line, { requestId, stream }) => lines.push({ line, requestId, stream }),
    ...pool,
  })
  cleanup.push(() => created.close())
  return { pool: created, lines }
}

export const preload = fileURLToPath(new URL('../../../local/network/preload.mjs', import.meta.url))

/** Removes what `deploy` made. */
export async function cleanUp(): Promise<void> {
  for (const step of cleanup.splice(0).reverse()) await step()
}

/** True while a process of this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
