import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { essence } from './essence.ts'
import { UsageError } from './usage-error.ts'

/** What `cdk.json` says of an app, as the CDK's own CLI reads it. */
export interface AppSettings {
  /** Shell command that writes the cloud assembly to `CDK_OUTDIR`. */
  readonly app: string
  /** Shell command to run before it. */
  readonly build?: string
  readonly context: Readonly<Record<string, unknown>>
  /** Folders and files whose changes call for another synthesis. */
  readonly watch: {
    /** Undefined where `cdk.json` says nothing: then it is the folder's source files. */
    readonly include: readonly string[] | undefined
    readonly exclude: readonly string[]
  }
}

/** Reads `cdk.json` in a folder; `app` takes precedence over its own. */
export function readAppSettings(folder: string, app?: string): AppSettings {
  const path = join(folder, 'cdk.json')
  const settings = existsSync(path) ? parse(path) : {}
  const command = app ?? settings.app
  if (typeof command !== 'string' || !command) {
    throw new UsageError('no app to run: give --app "<command>", or a cdk.json with "app" in this folder')
  }
  return {
    app: command,
    ...(typeof settings.build === 'string' && { build: settings.build }),
    context: Object(settings.context),
    watch: {
      include: strings(settings.watch?.include),
      exclude: strings(settings.watch?.exclude) ?? [],
    },
  }
}

interface CdkJson {
  readonly app?: unknown
  readonly build?: unknown
  readonly context?: unknown
  readonly watch?: { readonly include?: unknown; readonly exclude?: unknown }
}

function parse(path: string): CdkJson {
  try {
    return Object(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new UsageError(`${path} is not valid JSON: ${(error as Error).message}`)
  }
}

const strings = (value: unknown): string[] | undefined =>
  value === undefined ? undefined : [value].flat().map(String)

/**
 * Synthesizes an app into a folder, without the CDK's CLI. Rejects with a {@link UsageError} that says what the app said;
 * with `signal` aborted, its processes are ended.
 */
export async function synthesize(
  { app, build, context }: AppSettings,
  options: { readonly folder: string; readonly outdir: string; readonly signal?: AbortSignal },
): Promise<void> {
  const environment = {
    ...process.env,
    CDK_OUTDIR: options.outdir,
    // As the CDK's own CLI has it: resources say which construct they are of.
    CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:enable-path-metadata': true, ...context }),
    // The template is judged by `cdk synth`; here it would only take a second longer.
    CDK_VALIDATION: 'false',
  }
  if (build) await run(build, environment, options)
  await run(app, environment, options)
  if (existsSync(join(options.outdir, 'manifest.json'))) return
  throw new UsageError(`the app wrote no cloud assembly: ${app}\n  fix: let it end with app.synth()`)
}

async function run(
  command: string,
  env: NodeJS.ProcessEnv,
  { folder, signal }: { folder: string; signal?: AbortSignal },
): Promise<void> {
  // Aborted before, it would not be so again.
  if (signal?.aborted) throw new UsageError('interrupted')
  // A group of its own, so that whatever the command started ends with it.
  const child = spawn(command, {
    cwd: folder,
    env,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const end = () => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
  signal?.addEventListener('abort', end)
  const said: Buffer[] = []
  child.stdout.on('data', chunk => said.push(chunk))
  child.stderr.on('data', chunk => said.push(chunk))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  signal?.removeEventListener('abort', end)
  if (signal?.aborted) throw new UsageError('interrupted')
  if (code !== 0) throw new UsageError(`${command} failed\n\n${essence(textOf(said, code), folder)}`)
}

const textOf = (said: readonly Buffer[], code: number | null): string =>
  Buffer.concat(said).toString('utf8').trim() ||
  `it printed nothing, and ended ${code === null ? 'by a signal' : `with exit code ${code}`}`
