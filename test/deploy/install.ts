import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A Python that has moto. */
    python: string
  }
}

/** Installs moto once into node_modules/.cache, every package by its hash. Needs Python 3.10 or later with venv, and pip with an index. */
export default function setup(project: TestProject): void {
  const requirements = join(import.meta.dirname, 'emulator/requirements.txt')
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const cache = join(process.cwd(), 'node_modules/.cache/moto')
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
  project.provide('python', join(home, 'bin/python'))
}
