import { expect, it } from 'vitest'
import { asTrailError } from '../../audit/bucket-errors.ts'
import { createFindings } from '../../audit/findings.ts'
import { checkDeletions, checkRetention, createWeakening } from '../../audit/retention.ts'
import { isOf } from '../../audit/trail.ts'
import { nameOf } from './support.ts'

// Against a bucket: test/deploy/audit-verify.test.ts. Here, what only time or AWS itself would show.
const errors: ReadonlyArray<readonly [string, string, RegExp]> = [
  [
    'CredentialsProviderError',
    'Could not load credentials from any providers',
    /no AWS credentials.+\n {2}fix: sign in/,
  ],
  [
    'ExpiredToken',
    'The provided token has expired.',
    /does not accept these credentials.+\n {2}fix: sign in again/,
  ],
  ['Error', 'Region is missing', /no AWS region.+\n {2}fix: set AWS_REGION/],
  ['NoSuchBucket', 'The specified bucket does not exist', /no bucket of this name\n {2}fix:/],
  [
    'PermanentRedirect',
    'must be addressed using the specified endpoint',
    /in another region\n {2}fix: set AWS_REGION/,
  ],
  ['AccessDenied', 'Access Denied', /does not permit s3:ListBucketVersions\n {2}fix: docs/],
  ['AccessDenied', 'User: x is not authorized to perform: kms:Decrypt on', /does not permit kms:Decrypt\n/],
  [
    'InvalidObjectState',
    'The operation is not valid for the object’s storage class',
    /archived\n {2}fix: restore it/,
  ],
  ['Error', 'connect ECONNREFUSED 127.0.0.1:1', /nothing answers there\n/],
]

it.each(errors)('says what can be mended of %s: %s', (name, message, words) => {
  const error = Object.assign(new Error(message), { name })
  const said = asTrailError(error, 's3://trail/audit', 's3:ListBucketVersions')
  expect(said?.message).toMatch(/^s3:\/\/trail\/audit: /)
  expect(said?.message).toMatch(words)
  expect(said?.cause).toBe(error)
})

it('repeats what else S3 answered, and to what', () => {
  const error = Object.assign(new Error('Reduce your request rate'), { name: 'SlowDown', $metadata: {} })
  expect(asTrailError(error, 's3://trail', 's3:GetObjectVersion')?.message).toMatch(
    /answered SlowDown to s3:GetObjectVersion/,
  )
})

it('leaves what is nobody’s to mend as it is', () => {
  expect(asTrailError(new TypeError('x is not a function'), 's3://trail', 's3:GetObjectVersion')).toBeNull()
})

const day = 86_400_000
const written = Date.UTC(2026, 10, 22)
const found = (check: (findings: ReturnType<typeof createFindings>) => void) => {
  const findings = createFindings()
  check(findings)
  return findings.groups().map(({ kind, count }) => `${kind} ${count}`)
}
const promised = { Mode: 'COMPLIANCE', Days: 30 } as const
const marked = (at: number) => [{ Key: 'x', LastModified: new Date(at) }]

it('takes a delete marker for the lifecycle’s only from the end of the retention on', () => {
  const until = new Date(written + 30 * day)
  const at = (time: number) =>
    found(findings => checkDeletions('x', marked(time), { promised, until }, findings))
  expect(at(until.getTime())).toEqual([])
  expect(at(until.getTime() - 1)).toEqual(['deleted 1'])
})

it('judges the marker of an object that is gone by the day of its delivery, and one without a day always', () => {
  const at = (name: string, time: number, default_: typeof promised | null = promised) =>
    found(findings => checkDeletions(name, marked(time), { promised: default_, until: undefined }, findings))
  expect(at(nameOf(1), written + 30 * day)).toEqual([])
  expect(at(nameOf(1), written + 30 * day - 1)).toEqual(['deleted 1'])
  expect(at('elsewhere.json.gz', written + 300 * day)).toEqual(['deleted 1'])
  expect(at(nameOf(1), written + 300 * day, null)).toEqual(['deleted 1'])
})

it('finds an object that is retained for a day less than promised, in days or years', () => {
  const retained = (days: number, of: { Mode: 'COMPLIANCE' | 'GOVERNANCE'; Days?: number; Years?: number }) =>
    found(findings =>
      checkRetention(
        'x',
        new Date(written),
        { mode: 'GOVERNANCE', until: new Date(written + days * day) },
        of,
        findings,
      ),
    )
  expect(retained(30, { Mode: 'GOVERNANCE', Days: 30 })).toEqual([])
  expect(retained(29, { Mode: 'GOVERNANCE', Days: 30 })).toEqual(['unlocked 1'])
  expect(retained(365, { Mode: 'GOVERNANCE', Years: 1 })).toEqual([])
  expect(retained(364, { Mode: 'GOVERNANCE', Years: 1 })).toEqual(['unlocked 1'])
  expect(retained(30, { Mode: 'COMPLIANCE', Days: 30 })).toEqual(['unlocked 1'])
})

it('finds an object that is kept for less, or less strictly, than one before it, whatever the bucket promises now', () => {
  const kept = (...objects: ReadonlyArray<readonly [mode: string, ms: number]>) => {
    const weakened = createWeakening()
    const until = (ms: number) => new Date(written + ms)
    return objects.filter(([mode, ms]) => weakened(new Date(written), { mode, until: until(ms) })).length
  }
  const year = 365 * day
  expect(kept(['COMPLIANCE', year], ['COMPLIANCE', year], ['COMPLIANCE', 2 * year])).toBe(0)
  expect(kept(['GOVERNANCE', year], ['COMPLIANCE', year])).toBe(0)
  expect(kept(['COMPLIANCE', year], ['GOVERNANCE', year])).toBe(1)
  // Not in steps either.
  const steps = Array.from({ length: 365 }, (_, less) => ['GOVERNANCE', year - less * day] as const)
  expect(kept(...steps)).toBe(362)
  // A leap year; clocks that differ.
  expect(kept(['GOVERNANCE', year + day], ['GOVERNANCE', year])).toBe(0)
  expect(kept(['GOVERNANCE', day], ['GOVERNANCE', day - 60_000])).toBe(0)
  expect(kept(['GOVERNANCE', day], ['GOVERNANCE', day / 2])).toBe(1)
})

it('reads a name’s day only from its folder', () => {
  expect(isOf({ from: '20261122' }, nameOf(1, '20261121'))).toBe(false)
  expect(isOf({ from: '20261122' }, 'eventDay=20261121.json.gz')).toBe(true)
})
