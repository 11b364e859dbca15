import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { nodeBuiltins } from '../../tools/node-builtins.ts'

/**
 * The first door's verification, bundled as tools/build-functions.ts bundles the door: what is measured is what is
 * deployed, also in what `keepNames` costs wherever a function is made. Returns the file.
 */
export async function bundleVerification(outdir: string): Promise<string> {
  await build({
    entryPoints: { verification: fileURLToPath(new URL('verification.ts', import.meta.url)) },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    keepNames: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    plugins: [nodeBuiltins],
    logLevel: 'warning',
  })
  return join(outdir, 'verification.mjs')
}
