import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type FileAssetLocation, FileAssetPackaging, type Stack, Stage } from 'aws-cdk-lib'

/** Writes a value as an asset of a stack, named by its content. It must hold nothing that is known only at deploy. */
export function stageJson(stack: Stack, value: unknown): FileAssetLocation {
  const text = JSON.stringify(value)
  const sourceHash = createHash('sha256').update(text).digest('hex')
  const assembly = Stage.of(stack)
  if (!assembly) throw new Error('an API is declared inside an App')
  const file = join(assembly.assetOutdir, `asset.${sourceHash}.json`)
  writeFileSync(file, text)
  return stack.synthesizer.addFileAsset({
    sourceHash,
    packaging: FileAssetPackaging.FILE,
    fileName: relative(assembly.outdir, file),
  })
}
