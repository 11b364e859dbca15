import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { bundleSettings } from './bundle-settings.ts'
import { whenNeeded } from './when-needed.ts'

/**
 * Bundles the functions once, here, so that users need no bundler and deploy the very bytes that were tested.
 * Beside the bundles lies esbuild's metafile, from which the module rule is checked.
 */
const out = 'dist/functions'

const bundle = async (name: string, ...parts: readonly BuildOptions[]) => bundleTo(`${out}/${name}`, parts)

const bundleTo = async (folder: string, parts: readonly BuildOptions[]) => {
  const built = await Promise.all(
    parts.map(part =>
      build({
        ...bundleSettings,
        outdir: folder,
        outExtension: { '.js': '.mjs' },
        chunkNames: 'chunk-[hash]',
        ...part,
        plugins: [...(part.plugins ?? []), ...bundleSettings.plugins],
        metafile: true,
        write: false,
      }),
    ),
  )
  const files = built.flatMap(({ outputFiles }) => outputFiles ?? [])
  update(folder, new Map(files.map(file => [basename(file.path), file.text])))
  const metafile: Metafile = {
    inputs: Object.assign({}, ...built.map(each => each.metafile.inputs)),
    outputs: Object.assign({}, ...built.map(each => each.metafile.outputs)),
  }
  return [basename(folder), metafile] as const
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
    bundle(
      'authorizer',
      {
        entryPoints: { index: 'functions/authorizer/handler.ts' },
        plugins: [
          whenNeeded(/\/powertools-logger\.ts$/, 'powertools-logger.cjs', ['createLogger']),
          whenNeeded(/\/powertools-metrics\.ts$/, 'powertools-metrics.cjs', ['createMetrics']),
        ],
      },
      {
        entryPoints: {
          'powertools-logger': 'functions/runtime/powertools-logger.ts',
          'powertools-metrics': 'functions/runtime/powertools-metrics.ts',
        },
        format: 'cjs',
        outExtension: { '.js': '.cjs' },
      },
    ),
    bundle('gate', {
      entryPoints: {
        index: 'functions/gate/handler.ts',
        'validation-runtime': 'functions/gate/inputs/validation-runtime.ts',
      },
      // Only where something is loaded on demand: every further file takes time.
      splitting: true,
    }),
    // What the validators of a function with a door of its own call: they lie in a layer, where no gate is.
    bundle('policy', {
      entryPoints: { 'validation-runtime': 'functions/gate/inputs/validation-runtime.ts' },
    }),
    // Not deployed by itself: users bundle it with their own functions.
    bundleTo('dist/middleware', [
      { entryPoints: { index: 'functions/middleware/index.ts' }, splitting: true },
    ]),
  ]),
)
writeFileSync(`${out}/metafile.json`, JSON.stringify(metafiles))
