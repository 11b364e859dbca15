import { createRequire } from 'node:module'
import { type GateManifest, readGateManifest } from '../../contract/gate-manifest.ts'
import { policyPackage } from '../../contract/policy-package.ts'
import type { AnswerValidators } from '../gate/declare-outputs.ts'
import type { RouteValidators } from '../gate/inputs/validation.ts'

export interface Policy {
  readonly manifest: GateManifest
  readonly validators: Readonly<Record<string, RouteValidators>>
  readonly outputs: AnswerValidators
}

/**
 * The policy, from the layer that `Upstream.direct` gives a function. Looked for below `/opt/nodejs`, where layers are, and then
 * along `NODE_PATH`, but not in the function's own `node_modules`: a package that bears its name must not take its place.
 * By `require`, which alone follows that path, in bundles of either format, and without waiting (Node 24 requires ES modules too).
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-layers.html
 */
export function loadPolicy(require = createRequire('/opt/nodejs/')): Policy {
  const manifest = readGateManifest(required(require, 'manifest.json'))
  if (manifest.upstream.kind !== 'direct') throw new Error('the policy of this function is that of a gate')
  const { validators, outputs } = required(require, 'validators.mjs') as Omit<Policy, 'manifest'>
  return { manifest, validators, outputs }
}

function required(require: NodeJS.Require, file: string): unknown {
  const path = `${policyPackage}/${file}`
  try {
    require.resolve(path)
  } catch {
    throw new Error(
      'sallyport/middleware: this function has no policy, so it serves nothing; give it to Upstream.direct of a ZeroTrustApi, which adds it as a layer',
    )
  }
  return require(path)
}
