import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { build, type Metafile } from 'esbuild'

/**
 * Bundles the functions once, here, so that users need no bundler and deploy the very bytes that were tested.
 * Beside each bundle lies esbuild's metafile, from which the module rule is checked.
 */
const out = 'dist/functions'

const bundle = async (name: string, entryPoints: Record<string, string>) => {
  const { metafile } = await build({
    entryPoints,
    outdir: `${out}/${name}`,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    // Stack traces name functions in logs; positions in a minified line would not.
    keepNames: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // undici is CommonJS, and asks for Node's own modules by require.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    metafile: true,
    logLevel: 'warning',
  })
  return [name, metafile] as const
}

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const metafiles: Record<string, Metafile> = Object.fromEntries(
  await Promise.all([
    bundle('authorizer', { index: 'functions/authorizer/handler.ts' }),
    bundle('gate', {
      index: 'functions/gate/handler.ts',
      'validation-runtime': 'functions/gate/inputs/validation-runtime.ts',
    }),
  ]),
)
writeFileSync(`${out}/metafile.json`, JSON.stringify(metafiles))
