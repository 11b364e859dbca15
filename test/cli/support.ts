import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, inject, vi } from 'vitest'

const cli = resolve('bin/sallyport.ts')

/** A folder as someone has it who uses the library: an app, a cdk.json, dependencies. */
export interface Project {
  readonly folder: string
  /** Writes a file of it, making its folders. */
  readonly write: (file: string, text: string) => void
  /** What commands that ran here left in the folder for temporary files. */
  readonly leftTemporary: () => string[]
}

const roots = new Set<string>()
const commands = new Set<ChildProcess>()

/** Removes every project of this file, ending what a failed test may have left running in one. */
export function removeProjects(): void {
  const running = [...commands].filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
  for (const { pid } of running) {
    for (const left of [...descendantsOf(pid as number), pid as number]) kill(left)
  }
  for (const root of roots) rmSync(root, { recursive: true, force: true })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

export function createProject(app: string): Project {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-test-')))
  roots.add(root)
  const folder = join(root, 'project')
  const temporary = join(root, 'tmp')
  mkdirSync(temporary)
  // What tsx compiled before; to compile all again would take each command a second.
  const compiled = `tsx-${userInfo().uid}`
  mkdirSync(join(tmpdir(), compiled), { recursive: true })
  symlinkSync(join(tmpdir(), compiled), join(temporary, compiled))
  install('sallyport', resolve('lib/index.ts'), root)
  const write = (file: string, text: string) => {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  write('package.json', '{ "type": "module" }')
  write('cdk.json', JSON.stringify({ app: run('app.ts') }))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  write('app.ts', app)
  return {
    folder,
    write,
    leftTemporary: () => readdirSync(temporary).filter(name => name !== compiled),
  }
}

/** A package of one source file, which stays where it is: Node strips no types below a folder `node_modules`. */
function install(name: string, file: string, root: string): void {
  const folder = join(root, 'node_modules', name)
  mkdirSync(folder, { recursive: true })
  symlinkSync(file, join(folder, 'index.ts'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "exports": "./index.ts" }')
}

/** The command that runs a file of a project as its app: Node alone, in half the time of tsx. */
export const run = (file: string): string => `"${process.execPath}" ${file}`

const tsx = pathToFileURL(resolve('node_modules/tsx/dist/loader.mjs')).href

/** The same with tsx, as `cdk init` has it. */
export const runWithTsx = (file: string): string => `"${process.execPath}" --import ${tsx} ${file}`

/** An app with these routes and issuers. */
export const appOf = (
  routes: string,
  issuers = "Issuer.oidc('https://login.example.com', { audience: 'https://api.example.com', algorithms: ['ES256'] })",
): string => `import { App, Stack } from 'aws-cdk-lib'
import { Access, Issuer, Limit, Output, Upstream, ZeroTrustApi } from 'sallyport'

const app = new App()
const stack = new Stack(app, 'S')
const api = new ZeroTrustApi(stack, 'Api', { issuers: [${issuers}] })
const [ok, output] = [Upstream.stub(200, { ok: true }), Output.unsafeAny('a test')]
${routes}
app.synth()
`
export const health = "api.addRoute('GET /health', { upstream: ok, access: Access.public() })"

/** What a command finds beside its arguments. */
interface Around {
  readonly env?: NodeJS.ProcessEnv
  /** On stdin. @default nothing, at once */
  readonly input?: string
}

/** The CLI, as a process of its own in a project's folder. */
export const start = (project: Project, ...args: readonly string[]) => startWith(project, {}, ...args)

function startWith({ folder }: Project, { env = {}, input = '' }: Around, ...args: readonly string[]) {
  const { NO_COLOR: _n, FORCE_COLOR: _f, ...environment } = process.env
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env: {
      ...environment,
      TMPDIR: join(folder, '..', 'tmp'),
      NODE_COMPILE_CACHE: inject('compiled'),
      ...env,
    },
    stdio: 'pipe',
  })
  commands.add(child)
  // A command that reads nothing may have ended before it is written.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const said = { out: '', err: '' }
  child.stdout.on('data', chunk => {
    said.out += chunk
  })
  child.stderr.on('data', chunk => {
    said.err += chunk
  })
  const closed = once(child, 'close').then(([code]) => code as number | null)
  return {
    pid: child.pid as number,
    /** Everything printed so far. */
    said,
    /** Waits until stdout or stderr shows something; fails with what they show when the process ends before. */
    shows: async (stream: 'out' | 'err', pattern: RegExp): Promise<void> => {
      await vi.waitUntil(() => pattern.test(said[stream]) || child.exitCode !== null, {
        timeout: 25_000,
        interval: 20,
      })
      expect(said[stream], said.err).toMatch(pattern)
    },
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    ended: () => closed,
    /** Ends it, if it has not ended, as a person would. */
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
      await closed
    },
  }
}

/** Runs a command of the CLI to its end. */
export const sallyport = (project: Project, ...args: readonly string[]) => sallyportWith(project, {}, ...args)

/** The same, with an environment and an input of its own. */
export async function sallyportWith(project: Project, around: Around, ...args: readonly string[]) {
  const command = startWith(project, around, ...args)
  const code = await command.ended()
  return { code, ...command.said }
}

/** Starts `sallyport dev --json` and waits until it serves. */
export async function startDev(project: Project, ...args: readonly string[]) {
  const command = start(project, 'dev', '--json', '--port', '0', ...args)
  await command.shows('out', /\n/)
  const ready = JSON.parse(command.said.out) as {
    url: string
    page: string | null
    issuers: Array<{ issuer: string; origin: string; builtIn: boolean; audiences: string[] }>
    table: string | null
  }
  return { ...command, ready, get: (path: string, init?: RequestInit) => fetch(`${ready.url}${path}`, init) }
}

interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

const processes = (): ProcessEntry[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap(line => {
      const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
      return pid && parent && command ? [{ pid: Number(pid), parent: Number(parent), command }] : []
    })

/** Everything a process has started, and what that has started. */
export function descendantsOf(pid: number): number[] {
  const all = processes()
  const below = (parent: number): number[] =>
    all.filter(entry => entry.parent === parent).flatMap(entry => [entry.pid, ...below(entry.pid)])
  return below(pid)
}

/** Waits until none of these processes is there, nor any that was started from this project's folders. */
export async function nothingRuns({ folder }: Project, pids: readonly number[] = []): Promise<void> {
  const root = resolve(folder, '..')
  const left = () => processes().filter(({ pid, command }) => pids.includes(pid) || command.includes(root))
  await vi.waitUntil(() => left().length === 0, { timeout: 10_000 }).catch(() => expect(left()).toEqual([]))
}

/** Checks that commands left nothing in a project but what was there. */
export async function nothingIsLeft(project: Project, pids: readonly number[] = []): Promise<void> {
  await nothingRuns(project, pids)
  expect(project.leftTemporary()).toEqual([])
  expect(existsSync(join(project.folder, '.sallyport'))).toBe(false)
  expect(existsSync(join(project.folder, 'cdk.out'))).toBe(false)
}
