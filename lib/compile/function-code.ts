import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FileAssetPackaging, Lazy, Stack, Stage } from 'aws-cdk-lib'
import { Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { DeclarationError } from '../declare/declaration-error.ts'

/** Of `policy` there is no function: what its layer needs beside the generated files. */
export type BundleName = 'authorizer' | 'gate' | 'policy'

/**
 * A prebuilt bundle with generated files beside it, as the code of a function or a layer. The files are made when the template
 * is, since routes are still being added when it is constructed; so its hash is the fingerprint of the whole policy.
 */
export class PolicyCode extends Code {
  readonly isInline = false
  readonly #bundle: string
  readonly #generate: () => Readonly<Record<string, string>>
  readonly #below: string

  /** @param below the folder of the asset in which all of it lies */
  constructor(name: BundleName, generate: () => Readonly<Record<string, string>>, below = '') {
    super()
    this.#bundle = bundleOf(name)
    this.#generate = generate
    this.#below = below
  }

  override bind(scope: Construct): CodeConfig {
    const stack = Stack.of(scope)
    let location: { bucketName: string; objectKey: string } | undefined
    const stage = () => (location ??= this.#stage(stack))
    return {
      s3Location: {
        bucketName: Lazy.string({ produce: () => stage().bucketName }),
        objectKey: Lazy.string({ produce: () => stage().objectKey }),
      },
    }
  }

  #stage(stack: Stack) {
    const files = this.#generate()
    const hash = createHash('sha256').update(this.#below)
    for (const name of readdirSync(this.#bundle).sort())
      hash.update(name).update(readFileSync(join(this.#bundle, name)))
    for (const [name, text] of Object.entries(files).sort()) hash.update(name).update(text)
    const sourceHash = hash.digest('hex')

    const assembly = Stage.of(stack)
    if (!assembly) throw new Error('functions are declared inside an App')
    const folder = join(assembly.assetOutdir, `asset.${sourceHash}`)
    if (!existsSync(folder)) {
      const inner = join(folder, this.#below)
      mkdirSync(inner, { recursive: true })
      cpSync(this.#bundle, inner, { recursive: true })
      for (const [name, text] of Object.entries(files)) writeFileSync(join(inner, name), text)
    }
    return stack.synthesizer.addFileAsset({
      sourceHash,
      packaging: FileAssetPackaging.ZIP_DIRECTORY,
      fileName: relative(assembly.outdir, folder),
    })
  }
}

/** Where bundles lie: beside the compiled library in the package, in `dist/` of the repository. */
function bundleOf(name: BundleName): string {
  const found = ['../../functions', '../../dist/functions']
    .map(place => fileURLToPath(new URL(`${place}/${name}`, import.meta.url)))
    .find(place => existsSync(join(place, name === 'policy' ? 'validation-runtime.mjs' : 'index.mjs')))
  if (found) return found
  throw new DeclarationError({
    at: 'sallyport',
    given: `no prebuilt bundle of the function "${name}"`,
    allowed: 'an installed package, or a repository that was built',
    fix: 'run: npm run build:functions',
  })
}
