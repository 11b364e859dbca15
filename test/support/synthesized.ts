import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { readAppSettings, synthesize } from '../../local/synthesize.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The example's cloud assembly, synthesized once for all tests. */
    dealDesk: string
  }
}

/** Synthesizes the example once, as `sallyport dev` would: with the bundles of this very source. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = process.cwd()
  const outdir = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  await synthesize(readAppSettings(folder), { folder, outdir })
  project.provide('dealDesk', outdir)
  return () => rmSync(outdir, { recursive: true, force: true })
}
