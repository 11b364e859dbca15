import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from './child-process.ts'
import { figure, type Report } from './figure.ts'
import { interleaved, median } from './statistics.ts'

const rounds = 3
const fewer = 10
const more = 50

/** How long the example takes to synthesize, as a whole process, and what a further route costs in what is deployed. */
export async function synth(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const run = async (outdir: string, environment: Record<string, string>, ...args: string[]) => {
    const startedAt = performance.now()
    await runChild(['--import', 'tsx', ...args], {
      ...(process.env as Record<string, string>),
      CDK_OUTDIR: join(folder, outdir),
      ...environment,
    })
    return (performance.now() - startedAt) / 1000
  }
  try {
    const samples = await interleaved(
      {
        validated: () => run('validated', { CDK_VALIDATION: 'true' }, 'bin/app.ts'),
        unvalidated: () => run('unvalidated', { CDK_VALIDATION: 'false' }, 'bin/app.ts'),
      },
      rounds,
    )
    const bytesOf = async (routes: number) => {
      const outdir = `routes-${routes}`
      await run(outdir, { CDK_VALIDATION: 'false' }, 'bench/many-routes.ts', String(routes))
      return deployedBytes(join(folder, outdir))
    }
    const small = await bytesOf(fewer)
    const large = await bytesOf(more)
    return {
      title: 'Synthesis',
      baseline: 'the same without validation of the template',
      figures: [
        figure('synth.example', median(samples.validated), 's', { baseline: median(samples.unvalidated) }),
        figure('synth.bytes-per-route', (large - small) / (more - fewer), 'bytes'),
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Bytes of templates and OpenAPI documents: what CloudFormation and API Gateway have limits for. */
const deployedBytes = (outdir: string): number =>
  readdirSync(outdir)
    .filter(name => name.endsWith('.template.json') || name.endsWith('.openapi.json'))
    .reduce((sum, name) => sum + statSync(join(outdir, name)).size, 0)
