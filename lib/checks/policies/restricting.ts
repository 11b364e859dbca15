import { isIP } from 'node:net'
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

/**
 * Whether an Allow with this condition is for few of an identity provider's users. That a token is for AWS (`aud`) all of them have, which
 * will do of SAML alone, where the provider is one's own; an identity pool has guests.
 */
export const restrictsUsers = ({ operator, key, values }: Condition): boolean =>
  matching.test(operator) &&
  /^(?!aws:)[^:]+.*:[^:]+$/.test(key) &&
  (!key.endsWith(':aud') || key === 'saml:aud') &&
  values.length > 0 &&
  values.every(value => !/^(?:[*?]|unauth)/.test(value) && !asksItself.test(value))

/** Whether a Deny with this condition leaves out few. */
export const sparesOnly = (condition: Condition): boolean =>
  excluding.test(condition.operator) && names(condition)

const names = ({ operator, key, values }: Condition): boolean =>
  restrictingKeys.has(key) && values.length > 0 && values.every(value => isBounded(operator, key, value))

function isBounded(operator: string, key: string, value: string): boolean {
  if (asksItself.test(value)) return false
  if (key === 'aws:sourceip') return /IpAddress/.test(operator) && isNarrow(value)
  if (key.endsWith('arn')) return isOfOneAccount(value, operator)
  // What comes before the first of these wildcards is the organisation, or the role.
  if (key.endsWith('orgpaths')) return /^[^*?/]+\/[^*?]*\*?$/.test(value)
  if (key === 'aws:userid') return /^[^*?:]+(?::.*)?$/.test(value)
  return !/[*?]/.test(value)
}

/** A variable of IAM's stands for what the request has, which holds for anyone; but for what is the resource's own. */
const asksItself = /\$\{(?!#|AWS::|aws:Resource(?:Account|OrgID|OrgPaths)\})/

/** As S3 judges what is public: no range beyond /8 of IPv4, /32 of IPv6. */
function isNarrow(range: string): boolean {
  const [address = '', bits, ...more] = range.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  return bits === undefined || (/^\d+$/.test(bits) && Number(bits) >= (version === 4 ? 8 : 32))
}

/**
 * Whether all that an ARN's pattern takes is of one account, or one bucket, whose ARN names none. Where an ARN is compared as text, a
 * wildcard before the account reaches over it.
 */
export function isOfOneAccount(value: string, operator = 'ArnLike'): boolean {
  if (/^\$\{(?:#|AWS::StackId\})/.test(value)) return true
  const { arn, before, service, account, rest } = partsOf(value)
  if (arn !== 'arn') return !/[*?]/.test(value)
  if (!operator.startsWith('Arn') && /[*?]/.test(before)) return false
  if (account !== '') return !/[*?]/.test(account)
  const [bucket = ''] = rest.split('/')
  return service === 's3' && bucket !== '' && !/[*?]/.test(bucket)
}
