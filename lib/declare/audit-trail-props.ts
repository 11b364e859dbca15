import { Duration, type RemovalPolicy } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import { checkDuration, checkOptions, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { checkEncryptionKey, checkRemovalPolicy } from './keeping.ts'

export interface AuditTrailProps {
  /**
   * How long S3 lets nobody change or delete what is recorded: `ObjectLockRetention.compliance(Duration.days(365))`, or `.governance(…)`,
   * which whoever has `s3:BypassGovernanceRetention` can lift. Required: nothing is implied.
   *
   * Security: of compliance there is no way back, not for the account's root either; and what is stored is paid for until then.
   */
  readonly retention: ObjectLockRetention
  /**
   * After how many days objects move to a cheaper storage class (Glacier Instant Retrieval, which Athena can read). Sooner than `expireAfter`.
   * @default Duration.days(90); where it all expires before, not at all
   */
  readonly archiveAfter?: Duration
  /**
   * After how many days objects are deleted: no sooner than `retention` ends. What somebody deletes before, which leaves it where it is as an
   * older version, goes as many days after that as `retention` has.
   * @default - never
   */
  readonly expireAfter?: Duration
  /**
   * A symmetric key of your own, no alias, in place of S3's: for the bucket, and for the log of failed deliveries. Who may read the trail must be
   * able to decrypt with it. The policy of a key that is not of this app must leave that to IAM, and let CloudWatch Logs use it.
   * @default - S3's own keys (SSE-S3)
   */
  readonly encryptionKey?: IKey
  /**
   * What becomes of the bucket, the hashes' key and the log of failed deliveries when the stack is deleted. CloudFormation deletes no bucket
   * that holds anything.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy
}

export interface DeclaredAuditTrail {
  readonly retention: ObjectLockRetention
  readonly retentionDays: number
  readonly isCompliance: boolean
  readonly archiveAfter: Duration | undefined
  readonly expireAfter: Duration | undefined
  readonly encryptionKey: IKey | undefined
  readonly removalPolicy: RemovalPolicy
}

const usualArchiveDays = 90
// S3's own bound of a retention: 100 years.
const mostDays = 36_500
const example = 'ObjectLockRetention.compliance(Duration.days(365))'

/** Throws a `DeclarationError`. */
export function readAuditTrail(at: string, props: AuditTrailProps): DeclaredAuditTrail {
  checkOptions(
    at,
    props,
    ['retention', 'archiveAfter', 'expireAfter', 'encryptionKey', 'removalPolicy'],
    `{ retention: ${example} }`,
  )
  const retention = checkRetention(`${at} retention`, props.retention)
  const retentionDays = retention.duration.toDays()
  const expireAfter = checkDays(`${at} expireAfter`, props.expireAfter, retentionDays)
  const lastDay = expireAfter === undefined ? mostDays : expireAfter.toDays() - 1
  return {
    retention,
    retentionDays,
    isCompliance: retention.mode === 'COMPLIANCE',
    archiveAfter:
      props.archiveAfter === undefined && lastDay < usualArchiveDays
        ? undefined
        : (checkDays(`${at} archiveAfter`, props.archiveAfter, 1, lastDay) ??
          Duration.days(usualArchiveDays)),
    expireAfter,
    encryptionKey: checkEncryptionKey(`${at} encryptionKey`, props.encryptionKey),
    removalPolicy: checkRemovalPolicy(`${at} removalPolicy`, props.removalPolicy),
  }
}

function checkRetention(at: string, given: unknown): ObjectLockRetention {
  // By what it can do, not by its class: there may be a second copy of aws-cdk-lib.
  const retention = Object(given) as Partial<ObjectLockRetention>
  if (typeof retention.duration?.toDays !== 'function' || typeof retention.mode !== 'string')
    throw new DeclarationError({
      at,
      given: describeValue(given),
      allowed: 'an ObjectLockRetention, of compliance or of governance',
      fix: `write retention: ${example}, of aws-cdk-lib/aws-s3`,
    })
  checkDays(at, retention.duration, 1)
  return given as ObjectLockRetention
}

const checkDays = (
  at: string,
  given: unknown,
  least: number,
  most: number = mostDays,
): Duration | undefined =>
  given === undefined
    ? undefined
    : checkDuration(at, given, {
        unit: 'days',
        least,
        most,
        fix: 'state whole days; what is recorded can go only when its retention is over, and is archived before it goes',
      })
