import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { auditSchema } from '../../contract/audit-event.ts'
import { installPython } from '../support/python.ts'

/** The class API Activity of one version of the schema. */
interface OcsfClass {
  /** JSON Schema, draft 2020-12. */
  readonly schema: Record<string, unknown>
  /** What each value of an enum is called, by attribute. */
  readonly captions: Readonly<Record<string, Readonly<Record<string, string>>>>
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** By version. */
    ocsfClasses: Readonly<Record<string, OcsfClass>>
  }
}

const versions = ['1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0', '1.7.0', '1.8.0']

export default function setup(project: TestProject): void {
  const folder = import.meta.dirname
  const python = installPython('ocsf', join(folder, 'requirements.txt'))
  const exported = execFileSync(python, [join(folder, 'export.py'), auditSchema.profile, ...versions], {
    encoding: 'utf8',
    maxBuffer: 50_000_000,
  })
  project.provide('ocsfClasses', JSON.parse(exported))
}
