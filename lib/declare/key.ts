import { CfnResource } from 'aws-cdk-lib'
import type { CfnKey, IKey } from 'aws-cdk-lib/aws-kms'

/** What can be known of a key at synth. */
export interface KnownKey {
  /** An alias can be given to another key, and permissions do not follow it. */
  readonly isAlias: boolean
  /** Undefined of an imported key. */
  readonly spec: string | undefined
  readonly usage: string | undefined
}

export function knownOf(given: unknown): KnownKey {
  const key = Object(given) as Partial<IKey> & { readonly aliasName?: unknown }
  const resource = key.node?.defaultChild
  const known =
    CfnResource.isCfnResource(resource) && resource.cfnResourceType === 'AWS::KMS::Key'
      ? (resource as CfnKey)
      : undefined
  return {
    isAlias: key.aliasName !== undefined,
    // As CloudFormation has them where nothing is said.
    spec: known && (known.keySpec ?? 'SYMMETRIC_DEFAULT'),
    usage: known && (known.keyUsage ?? 'ENCRYPT_DECRYPT'),
  }
}
