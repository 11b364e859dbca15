import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from '../child-process.ts'
import { type Figure, figure, type Report } from '../figure.ts'
import { interleaved } from '../statistics.ts'

const rounds = 3
const sizes = [1, 10, 50, 250]
const apps = { ours: 'bench/synth/many-routes.ts', plain: 'bench/synth/plain-routes.ts' }

/**
 * How long apps of so many routes take to synthesize, each as a whole process, with the CDK's validation as users have it; what
 * their templates are, and beside each the same routes written with the CDK's `RestApi`.
 */
export async function synth(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const measure = (name: string, ...args: string[]) => [name, () => run(join(folder, name), args)] as const
  try {
    const subjects = sizes.flatMap(routes =>
      Object.entries(apps).map(([app, file]) => measure(`${app}-${routes}`, file, String(routes))),
    )
    const samples = await interleaved(
      Object.fromEntries([measure('example', 'bin/app.ts'), ...subjects]),
      rounds,
    )
    // Of a whole process whatever else the machine does can only add to it.
    const seconds = (name: string) => Math.min(...(samples[name] ?? []))
    const ours = new Map(sizes.map(routes => [routes, readTemplate(join(folder, `ours-${routes}`))]))
    const [smallest = 0, few = 0] = sizes
    const most = sizes.at(-1) ?? 0
    return {
      title: 'Synthesis',
      baseline:
        'the same routes with the CDK’s RestApi, which checks nothing of them, and to one route alone',
      figures: [
        figure('synth.example', seconds('example'), 's'),
        ...sizes.flatMap((routes): Figure[] => {
          const plain = readTemplate(join(folder, `plain-${routes}`))
          const { bytes, resources } = ours.get(routes) ?? plain
          return [
            figure(`synth.routes-${routes}`, seconds(`ours-${routes}`), 's', {
              baseline: seconds(`plain-${routes}`),
            }),
            figure(`synth.template-${routes}`, bytes, 'bytes', { baseline: plain.bytes }),
            figure(`synth.resources-${routes}`, resources, 'units', { baseline: plain.resources }),
          ]
        }),
        figure(`synth.routes-${most}-to-${smallest}`, seconds(`ours-${most}`), 's', {
          baseline: seconds(`ours-${smallest}`),
          goal: { of: 'ratio', atMost: 1.5 },
        }),
        figure(
          'synth.bytes-per-route',
          ((ours.get(most)?.bytes ?? 0) - (ours.get(few)?.bytes ?? 0)) / (most - few),
          'bytes',
          { goal: { of: 'value', atMost: 2000 } },
        ),
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Seconds from the start of a process to its end. */
async function run(outdir: string, args: readonly string[]): Promise<number> {
  const startedAt = performance.now()
  await runChild(['--import', 'tsx', ...args], {
    ...(process.env as Record<string, string>),
    CDK_OUTDIR: outdir,
    CDK_VALIDATION: 'true',
  })
  return (performance.now() - startedAt) / 1000
}

/** The template of an app with one stack, as the CDK writes it. */
function readTemplate(outdir: string): { readonly bytes: number; readonly resources: number } {
  const name = readdirSync(outdir).find(file => file.endsWith('.template.json')) ?? ''
  const file = join(outdir, name)
  const { Resources } = JSON.parse(readFileSync(file, 'utf8')) as { Resources: object }
  return { bytes: statSync(file).size, resources: Object.keys(Resources).length }
}
