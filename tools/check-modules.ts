import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'

/**
 * The one rule of the tree (docs/architecture.md): synth time knows run time only as prebuilt bundles, run time does not
 * know synth time at all, both know the contract, the local cloud knows only what was synthesized, controls know only the
 * state table, and what verifies a trail only what is delivered. Its loss would be invisible, so it is checked twice: in what the sources import, and in what the bundles hold.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  functions: ['contract'],
  lib: ['contract'],
  local: ['contract'],
  controls: ['contract'],
  audit: ['contract'],
  bin: ['local', 'controls', 'audit', 'examples'],
  examples: ['bin'],
}

/**
 * Whoever may write controls, or verify a trail, need have nothing else of this package's: a responder's function carries them along. Checks are for apps
 * without these constructs, too, and load nothing that those need.
 */
const packagesOf: Readonly<Record<string, readonly string[]>> = {
  controls: ['@aws-sdk/client-dynamodb'],
  audit: ['@aws-sdk/client-s3'],
  'lib/checks': ['aws-cdk-lib', 'constructs'],
}

/** Packages that must not be in a bundle, with the reason. */
const forbidden: ReadonlyArray<{ bundle: string; package: RegExp; reason: string }> = [
  { bundle: 'authorizer', package: /^@aws-sdk\//, reason: 'the first door calls no AWS service' },
  { bundle: 'authorizer', package: /^undici$/, reason: 'the first door calls no upstream' },
  { bundle: 'middleware', package: /^undici$/, reason: 'a door inside a function calls no upstream' },
  { bundle: '', package: /^(?:aws-cdk-lib|constructs)$/, reason: 'run time does not know synth time' },
  { bundle: '', package: /^ajv$/, reason: 'schemas are compiled at synth' },
]
// Small helpers of Ajv that compiled validators call; they compile nothing.
const tolerated =
  /^node_modules\/ajv\/dist\/runtime\/|^node_modules\/ajv\/node_modules\/|^node_modules\/fast-deep-equal\//

const problems = [...sourceProblems(), ...packageProblems(), ...bundleProblems()]
for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'modules: the rule holds' : `modules: ${problems.length} breaches`)
process.exitCode = problems.length === 0 ? 0 : 1

function sourceProblems(): string[] {
  return Object.keys(mayImport).flatMap(folder =>
    globSync(`${folder}/**/*.{ts,mjs}`).flatMap(file =>
      importsOf(file)
        .map(target => ({ target, to: target.split('/')[0] as string }))
        .filter(({ to }) => to !== folder && !mayImport[folder]?.includes(to))
        .map(
          ({ target }) =>
            `${file} imports ${target}; ${folder}/ may import ${[folder, ...(mayImport[folder] ?? [])].join(', ')}`,
        ),
    ),
  )
}

function packageProblems(): string[] {
  return Object.entries(packagesOf).flatMap(([folder, allowed]) =>
    globSync(`${folder}/**/*.ts`).flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^.'][^']*)'/g)]
        .map(match => match[1] as string)
        .filter(name => !name.startsWith('node:') && !allowed.includes(name))
        .map(name => `${file} imports ${name}; ${folder}/ may import ${allowed.join(', ')}`),
    ),
  )
}

/** Relative imports of a file, types and dynamic ones included, from the root of the repository. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(match =>
    join(dirname(file), match[1] as string),
  )
}

function bundleProblems(): string[] {
  const metafiles = JSON.parse(readFileSync('dist/functions/metafile.json', 'utf8')) as Record<
    string,
    Metafile
  >
  return Object.entries(metafiles).flatMap(([bundle, { inputs }]) =>
    Object.keys(inputs).flatMap(input => {
      // Node's own modules, see tools/node-builtins.ts; and what is loaded later, see tools/when-needed.ts.
      if (/^(?:node-builtin|when-needed)/.test(input)) return []
      const owner = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]
      if (owner === undefined) {
        return /^(?:functions|contract)\//.test(input) ? [] : [`bundle ${bundle} holds ${input}`]
      }
      if (tolerated.test(input)) return []
      return forbidden
        .filter(rule => bundle.startsWith(rule.bundle) && rule.package.test(owner))
        .map(rule => `bundle ${bundle} holds ${input}: ${rule.reason}`)
    }),
  )
}
