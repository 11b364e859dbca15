import type { Condition } from './statement.ts'
import { partsOf } from './wildcards.ts'

// What a caller cannot choose for itself, and what names a bounded set of them.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
const restrictingKeys = new Set([
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceowner',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourceip',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourcevpcarn',
  'aws:vpceaccount',
  'aws:vpceorgid',
  'aws:vpceorgpaths',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:userid',
  'kms:calleraccount',
])

// Without `IfExists` and `ForAllValues`, which hold where the key is missing.
const matching =
  /^(?:ForAnyValue:)?(?:StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike|IpAddress)$/

// What a Deny refuses unless it holds. Here `IfExists` refuses what lacks the key, too.
const excluding =
  /^(?:StringNotEquals|StringNotEqualsIgnoreCase|StringNotLike|ArnNotEquals|ArnNotLike|NotIpAddress)(?:IfExists)?$/

/** Whether an Allow with this condition is for few. */
export const restricts = (condition: Condition): boolean =>
  matching.test(condition.operator) && names(condition)

/** Whether a Deny with this condition leaves out few. */
export const sparesOnly = (condition: Condition): boolean =>
  excluding.test(condition.operator) && names(condition)

const names = ({ key, values }: Condition): boolean =>
  restrictingKeys.has(key) && values.length > 0 && values.every(value => isBounded(key, value))

function isBounded(key: string, value: string): boolean {
  if (key === 'aws:sourceip') return !/\/0+$/.test(value)
  if (/^[*?]/.test(value)) return false
  if (!/arn$/.test(key)) return true
  const { arn, account, rest } = partsOf(value)
  // A bucket's ARN has no account.
  return arn !== 'arn' || (account === '' ? !/^[*?]/.test(rest) : !/[*?]/.test(account))
}
