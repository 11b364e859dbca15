import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * The same libraries, bundled with what `NodejsFunction` of the CDK passes to esbuild by default: one CommonJS file, no
 * minification. Returns the file of each.
 */
export async function bundleNaively(outdir: string) {
  const names = ['authorizer', 'gate', 'stub'] as const
  await build({
    entryPoints: names.map(name => fileURLToPath(new URL(`naive-${name}.ts`, import.meta.url))),
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    logLevel: 'warning',
  })
  return Object.fromEntries(names.map(name => [name, join(outdir, `naive-${name}.cjs`)])) as Record<
    (typeof names)[number],
    string
  >
}
