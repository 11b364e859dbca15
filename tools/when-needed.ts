import type { Plugin } from 'esbuild'

/**
 * Leaves a module out of a bundle and has it loaded, whole and at once, when one of its functions is first called. For what
 * most instances never need: a first door that lets everyone through writes no log. The module is bundled
 * as CommonJS beside the bundle, since only that can be loaded without waiting.
 *
 * @param functions all that the module exports, and nothing but functions
 */
export const whenNeeded = (module: RegExp, file: string, functions: readonly string[]): Plugin => ({
  name: 'when-needed',
  setup(build) {
    // Of its own: there are several of these in one bundle.
    const namespace = `when-needed-${file}`
    build.onResolve({ filter: module }, () => ({ path: file, namespace }))
    build.onLoad({ filter: /.*/, namespace }, () => ({
      contents: `
        let loaded
        const load = () => (loaded ??= process.getBuiltinModule('node:module').createRequire(import.meta.url)('./${file}'))
        ${functions.map(name => `export const ${name} = (...given) => load().${name}(...given)`).join('\n')}`,
    }))
  },
})
