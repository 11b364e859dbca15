import { RemovalPolicy } from 'aws-cdk-lib'
import { type IKey, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { checkKey } from './key.ts'

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
   * A symmetric key of your own, no alias, in place of AWS's. Its policy is told to let CloudWatch Logs use it, for these log groups alone; that of a
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
    encryptionKey: checkEncryptionKey(`${at} encryptionKey`, encryptionKey),
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

/** A key that what is kept is encrypted with. Throws a `DeclarationError`. */
export const checkEncryptionKey = (at: string, given: IKey | undefined): IKey | undefined =>
  given === undefined
    ? undefined
    : checkKey(at, given, { keySpec: KeySpec.SYMMETRIC_DEFAULT, keyUsage: KeyUsage.ENCRYPT_DECRYPT })
