import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from './usage-error.ts'

/** What a running `sallyport dev` leaves in `.sallyport/` for the other commands. It holds no secret. */
export interface DevState {
  readonly pid: number
  readonly url: string
  readonly issuers: ReadonlyArray<{
    readonly issuer: string
    readonly origin: string
    /** False: the developer's own server; only that can make its tokens. */
    readonly builtIn: boolean
    readonly audiences: readonly string[]
  }>
  /** Name of the state table; null when nothing is counted. */
  readonly table: string | null
}

const pathIn = (folder: string) => join(folder, '.sallyport', 'dev.json')

export function writeDevState(folder: string, state: DevState): void {
  mkdirSync(join(folder, '.sallyport'), { recursive: true })
  writeFileSync(pathIn(folder), `${JSON.stringify(state, null, 2)}\n`)
}

/** Removes what this process wrote; another one's stays. */
export function removeDevState(folder: string): void {
  if (read(folder)?.pid === process.pid) rmSync(join(folder, '.sallyport'), { recursive: true, force: true })
}

/** The local cloud that runs for this folder. Throws a {@link UsageError} when there is none. */
export function readDevState(folder: string): DevState {
  const state = read(folder)
  if (state && isAlive(state.pid)) return state
  throw new UsageError('no local cloud is running for this folder; start one with: sallyport dev')
}

function read(folder: string): DevState | undefined {
  if (!existsSync(pathIn(folder))) return undefined
  try {
    return JSON.parse(readFileSync(pathIn(folder), 'utf8')) as DevState
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
