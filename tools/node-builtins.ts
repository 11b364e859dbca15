import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { relative } from 'node:path'
import type { Plugin } from 'esbuild'

/**
 * Node's own modules, taken as `require` takes them. An ES module's `import` of one reads every export of it first, and
 * some of those are getters that load more: `node:http` has `WebSocket`, which loads Node's own copy of undici (30 ms),
 * `node:fs` has `promises`, `node:crypto` has `webcrypto`.
 */
export const nodeBuiltins: Plugin = {
  name: 'node-builtins',
  setup(build) {
    build.onResolve({ filter: /^[a-z]/ }, ({ path, importer }) => {
      if (!isBuiltin(path)) return undefined
      const module = path.startsWith('node:') ? path : `node:${path}`
      const exception = exceptions.find(
        candidate =>
          candidate.module === module && importer.replaceAll('\\', '/').includes(candidate.importer),
      )
      // One for each importer: one for all would become a file of its own wherever bundles are split.
      return {
        path: `${module} of ${relative(process.cwd(), importer)}`,
        pluginData: { module, importer },
        namespace: exception?.taken ?? 'node-builtin',
      }
    })
    build.onLoad({ filter: /.*/, namespace: 'node-builtin' }, ({ pluginData: { module } }) => ({
      contents: `module.exports = ${load(module)}`,
    }))
    build.onLoad(
      { filter: /.*/, namespace: 'node-builtin-on-first-use' },
      ({ pluginData: { module, importer } }) => ({
        contents: `let loaded
        for (const name of ${JSON.stringify(namesTaken(module, importer))})
          Object.defineProperty(exports, name, { enumerable: true, get: () => (loaded ??= ${load(module)})[name] })`,
      }),
    )
    build.onLoad({ filter: /.*/, namespace: 'node-builtin-left-out' }, ({ pluginData: { module } }) => ({
      contents: `throw new Error(${JSON.stringify(`${module} is left out of this bundle`)})`,
    }))
  },
}

// https://nodejs.org/api/process.html#processgetbuiltinmoduleid (since Node 22.3)
const load = (module: string) => `process.getBuiltinModule(${JSON.stringify(module)})`

/** The names that a file imports from a module; all of them where it takes the module whole. To define a hundred takes a third of a millisecond. */
function namesTaken(module: string, importer: string): string[] {
  const from = new RegExp(
    `import\\s*\\{([^}]*)\\}\\s*from\\s*['"](?:node:)?${module.slice('node:'.length)}['"]`,
  )
  const [, list] = from.exec(readFileSync(importer, 'utf8')) ?? []
  const named = list?.split(',').map(name => name.trim().split(/\s+as\s+/)[0] ?? '')
  return named?.filter(Boolean) ?? Object.keys(process.getBuiltinModule(module) ?? {})
}

/** Who takes from a module only what is rarely or never needed here. */
const exceptions = [
  // A random number for sampled logs; no sample rate is set. Tokens and signatures use Web Crypto or import it themselves.
  { importer: '@aws-lambda-powertools/logger/', module: 'node:crypto', taken: 'node-builtin-on-first-use' },
  // Made with the logger and the metrics themselves, when there is something to say.
  { importer: '@aws-lambda-powertools/', module: 'node:console', taken: 'node-builtin-on-first-use' },
  // Streamed responses; those of a gate are whole.
  { importer: '@middy/core/', module: 'node:stream', taken: 'node-builtin-on-first-use' },
  { importer: '@middy/core/', module: 'node:stream/promises', taken: 'node-builtin-on-first-use' },
  { importer: '@middy/core/', module: 'node:stream/web', taken: 'node-builtin-on-first-use' },
  // With the first token; Web Crypto, which keys are read with, loads most of it anyway.
  { importer: 'authorizer/verified-tokens.ts', module: 'node:crypto', taken: 'node-builtin-on-first-use' },
  // With the first event of an audit trail.
  { importer: 'runtime/audit.ts', module: 'node:crypto', taken: 'node-builtin-on-first-use' },
  { importer: 'runtime/audit.ts', module: 'node:net', taken: 'node-builtin-on-first-use' },
  // With the first address that is compared: the first door's proxies, when it first refuses.
  { importer: 'contract/address-range.ts', module: 'node:net', taken: 'node-builtin-on-first-use' },
  // A certificate's thumbprint, for the first rule that asks for one.
  { importer: 'gate/inputs/certificate.ts', module: 'node:crypto', taken: 'node-builtin-on-first-use' },
  // The status phrases, once there is a refusal to word.
  { importer: 'contract/problem.ts', module: 'node:http', taken: 'node-builtin-on-first-use' },
  // Upstreams are called over HTTP/1.1 (`allowH2` is off); undici does without when it cannot be had.
  { importer: 'undici/lib/dispatcher/client-h2.js', module: 'node:http2', taken: 'node-builtin-left-out' },
]
