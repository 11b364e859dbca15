import { RemovalPolicy } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { knownOf } from './key.ts'

/** How what is kept is kept. */
export interface KeepingOptions {
  /** How long logs are kept. @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays
  /**
   * What becomes of log groups when their stack is deleted, or they leave it. Kept ones are protected from being deleted, too.
   * @default RemovalPolicy.RETAIN
   */
  readonly logRemovalPolicy?: RemovalPolicy
  /**
   * A symmetric key of your own in place of AWS's. Its policy is told to let CloudWatch Logs use it, for these log groups alone; that of a
   * key that is not of this app must say so itself, or the deployment fails.
   * @default - keys of AWS's
   * @see docs/segmentation.md
   */
  readonly encryptionKey?: IKey
}

export interface Keeping {
  readonly retention: RetentionDays
  readonly removalPolicy: RemovalPolicy
  readonly encryptionKey: IKey | undefined
}

export const keepingOptions = ['logRetention', 'logRemovalPolicy', 'encryptionKey']

/** Throws a `DeclarationError`. */
export function readKeeping(
  at: string,
  { logRetention = RetentionDays.THREE_MONTHS, logRemovalPolicy, encryptionKey }: KeepingOptions,
): Keeping {
  if (!Object.values(RetentionDays).includes(logRetention)) {
    throw new DeclarationError({
      at: `${at} logRetention`,
      given: describeValue(logRetention),
      allowed: 'RetentionDays',
      fix: 'for example RetentionDays.THREE_MONTHS, the default',
    })
  }
  return {
    retention: logRetention,
    removalPolicy: checkRemovalPolicy(`${at} logRemovalPolicy`, logRemovalPolicy),
    encryptionKey: checkKey(`${at} encryptionKey`, encryptionKey),
  }
}

export function checkRemovalPolicy(at: string, given: RemovalPolicy = RemovalPolicy.RETAIN): RemovalPolicy {
  if (Object.values(RemovalPolicy).includes(given)) return given
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: 'a RemovalPolicy',
    fix: 'for example RemovalPolicy.RETAIN, the default',
  })
}

/** By what it can do, not by its class: there may be a second copy of aws-cdk-lib. */
export function checkKey(at: string, given: IKey | undefined): IKey | undefined {
  if (given === undefined) return undefined
  const { keyArn, addToResourcePolicy } = Object(given) as Partial<IKey>
  const { isAlias, spec, usage } = knownOf(given)
  if (spec !== undefined && (spec !== 'SYMMETRIC_DEFAULT' || usage !== 'ENCRYPT_DECRYPT')) {
    throw new DeclarationError({
      at,
      given: `a key of ${spec} for ${usage}`,
      allowed: 'a key of SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT',
      fix: 'new Key(this, id, { enableKeyRotation: true }) is one',
    })
  }
  if (typeof keyArn === 'string' && typeof addToResourcePolicy === 'function' && !isAlias) return given
  throw new DeclarationError({
    at,
    given: isAlias ? 'an alias' : describeValue(given),
    allowed: 'a Key of KMS: a construct, or an imported one',
    fix: 'for a key by its ARN, write Key.fromKeyArn(this, id, arn)',
  })
}
