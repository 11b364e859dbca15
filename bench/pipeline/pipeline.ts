import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { readApp } from '../../local/template/app.ts'
import { bundleSettings } from '../../tools/bundle-settings.ts'
import { runChild } from '../child-process.ts'
import { type Figure, figure, type Goal, type Report } from '../figure.ts'
import { median, quantile } from '../statistics.ts'
import type { StepTimes } from './timed-steps.ts'

/** What the measuring process is told: the folder of the gate's code. */
export interface Task {
  readonly gate: string
}

interface Batch {
  /** Microseconds of each request. */
  readonly times: readonly number[]
  /** Microseconds of CPU time for one request, on average. */
  readonly cpu: number
}

type Subject = 'ours' | 'middy'

export interface Samples {
  readonly whole: Readonly<Record<Subject, readonly Batch[]>>
  /** Of each request in each round. */
  readonly steps: ReadonlyArray<readonly StepTimes[]>
  /** Bytes that one request writes to the log. */
  readonly logged: Readonly<Record<Subject, number>>
}

/**
 * What the gate's pipeline costs for a typical route, without a network: the upstream and the table of counters answer
 * from memory. Beside it, middy with its own middlewares and those of Powertools, which do less (see middy-peer.ts).
 */
export async function pipelineCost(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const environment = process.env as Record<string, string>
  try {
    await runChild(['--import', 'tsx', fileURLToPath(new URL('typical-app.ts', import.meta.url))], {
      ...environment,
      CDK_OUTDIR: folder,
      CDK_VALIDATION: 'false',
    })
    const script = join(folder, 'measure.mjs')
    await bundle(fileURLToPath(new URL('measure.ts', import.meta.url)), script)
    const task: Task = { gate: gateIn(folder) }
    const samples = (await runChild([script, JSON.stringify(task)], {
      ...environment,
      NODE_ENV: 'production',
    })) as Samples
    return {
      title: 'The pipeline of the second door, for 2 KB in and 4 KB out',
      baseline: 'middy with its own middlewares, doing less; steps, against the whole',
      figures: [...wholeFigures(samples), ...stepFigures(samples)],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Both pipelines as they would be deployed: what runs sources directly makes each function that a request makes dearer. */
async function bundle(entry: string, outfile: string): Promise<void> {
  // Nobody deploys what compiles the peer's schemas.
  const compilerOutside: Plugin = {
    name: 'compiler-outside',
    setup: ({ onResolve }) => {
      const path = import.meta.resolve('@middy/validator/transpile')
      onResolve({ filter: /^@middy\/validator\/transpile$/ }, () => ({ path, external: true }))
    },
  }
  const plugins = [...bundleSettings.plugins, compilerOutside]
  await build({ ...bundleSettings, entryPoints: [entry], outfile, plugins })
}

function gateIn(assembly: string): string {
  const found = readApp(assembly).functions.find(({ folder }) => {
    const path = join(folder, 'manifest.json')
    return existsSync(path) && JSON.parse(readFileSync(path, 'utf8')).gate === 'Orders'
  })
  if (!found) throw new Error('the app has no gate before its upstream')
  return found.folder
}

const timesOf = (batches: readonly Batch[]) => batches.flatMap(({ times }) => times)
const cpuOf = (batches: readonly Batch[]) => median(batches.map(({ cpu }) => cpu))

function wholeFigures({ whole, logged }: Samples): Figure[] {
  const rows = (name: Subject, goals: { readonly p50?: Goal; readonly ratio?: Goal } = {}) => {
    const row = (part: string, of: (batches: readonly Batch[]) => number, goal?: Goal) =>
      figure(`pipeline.${name}.${part}`, of(whole[name]), 'µs', { baseline: of(whole.middy), goal })
    return [
      row('p50', batches => median(timesOf(batches)), goals.p50),
      row('p99', batches => quantile(timesOf(batches), 0.99)),
      row('cpu', cpuOf, goals.ratio),
      figure(`pipeline.${name}.logged`, logged[name], 'bytes', { baseline: logged.middy }),
    ]
  }
  return [
    ...rows('ours', { p50: { of: 'value', atMost: 150 }, ratio: { of: 'ratio', atMost: 1 } }),
    ...rows('middy'),
  ]
}

function stepFigures({ steps, whole }: Samples): Figure[] {
  const requests = steps.flat()
  const all = median(timesOf(whole.ours))
  const mediansOf = (kind: keyof StepTimes) =>
    Object.keys(requests[0]?.[kind] ?? {}).map(
      name => [name, median(requests.map(times => times[kind][name] ?? 0))] as const,
    )
  const row =
    (kind: string) =>
    ([name, value]: readonly [string, number]) =>
      figure(`pipeline.${kind}.${name}.p50`, value, 'µs', { baseline: all })
  return [...mediansOf('steps').map(row('step')), ...mediansOf('parts').map(row('part'))]
}
