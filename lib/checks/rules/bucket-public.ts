import { breach, each, type Rule } from '../rule.ts'

const blocks = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets']

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
export const bucketPublic: Rule = {
  id: 'ZT-BUCKET-PUBLIC',
  title: 'No bucket can be made public, by policy or by list',
  fix: 'Set all four of PublicAccessBlockConfiguration to true.',
  types: ['AWS::S3::Bucket'],
  *judge(bucket) {
    const at = bucket.get('PublicAccessBlockConfiguration')
    const open: string[] = []
    yield* each(
      blocks.map(name => at.get(name)),
      block => {
        if (block.flag() !== true) open.push(block.at.slice(at.at.length + 1))
        return []
      },
    )
    if (open.length > 0) yield breach(at, `it lacks ${open.join(', ')}`)
  },
}
