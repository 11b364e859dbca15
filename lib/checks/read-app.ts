import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { IPolicyValidationContext } from 'aws-cdk-lib'
import { isRecord } from './template/intrinsics.ts'
import { type AssetFile, type ReadAsset, Templates } from './template/templates.ts'

/** Every template that was synthesized, nested ones too, which CDK does not list. */
export function readApp({ stackTemplates }: IPolicyValidationContext): Templates {
  return new Templates(
    stackTemplates.map(({ templatePath, stackConstructPath }) => ({
      path: templatePath,
      stackPath: stackConstructPath,
      content: jsonOf(templatePath),
    })),
    assetReader(),
  )
}

/** Finds files by what the stack's asset manifest says of where they will be uploaded. */
function assetReader(): ReadAsset {
  const manifests = new Map<string, ReadonlyMap<string, string>>()
  const filesOf = (template: string): ReadonlyMap<string, string> => {
    const known = manifests.get(template)
    if (known) return known
    const path = template.replace(/\.template\.json$/, '.assets.json')
    const files = existsSync(path) ? assetsIn(path) : new Map<string, string>()
    manifests.set(template, files)
    return files
  }
  return (location, beside) => {
    for (const [key, path] of filesOf(beside.outermost ?? beside.path)) {
      const isThere = location === key || location.endsWith(`/${key}`)
      const content = isThere ? jsonOf(path) : undefined
      if (content !== undefined) return { path, content } satisfies AssetFile
    }
    return undefined
  }
}

function assetsIn(manifest: string): ReadonlyMap<string, string> {
  const content = jsonOf(manifest)
  const files = isRecord(content) && isRecord(content.files) ? Object.values(content.files) : []
  return new Map(
    files.flatMap(file => {
      if (!isRecord(file) || !isRecord(file.source) || !isRecord(file.destinations)) return []
      const { path, packaging } = file.source
      if (typeof path !== 'string' || packaging !== 'file') return []
      return Object.values(file.destinations).flatMap(destination =>
        isRecord(destination) && typeof destination.objectKey === 'string' && destination.objectKey !== ''
          ? [[destination.objectKey, join(dirname(manifest), path)] as [string, string]]
          : [],
      )
    }),
  )
}

/** Undefined for what is no JSON. */
function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
