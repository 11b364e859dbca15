import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readAppSettings, synthesize } from '../../local/synthesize.ts'
import { untilInterrupted } from '../interrupted.ts'

/** Synthesizes the app of this folder, hands the assembly to `read`, and leaves nothing behind. */
export async function synthesized<T>(app: string | undefined, read: (assembly: string) => T): Promise<T> {
  const folder = process.cwd()
  const settings = readAppSettings(folder, app)
  const interrupted = untilInterrupted()
  const outdir = mkdtempSync(join(tmpdir(), 'sallyport-'))
  try {
    await synthesize(settings, { folder, outdir, signal: interrupted.signal })
    return read(outdir)
  } finally {
    rmSync(outdir, { recursive: true, force: true })
    interrupted.dispose()
  }
}
