import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { nodeBuiltins } from './node-builtins.ts'

/**
 * Bundles the functions once, here, so that users need no bundler and deploy the very bytes that were tested.
 * Beside the bundles lies esbuild's metafile, from which the module rule is checked.
 */
const out = 'dist/functions'

const bundle = async (name: string, entryPoints: Record<string, string>) => {
  const { metafile, outputFiles } = await build({
    entryPoints,
    outdir: `${out}/${name}`,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    bundle: true,
    // Only where something is loaded on demand: every further file takes time.
    splitting: name === 'gate',
    minify: true,
    // Stack traces name functions in logs; positions in a minified line would not.
    keepNames: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    plugins: [nodeBuiltins],
    // Places to look for credentials that a function has no business with, and the time to load them.
    alias: { '@aws-sdk/credential-provider-node': './functions/runtime/no-credential-chain.ts' },
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  update(`${out}/${name}`, new Map(outputFiles.map(file => [basename(file.path), file.text])))
  return [name, metafile] as const
}

/** Writes what differs, and removes what is no longer made: an app being synthesized meanwhile finds whole files. */
function update(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of files) {
    const path = join(folder, name)
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
  }
  for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(join(folder, name))
}

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
