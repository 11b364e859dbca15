import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { readAppSettings, synthesize } from '../../local/synthesize.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The example's cloud assembly, synthesized once for all tests. */
    dealDesk: string
    /** A folder for what Node has compiled, of sources that many processes of a run load. */
    compiled: string
  }
}

/** Synthesizes the example once, as `sallyport dev` would: with the bundles of this very source. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = process.cwd()
  const [outdir, compiled] = [temporaryFolder(), temporaryFolder()]
  await synthesize(readAppSettings(folder), { folder, outdir })
  project.provide('dealDesk', outdir)
  project.provide('compiled', compiled)
  return () => {
    for (const made of [outdir, compiled]) rmSync(made, { recursive: true, force: true })
  }
}

const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'sallyport-test-'))
