import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, globSync, rmSync } from 'node:fs'

// What is published: compiled library, CLI and local cloud, and the functions' bundles.
for (const folder of ['bin', 'contract', 'controls', 'lib', 'local'])
  rmSync(`dist/${folder}`, { recursive: true, force: true })
const run = (...command: [string, ...string[]]) =>
  execFileSync(command[0], command.slice(1), { stdio: 'inherit' })
run('tsc', '-p', 'tsconfig.build.json')
// Loaded as they are, by processes that run a user's function.
for (const file of globSync('local/**/*.mjs')) cpSync(file, `dist/${file}`)
chmodSync('dist/bin/sallyport.js', 0o755)
run('tsx', 'tools/build-functions.ts')
