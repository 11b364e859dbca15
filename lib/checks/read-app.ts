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
    const path = filesOf(beside.outermost ?? beside.path).get(placeIn(location))
    const content = path === undefined ? undefined : jsonOf(path)
    return path === undefined || content === undefined ? undefined : ({ path, content } satisfies AssetFile)
  }
}

/** `bucket/key`, of all ways to write where something lies in S3: a file of the same key in another bucket is another file. */
function placeIn(location: string): string {
  const [, rest = location] = /^(?:s3:\/\/|https:\/\/)(.*)$/.exec(location) ?? []
  const [, bucket, key] = /^([^/]+)\.s3[.-][^/]*\/(.*)$/.exec(rest) ?? []
  if (bucket !== undefined && !location.startsWith('s3:')) return `${bucket}/${key}`
  return location.startsWith('https:') ? rest.replace(/^s3[.-][^/]*\//, '') : rest
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
        isRecord(destination) &&
        typeof destination.bucketName === 'string' &&
        typeof destination.objectKey === 'string'
          ? [
              [`${destination.bucketName}/${destination.objectKey}`, join(dirname(manifest), path)] as [
                string,
                string,
              ],
            ]
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
