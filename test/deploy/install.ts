import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { installPython } from '../support/python.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A Python that has moto. */
    python: string
  }
}

export default function setup(project: TestProject): void {
  project.provide('python', installPython('moto', join(import.meta.dirname, 'emulator/requirements.txt')))
}
