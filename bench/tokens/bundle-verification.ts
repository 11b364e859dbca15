import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundleSettings } from '../../tools/bundle-settings.ts'

/**
 * The first door's verification, bundled as the door itself is: what is measured is what is deployed. Returns the file.
 */
export async function bundleVerification(outdir: string): Promise<string> {
  await build({
    ...bundleSettings,
    entryPoints: { verification: fileURLToPath(new URL('verification.ts', import.meta.url)) },
    outdir,
    outExtension: { '.js': '.mjs' },
  })
  return join(outdir, 'verification.mjs')
}
