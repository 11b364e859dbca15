import { CfnResource, Token } from 'aws-cdk-lib'
import type { CfnKey, IAlias, IKey, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms'
import { describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

export interface KeyKind {
  readonly keySpec: KeySpec
  readonly keyUsage: KeyUsage
}

/** A key of KMS of this kind; of an imported one nothing is known here but its ARN. Throws a `DeclarationError`. */
export function checkKey(at: string, given: unknown, { keySpec, keyUsage }: KeyKind): IKey {
  // By what it can do, not by its class: there may be a second copy of aws-cdk-lib.
  const key = Object(given) as Partial<IKey>
  const isKey = typeof key.keyArn === 'string' && typeof key.addToResourcePolicy === 'function'
  const kind = isKey && !isAlias(key) ? kindOf(key) : undefined
  const isOther = kind && (kind.keySpec !== keySpec || kind.keyUsage !== keyUsage)
  if (isKey && !isAlias(key) && !isOther) return given as IKey
  throw new DeclarationError({
    at,
    given: isOther
      ? `a key of ${kind.keySpec} for ${kind.keyUsage}`
      : isAlias(key)
        ? 'an alias'
        : describeValue(given),
    allowed: `a key of ${keySpec} for ${keyUsage}, by its ARN`,
    fix: `new Key(this, 'Key', { keySpec: KeySpec.${keySpec}, keyUsage: KeyUsage.${keyUsage} }), or Key.fromKeyArn(this, 'Key', arn)`,
  })
}

/** The key itself, or the one behind an alias. Undefined where it is known by the alias alone. */
export function keyBehind(key: IKey): IKey | undefined {
  if (!isAlias(key)) return key
  const target = targetOf(key)
  return target && !isAlias(target) ? target : undefined
}

/** It can be given to another key, and permissions do not follow it: IAM compares the key's own ARN. */
const isAlias = ({ aliasName, keyArn }: Partial<IAlias>): boolean =>
  aliasName !== undefined || (typeof keyArn === 'string' && keyArn.includes(':alias/'))

function targetOf(alias: Partial<IAlias>): IKey | undefined {
  try {
    return alias.aliasTargetKey
  } catch {
    // As one does that was imported by its name.
    return undefined
  }
}

/** With KMS's own defaults where nothing is stated. Undefined for a key that is not of this app, or whose kind is known at deploy alone. */
function kindOf({
  node,
}: Partial<IKey>): { readonly keySpec: string; readonly keyUsage: string } | undefined {
  const resource = [node?.defaultChild, node?.scope].find(isCfnKey)
  if (!resource) return undefined
  const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT' } = resource
  return Token.isUnresolved(keySpec) || Token.isUnresolved(keyUsage) ? undefined : { keySpec, keyUsage }
}

const isCfnKey = (given: unknown): given is CfnKey =>
  CfnResource.isCfnResource(given) && given.cfnResourceType === 'AWS::KMS::Key'
