import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UnsupportedTemplateError } from '../unsupported.ts'
import { type Environment, readEnvironment } from './home.ts'

/** One stack of a synthesized app. */
export interface Stack {
  readonly name: string
  readonly template: Template
  readonly environment: Environment
  /** Object key of an asset → the folder or file it was made from. */
  readonly assets: ReadonlyMap<string, string>
}

export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >
  readonly [section: string]: unknown
}

export interface Resource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly [attribute: string]: unknown
}

interface Artifact {
  readonly type: string
  readonly displayName?: string
  readonly environment?: string
  readonly properties?: {
    readonly templateFile?: string
    readonly file?: string
    readonly stackName?: string
  }
}

// Sections that every stack of the default synthesizer has: they ask which bootstrap version an account has.
const sections = [
  'Resources',
  'Outputs',
  'Parameters',
  'Rules',
  'Description',
  'Metadata',
  'AWSTemplateFormatVersion',
]

/**
 * Reads a cloud assembly (`cdk.out`). Throws an `UnsupportedTemplateError` for nested assemblies (CDK stages) and for
 * template sections that would need CloudFormation itself.
 */
export function readAssembly(folder: string): Stack[] {
  return stackArtifacts(folder).map(artifact => readStack(folder, artifact))
}

/** The folders that the assets of a cloud assembly were made from, whatever its templates say. Throws for nested assemblies as well. */
export function readAssetFolders(folder: string): string[] {
  const folders = stackArtifacts(folder).flatMap(({ id }) => [...readAssets(folder, id).values()])
  return [...new Set(folders)]
}

interface StackArtifact {
  readonly id: string
  readonly stackName: string
  readonly templateFile: string
  readonly environment: string | undefined
}

function stackArtifacts(folder: string): StackArtifact[] {
  const manifest = readJson(join(folder, 'manifest.json')) as { artifacts?: Record<string, Artifact> }
  const artifacts = Object.entries(manifest.artifacts ?? {})
  const nested = artifacts.find(([, { type }]) => type === 'cdk:cloud-assembly')
  if (nested) {
    throw new UnsupportedTemplateError(
      nested[0],
      'is a stage; the local cloud runs the stacks of one app without stages',
    )
  }
  return artifacts.flatMap(([id, { type, properties, environment }]) =>
    type === 'aws:cloudformation:stack' && properties?.templateFile
      ? [{ id, stackName: properties.stackName ?? id, templateFile: properties.templateFile, environment }]
      : [],
  )
}

function readStack(folder: string, artifact: StackArtifact): Stack {
  const { id, stackName: name, templateFile, environment } = artifact
  const template = readJson(join(folder, templateFile)) as Template
  const unknown = Object.keys(template).find(section => !sections.includes(section))
  const parameters = Object.keys((template.Parameters as object | undefined) ?? {})
  const parameter = parameters.find(key => key !== 'BootstrapVersion')
  if (unknown || parameter) {
    const what = parameter ? `Parameters.${parameter}` : unknown
    throw new UnsupportedTemplateError(
      name,
      `${what} is not supported; decide such things when the app is synthesized`,
    )
  }
  return { name, template, environment: readEnvironment(environment), assets: readAssets(folder, id) }
}

function readAssets(folder: string, id: string): Map<string, string> {
  const path = join(folder, `${id}.assets.json`)
  if (!existsSync(path)) return new Map()
  const { files = {} } = readJson(path) as {
    files?: Record<string, { source: { path?: string }; destinations: Record<string, { objectKey: string }> }>
  }
  return new Map(
    Object.values(files).flatMap(({ source, destinations }) =>
      source.path === undefined
        ? []
        : Object.values(destinations).map(
            ({ objectKey }) => [objectKey, join(folder, source.path as string)] as const,
          ),
    ),
  )
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
