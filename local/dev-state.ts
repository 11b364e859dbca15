import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { PlayedIssuer } from './issuer/issuers.ts'
import { UsageError } from './usage-error.ts'

/** What a running `sallyport dev` leaves in `.sallyport/` for the other commands. It holds no secret. */
export interface DevState {
  readonly pid: number
  readonly url: string
  /** Where the page is; null without one. */
  readonly page: string | null
  readonly issuers: readonly PlayedIssuer[]
  /** Name of the state table; null when nothing is counted. */
  readonly table: string | null
  /** Where its tables are: http://127.0.0.1:PORT */
  readonly dynamodb: string
  /** Construct id of the API; the ids of its upstreams, each with its routes. */
  readonly api: string
  readonly gates: Readonly<Record<string, readonly string[]>>
}

const pathIn = (folder: string) => join(folder, '.sallyport', 'dev.json')

/**
 * Throws a {@link UsageError} when a local cloud runs for this folder: the other commands could tell only one from the other.
 * What an ended one left behind is removed.
 */
export async function refuseSecond(folder: string): Promise<void> {
  const state = read(folder)
  // A process id is given out again; that something listens as well is no accident.
  if (state && isAlive(state.pid) && (await listens(state.url))) throw alreadyRunning(state)
  rmSync(pathIn(folder), { force: true })
}

/** Says what runs here. Throws a {@link UsageError} when another process did so since {@link refuseSecond}. */
export function writeDevState(folder: string, state: DevState): void {
  mkdirSync(join(folder, '.sallyport'), { recursive: true })
  const isOurs = read(folder)?.pid === state.pid
  try {
    writeFileSync(pathIn(folder), `${JSON.stringify(state, null, 2)}\n`, { flag: isOurs ? 'w' : 'wx' })
  } catch (error) {
    const other = read(folder)
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' && other ? alreadyRunning(other) : error
  }
}

const alreadyRunning = ({ url, pid }: DevState) =>
  new UsageError(
    `a local cloud runs for this folder already: ${url}, process ${pid}\n  fix: use that one, or end it first`,
  )

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
  } catch (error) {
    // There is one, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function listens(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
