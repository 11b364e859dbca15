import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { readApp } from '../../local/template/app.ts'
import { bundleSettings } from '../../tools/bundle-settings.ts'
import { runChild } from '../child-process.ts'

/** What a measuring process is told: the folder of the gate's code. */
export interface Task {
  readonly gate: string
}

/** Runs a script beside the typical app, synthesized, and gives what it measured. */
export async function measuredBy(script: URL, how: { readonly intoPipe?: boolean } = {}): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const environment = process.env as Record<string, string>
  try {
    await runChild(['--import', 'tsx', fileURLToPath(new URL('typical-app.ts', import.meta.url))], {
      ...environment,
      CDK_OUTDIR: folder,
      CDK_VALIDATION: 'false',
    })
    const bundled = join(folder, 'measure.mjs')
    await bundle(fileURLToPath(script), bundled)
    const task: Task = { gate: gateIn(folder) }
    return await runChild([bundled, JSON.stringify(task)], { ...environment, NODE_ENV: 'production' }, how)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As it would be deployed: what runs sources directly makes each function that a request makes dearer. */
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
