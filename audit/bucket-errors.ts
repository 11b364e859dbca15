import { TrailError } from './trail.ts'

interface AwsError extends Error {
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** What S3 says of what a person can mend, in their words; null for any other error. */
export function asTrailError(error: unknown, where: string, permission: string): TrailError | null {
  if (!(error instanceof Error) || error instanceof TrailError) return null
  const { name, message, code = '', $metadata } = error as AwsError
  const tell = (given: string, fix: string) => new TrailError(where, given, fix, { cause: error })
  const said = `${name} ${code} ${message}`
  const says = (pattern: RegExp) => pattern.test(said)
  if (says(/CredentialsProviderError/))
    return tell(
      'no AWS credentials were found',
      'sign in, for example with aws sso login, or set AWS_PROFILE',
    )
  if (says(/ExpiredToken|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken/))
    return tell(
      `AWS does not accept these credentials (${name})`,
      'sign in again, for example with aws sso login',
    )
  if (says(/Region (?:is missing|not accepted)/))
    return tell('no AWS region is set', 'set AWS_REGION to where the bucket is')
  if (says(/NoSuchBucket/))
    return tell(
      'there is no bucket of this name',
      'look for the bucket among the resources of the stack with the AuditTrail',
    )
  if (says(/PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint/))
    return tell('the bucket is in another region', 'set AWS_REGION to where the bucket is')
  if (says(/AccessDenied|Forbidden/) || $metadata?.httpStatusCode === 403) {
    // AWS says which one, if it is another: most of all the key that the bucket is encrypted with.
    const [, other] = /not authorized to perform: ([\w:*]+)/.exec(message) ?? []
    return tell(
      `AWS does not permit ${other ?? permission}`,
      'docs/audit-verify.md has the statement that a role that verifies needs',
    )
  }
  if (says(/InvalidObjectState/))
    return tell('an object is archived', 'restore it, or verify later days alone: --from <day>')
  if (says(/ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|EAI_AGAIN/))
    return tell('nothing answers there', 'look at AWS_REGION, and at --endpoint-url if it is given')
  return $metadata ? tell(`S3 answered ${name} to ${permission}`, 'see what S3 says of this error') : null
}
