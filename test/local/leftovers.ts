import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What this process holds outside of its own memory. */
export interface Leftovers {
  /** Process ids of function instances. */
  readonly functions: readonly number[]
  readonly folders: readonly string[]
  readonly servers: number
}

export interface Watch {
  readonly leftovers: () => Leftovers
  readonly end: () => void
}

/** Gives this process a folder for temporary files of its own, so that what is left there can be told from what others made. */
export function watchLeftovers(): Watch {
  const before = process.env.TMPDIR
  const folder = mkdtempSync(join(tmpdir(), 'leftovers-'))
  process.env.TMPDIR = folder
  return {
    leftovers: () => ({ functions: functionProcesses(), folders: readdirSync(folder), servers: servers() }),
    end() {
      if (before === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = before
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function functionProcesses(): number[] {
  const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return list.split('\n').flatMap(line => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return Number(parent) === process.pid && args.includes('instance.mjs') ? [Number(pid)] : []
  })
}

const servers = () => process.getActiveResourcesInfo().filter(kind => kind === 'TCPServerWrap').length
