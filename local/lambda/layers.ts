import { cpSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What stands for `/opt` of a function: its layers, unpacked in their order into one folder, of which the later ones overwrite
 * the earlier (https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html). One alone is used where it is.
 */
export function mergeLayers(layers: readonly string[], scratch: string): string {
  const [only, ...others] = layers
  if (only !== undefined && others.length === 0) return only
  const folder = mkdtempSync(join(scratch, 'layers-'))
  for (const layer of layers) cpSync(layer, folder, { recursive: true })
  return folder
}
