import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the suite's files for draft 2020-12. */
    jsonSchemaSuite: string
  }
}

// No package of npm holds the suite without fetching it from elsewhere; the source of PyPI's `jsonschema` does.
const name = 'jsonschema-4.23.0'
const sha256 = 'd71497fef26351a33265337fa77ffeb82423f3ea21283cd9467bb03999266bc4'

/** Fetches the suite once into node_modules/.cache. Fails where there is neither that nor pip with a network. */
export default function setup(project: TestProject): void {
  const cache = join(process.cwd(), 'node_modules/.cache/json-schema-suite')
  const archive = join(cache, `${name}.tar.gz`)
  mkdirSync(cache, { recursive: true })
  if (!existsSync(archive)) {
    const [pip, ...how] = ['python3', '-m', 'pip', 'download', '--quiet', '--no-deps', '--no-binary', ':all:']
    execFileSync(pip as string, [...how, '--dest', cache, name.replace('-', '==')], { stdio: 'inherit' })
  }
  const found = createHash('sha256').update(readFileSync(archive)).digest('hex')
  if (found !== sha256) throw new Error(`${archive} is not what was reviewed: ${found}`)
  const folder = `${name}/json/tests/draft2020-12`
  execFileSync('tar', ['-xzf', archive, '-C', cache, folder])
  project.provide('jsonSchemaSuite', join(cache, folder))
}
