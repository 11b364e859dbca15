import { openFolder } from '../../../audit/folder.ts'
import { type Days, type Trail, TrailError } from '../../../audit/trail.ts'
import { verifyTrail } from '../../../audit/verify.ts'
import { UsageError } from '../../../local/usage-error.ts'
import { describeReport } from './say.ts'

interface VerifyOptions extends Days {
  readonly endpointUrl?: string
  readonly json?: boolean
}

/** Verifies a trail and prints what was found: exit code 0 nothing, 1 something, 2 it could not be verified. */
export async function verify(target: string, options: VerifyOptions): Promise<void> {
  // Whatever ends this before its end has verified nothing.
  process.exitCode = 2
  const { from, to, json } = options
  if (from !== undefined && to !== undefined && from > to)
    throw new UsageError('--from is after --to: no day is between them\n  fix: exchange them')
  try {
    const report = await verifyTrail(await open(target, options), { from, to })
    // An object that is gone leaves a finding, and none to read.
    if (report.objects === 0 && report.findings.length === 0)
      throw new UsageError(
        `${target}: no object${(from ?? to) ? ' of these days' : ''} is there\n  fix: is it the place that the trail is delivered to? Its objects are below …/eventDay=yyyyMMdd/`,
      )
    process.stdout.write(
      json ? `${JSON.stringify(report, null, 2)}\n` : `${describeReport(report, target, process.stdout)}\n`,
    )
    process.exitCode = report.findings.length === 0 ? 0 : 1
  } catch (error) {
    throw error instanceof TrailError ? new UsageError(error.message, { cause: error }) : error
  }
}

async function open(target: string, { endpointUrl }: VerifyOptions): Promise<Trail> {
  if (!/^s3:/i.test(target)) {
    if (endpointUrl !== undefined)
      throw new UsageError(
        '--endpoint-url with a folder\n  allowed: with s3://bucket/prefix\n  fix:     leave it out',
      )
    return openFolder(target)
  }
  const [, bucket, prefix] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(target) ?? []
  if (bucket === undefined)
    throw new UsageError(`${target}: no place in S3\n  allowed: s3://bucket or s3://bucket/prefix`)
  // On Node 20 the SDK warns that its later versions will not run there. Ours is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  // The SDK loads for some time, which a folder need not wait for.
  const { openBucket } = await import('../../../audit/bucket.ts')
  return openBucket({ bucket, prefix, endpoint: endpointUrl })
}
