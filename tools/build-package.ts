import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// What is published: compiled library, CLI and local cloud, and the functions' bundles.
for (const folder of ['audit', 'bin', 'contract', 'controls', 'lib', 'local'])
  rmSync(`dist/${folder}`, { recursive: true, force: true })
const run = (...command: [string, ...string[]]) =>
  execFileSync(command[0], command.slice(1), { stdio: 'inherit' })
run('tsc', '-p', 'tsconfig.build.json')
emitMiddlewareTypes()
// Loaded as they are, by processes that run a user's function.
for (const file of globSync('local/**/*.mjs')) cpSync(file, `dist/${file}`)
// Served as they are, to a browser.
for (const file of globSync('local/page/browser/*.{html,css,js,svg}')) cpSync(file, `dist/${file}`)
chmodSync('dist/bin/sallyport.js', 0o755)
run('tsx', 'tools/build-functions.ts')

/** The types of `sallyport/middleware`, which speak of contract/ alone: those of what it is made of are nobody's business. */
function emitMiddlewareTypes(): void {
  const out = mkdtempSync(join(tmpdir(), 'sallyport-types-'))
  run('tsc', '-p', 'tsconfig.middleware.json', '--outDir', out)
  rmSync('dist/functions/middleware', { recursive: true, force: true })
  cpSync(join(out, 'functions/middleware/index.d.ts'), 'dist/functions/middleware/index.d.ts')
  rmSync(out, { recursive: true })
}
