import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { bundleSettings } from './bundle-settings.ts'

/**
 * Bundles the functions once, here, so that users need no bundler and deploy the very bytes that were tested.
 * Beside the bundles lies esbuild's metafile, from which the module rule is checked.
 */
const out = 'dist/functions'

const bundle = async (name: string, entryPoints: Record<string, string>) => {
  const { metafile, outputFiles } = await build({
    ...bundleSettings,
    entryPoints,
    outdir: `${out}/${name}`,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    // Only where something is loaded on demand: every further file takes time.
    splitting: name === 'gate',
    metafile: true,
    write: false,
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
