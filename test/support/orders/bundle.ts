import { join } from 'node:path'
import { build, type Format } from 'esbuild'

/** The function as `NodejsFunction` would bundle it, in a folder to be its code. Its door is the one that is published. */
export async function bundleFunction(
  folder: string,
  format: Extract<Format, 'cjs' | 'esm'>,
  source: 'function.ts' | 'served.ts' = 'function.ts',
): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, source)],
    outfile: join(folder, format === 'cjs' ? 'index.js' : 'index.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format,
    alias: { 'sallyport/middleware': './dist/middleware/index.mjs' },
    // In CommonJS sloppy mode, as of an author without a strict tsconfig: there an assignment that cannot be made fails silently.
    tsconfigRaw: '{}',
    logLevel: 'warning',
  })
}
