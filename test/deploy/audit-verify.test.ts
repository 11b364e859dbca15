import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type ObjectLockRetentionMode,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { openBucket } from '../../audit/bucket.ts'
import { verifyTrail } from '../../audit/verify.ts'
import { place } from '../../local/template/intrinsics.ts'
import { chainOf, idOf, nameOf, objectsOf, packed } from '../audit/support.ts'
import { clientOptions } from './deployed.ts'
import { type Emulator, startEmulator } from './emulator.ts'

let emulator: Emulator
let s3: S3Client
beforeAll(async () => {
  emulator = await startEmulator()
  s3 = new S3Client({ ...clientOptions(emulator.origin), forcePathStyle: true })
})
afterAll(async () => {
  s3?.destroy()
  await emulator?.stop()
})
beforeEach(() => {
  for (const [name, value] of Object.entries(emulator.env)) vi.stubEnv(name, value)
  return () => vi.unstubAllEnvs()
})

let buckets = 0
/** A bucket as the AuditTrail declares it, with the objects of one instance. */
async function trailBucket({
  mode = 'COMPLIANCE',
  isLocked = true,
}: {
  readonly mode?: ObjectLockRetentionMode
  readonly isLocked?: boolean
} = {}): Promise<string> {
  buckets += 1
  const Bucket = `trail-${buckets}`
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ObjectLockEnabledForBucket: isLocked,
      CreateBucketConfiguration: { LocationConstraint: place.region as 'eu-west-1' },
    }),
  )
  if (isLocked)
    await s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: mode, Days: 365 } },
        },
      }),
    )
  const lines = chainOf('one', 9)
  for (const [name, bytes] of objectsOf([lines.slice(0, 3), lines.slice(3, 6), lines.slice(6)]))
    await put(Bucket, name, bytes)
  return Bucket
}

const put = (Bucket: string, Key: string, Body: Buffer, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))

async function found(bucket: string, prefix = '') {
  const report = await verifyTrail(openBucket({ bucket, prefix, endpoint: emulator.origin }))
  const findings = report.findings.flatMap(group => group.findings)
  return {
    report,
    findings: findings.map(({ kind, object, detail }) => `${kind} ${object ?? '-'} ${detail}`),
  }
}

const run = (...args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>(done => {
    execFile(process.execPath, [resolve('bin/sallyport.ts'), 'audit', 'verify', ...args], (error, out, err) =>
      done({ code: Number(error?.code ?? 0), out: stripVTControlCharacters(out), err }),
    )
  })

it('finds nothing in a trail that nobody touched, below a prefix or not', async () => {
  const bucket = await trailBucket()
  await put(bucket, 'other/notes.txt', Buffer.from('notes'))
  expect((await found(bucket, 'audit/')).findings).toEqual([])
  expect((await found(bucket, 'audit/')).report).toMatchObject({ objects: 3, events: 9, instances: 1 })
  expect((await found(bucket)).findings).toEqual([
    'unreadableObject other/notes.txt neither gzip nor lines of JSON',
  ])
})

it('finds an object that was written again, and verifies its first version', async () => {
  const bucket = await trailBucket()
  const forged = chainOf('one', 9).map(line => line.replace('203.0.113.7', '203.0.113.8'))
  await put(bucket, nameOf(1), packed(forged.slice(3, 6)))
  const { report, findings } = await found(bucket)
  expect(findings).toEqual([`rewritten ${nameOf(1)} 2 versions`])
  expect(report).toMatchObject({ objects: 3, events: 9 })
})

it('finds a delete marker, and verifies what it hides', async () => {
  const bucket = await trailBucket()
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: nameOf(0) }))
  const { report, findings } = await found(bucket)
  expect(findings).toEqual([expect.stringMatching(`^deleted ${nameOf(0)} delete marker of \\d{4}-`)])
  expect(report).toMatchObject({ objects: 3, events: 9 })
})

it('finds an object of which all versions were deleted by who may bypass governance: its marker, and the gap', async () => {
  const bucket = await trailBucket({ mode: 'GOVERNANCE' })
  const { Versions = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: nameOf(1) }),
  )
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: nameOf(1) }))
  for (const { VersionId } of Versions)
    await s3.send(
      new DeleteObjectCommand({ Bucket: bucket, Key: nameOf(1), VersionId, BypassGovernanceRetention: true }),
    )
  const { report } = await found(bucket)
  expect(report.findings.map(({ kind }) => kind)).toEqual(['deleted', 'missing'])
  expect(report.findings[1]?.findings).toEqual([
    expect.objectContaining({ instance: idOf('one'), first: 4, last: 6 }),
  ])
})

it('finds objects that are retained for less than the bucket promises, or less strictly', async () => {
  const bucket = await trailBucket()
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)
  const retained = (ObjectLockMode: ObjectLockRetentionMode, days: number) => ({
    ObjectLockMode,
    ObjectLockRetainUntilDate: inDays(days),
  })
  await put(bucket, nameOf(3), packed(chainOf('two', 1)), retained('COMPLIANCE', 364))
  await put(bucket, nameOf(4), packed(chainOf('three', 1)), retained('GOVERNANCE', 400))
  await put(bucket, nameOf(5), packed(chainOf('four', 1)), retained('COMPLIANCE', 400))
  expect((await found(bucket)).findings).toEqual([
    expect.stringMatching(`^unlocked ${nameOf(3)} retained until .+, earlier than the bucket’s default$`),
    expect.stringMatching(`^unlocked ${nameOf(4)} retained in GOVERNANCE mode, .+ default is COMPLIANCE$`),
  ])
})

it('finds objects that are retained for less than those before them, as the bucket promises', async () => {
  const bucket = await trailBucket()
  // As if the bucket's default had been lowered then.
  await put(bucket, nameOf(3), packed(chainOf('two', 1)), {
    ObjectLockMode: 'COMPLIANCE',
    ObjectLockRetainUntilDate: new Date(Date.now() + 730 * 86_400_000),
  })
  await put(bucket, nameOf(4), packed(chainOf('three', 1)))
  expect((await found(bucket)).findings).toEqual([
    `unlocked ${nameOf(4)} retained for 365 days, ones before it for 730 days`,
  ])
})

it('finds a bucket without Object Lock, and reads the trail', async () => {
  const { report, findings } = await found(await trailBucket({ isLocked: false }))
  expect(findings).toEqual(['bucket - it has no Object Lock: whoever may write to it can change its past'])
  expect(report).toMatchObject({ events: 9 })
})

it('lists more objects than are on one page', async () => {
  const bucket = await trailBucket()
  const lines = chainOf('many', 1005)
  for (let begin = 0; begin < lines.length; begin += 67)
    await Promise.all(
      lines.slice(begin, begin + 67).map((line, i) => put(bucket, nameOf(10 + begin + i), packed([line]))),
    )
  const { report, findings } = await found(bucket)
  expect(findings).toEqual([])
  expect(report).toMatchObject({ objects: 1008, events: 1014 })
})

it('the command says what it found, and ends accordingly', async () => {
  const bucket = await trailBucket()
  const at = [`s3://${bucket}/audit/`, '--endpoint-url', emulator.origin]
  expect(await run(...at)).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^✓ no gap and no change: s3:/),
  })
  await put(bucket, nameOf(1), Buffer.from('x'))
  expect(await run(...at, '--json')).toMatchObject({
    code: 1,
    out: expect.stringContaining('"kind": "rewritten"'),
  })
  expect(await run(`s3://${bucket}-not`, '--endpoint-url', emulator.origin)).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no bucket of this name\n  fix: '),
  })
})
