import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'

/** The name of the one stack of {@link Assemblies.synthesize}. */
export const stackName = 'Small'

export interface Template {
  Resources: Record<
    string,
    { Type: string; Properties?: Record<string, unknown>; [attribute: string]: unknown }
  >
  [section: string]: unknown
}

export interface Assemblies {
  readonly folder: string
  /** Synthesizes a small app of one stack; returns its cloud assembly. */
  readonly synthesize: (build: (stack: Stack, app: App) => void) => string
  /** A copy of an assembly, with one stack's template changed. */
  readonly patch: (assembly: string, stack: string, change: (template: Template) => void) => string
  readonly remove: () => void
}

/** Cloud assemblies of one test, in a folder of its own. */
export function createAssemblies(): Assemblies {
  const folder = mkdtempSync(join(tmpdir(), 'assemblies-'))
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'))
  let count = 0
  const next = () => {
    count += 1
    const path = join(folder, String(count))
    mkdirSync(path)
    return path
  }
  return {
    folder,
    synthesize(build) {
      const outdir = next()
      const app = new App({ outdir, context, analyticsReporting: false })
      build(new Stack(app, stackName), app)
      app.synth()
      return outdir
    },
    patch(assembly, stack, change) {
      const copy = next()
      cpSync(assembly, copy, { recursive: true })
      const path = join(copy, `${stack}.template.json`)
      const template = JSON.parse(readFileSync(path, 'utf8')) as Template
      change(template)
      writeFileSync(path, JSON.stringify(template))
      return copy
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The logical ids of a template's resources of one type. */
export const idsOf = ({ Resources }: Template, type: string): string[] =>
  Object.entries(Resources).flatMap(([id, resource]) => (resource.Type === type ? [id] : []))
