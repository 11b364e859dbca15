import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A Python that has these packages, each by its hash: installed once into node_modules/.cache. Needs Python 3.10 or later with venv, and pip
 * with an index.
 *
 * @param cacheName folder of the cache
 * @param requirements file of pip's, with hashes
 * @returns path of the interpreter
 */
export function installPython(cacheName: string, requirements: string): string {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const cache = join(process.cwd(), 'node_modules/.cache', cacheName)
  const home = join(cache, hash)
  if (!existsSync(home)) {
    mkdirSync(cache, { recursive: true })
    // A half installed one must not be taken for a whole one. Python finds its packages wherever the folder is.
    const draft = `${home}.${process.pid}`
    try {
      execFileSync('python3', ['-m', 'venv', draft], { stdio: 'inherit' })
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes']
      execFileSync(join(draft, 'bin/python'), [...pip, '-r', requirements], { stdio: 'inherit' })
      renameSync(draft, home)
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
  }
  return join(home, 'bin/python')
}
