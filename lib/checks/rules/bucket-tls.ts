import {
  conditionsOf,
  hasOpposite,
  isForEveryone,
  type Statement,
  statementsOf,
  textsOf,
} from '../policies/statement.ts'
import { breach, type Rule } from '../rule.ts'
import { known } from '../template/cannot-tell.ts'
import type { Resource } from '../template/template.ts'
import { certain } from '../template/templates.ts'

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html */
export const bucketTls: Rule = {
  id: 'ZT-BUCKET-TLS',
  title: 'Buckets are used over TLS alone',
  fix: 'Add a bucket policy that denies s3:* to everyone where aws:SecureTransport is false (CDK: enforceSSL).',
  types: ['AWS::S3::Bucket'],
  *judge(bucket, app) {
    const isOwn = (policy: Resource) => {
      const named = policy.get('Bucket').text()
      return (
        app.referred(named) === bucket || (named !== undefined && named === bucket.get('BucketName').text())
      )
    }
    const arn = bucket.template.reference(bucket.logicalId, 'Arn')
    const statements = app
      .of('AWS::S3::BucketPolicy')
      .filter(isOwn)
      .flatMap(policy => statementsOf(certain(policy, bucket).get('PolicyDocument')))
    if (statements.some(statement => known(() => refusesPlain(statement, arn)))) return
    // Any that cannot be judged may be the one.
    if (!statements.some(statement => refusesPlain(statement, arn)))
      yield breach('Properties', 'no policy refuses requests without TLS')
  },
}

function refusesPlain(statement: Statement, arn: string): boolean {
  if (
    statement.effect !== 'Deny' ||
    (['Action', 'Resource', 'Principal'] as const).some(one => hasOpposite(statement, one))
  )
    return false
  const [condition, ...more] = conditionsOf(statement)
  const resources = textsOf(statement, 'Resource')
  return (
    more.length === 0 &&
    condition?.operator === 'Bool' &&
    condition.key === 'aws:securetransport' &&
    condition.values.join() === 'false' &&
    isForEveryone(statement) &&
    textsOf(statement, 'Action').some(action => action === 's3:*' || action === '*') &&
    (resources.includes('*') || (resources.includes(arn) && resources.includes(`${arn}/*`)))
  )
}
