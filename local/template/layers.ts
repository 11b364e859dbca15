import { readdirSync, statSync } from 'node:fs'
import { UnsupportedTemplateError } from '../unsupported.ts'
import type { Placed } from './app.ts'

export interface LocalLayer {
  readonly arn: string
  readonly folder: string
}

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const mostLayers = 5

/** A layer from a folder of this app that holds packages for Node.js, and nothing else. */
export function readLayer({ path, ref, properties, assets }: Placed): LocalLayer {
  const { S3Key } = (properties.Content ?? {}) as { S3Key?: string }
  const folder = S3Key === undefined ? undefined : assets.get(S3Key)
  if (folder === undefined || !statSync(folder).isDirectory()) {
    throw new UnsupportedTemplateError(
      path,
      'the layer is not made from a folder of this app; the local cloud has no other\n' +
        '  fix: put its content into a folder of its own and use lambda.Code.fromAsset(folder)',
    )
  }
  const other = readdirSync(folder).find(name => name !== 'nodejs')
  if (other !== undefined) {
    throw new UnsupportedTemplateError(
      path,
      `the layer holds ${other}, which would lie in /opt; here there is no /opt, and layers are for nodejs/node_modules`,
    )
  }
  return { arn: ref, folder }
}

/** The folders of a function's layers. */
export function layersOf(at: string, given: unknown, known: readonly LocalLayer[]): string[] {
  const arns = [given ?? []].flat().map(String)
  if (arns.length > mostLayers) {
    throw new UnsupportedTemplateError(at, `${arns.length} layers; Lambda takes ${mostLayers} at the most`)
  }
  return arns.map(arn => {
    const found = known.find(layer => layer.arn === arn)
    if (found) return found.folder
    throw new UnsupportedTemplateError(at, `${arn} is no layer of this app; the local cloud has no other`)
  })
}
