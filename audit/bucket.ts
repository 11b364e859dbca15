import {
  type DefaultRetention,
  type DeleteMarkerEntry,
  GetObjectCommand,
  type GetObjectCommandOutput,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  type ObjectVersion,
  S3Client,
} from '@aws-sdk/client-s3'
import { asTrailError } from './bucket-errors.ts'
import type { Findings } from './findings.ts'
import { checkDeletions, checkRetention, createWeakening, type Retention } from './retention.ts'
import { isOf, type Trail } from './trail.ts'

export interface BucketOptions {
  readonly bucket: string
  /** Keys begin with it. @default '', all of them */
  readonly prefix?: string
  /** Of an emulator. @default AWS's, by the SDK's own settings */
  readonly endpoint?: string
}

/** All that has one key: versions and delete markers, newest first. */
interface Key {
  readonly name: string
  readonly versions: ObjectVersion[]
  readonly markers: DeleteMarkerEntry[]
}

/**
 * A trail in its bucket, with credentials and region of the environment. Of each key the first version is read, which is the delivery's own and which
 * Object Lock keeps; any other version, a delete marker, and an object that is retained for less than the bucket's default go to the findings.
 * Asks `s3:ListBucketVersions`, `s3:GetBucketObjectLockConfiguration`, `s3:GetObjectVersion` and `s3:GetObjectRetention`; a
 * {@link TrailError} says which one is not permitted.
 */
export function openBucket({ bucket, prefix = '', endpoint }: BucketOptions): Trail {
  const where = `s3://${bucket}/${prefix}`
  // Emulators know no bucket by a host's name.
  const client = new S3Client(endpoint === undefined ? {} : { endpoint, forcePathStyle: true })
  const asking = async <T>(permission: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      throw asTrailError(error, where, permission) ?? error
    }
  }

  /** Null where the bucket has none. */
  async function defaultRetention(findings: Findings): Promise<DefaultRetention | null> {
    const configuration = await asking('s3:GetBucketObjectLockConfiguration', () =>
      client
        .send(new GetObjectLockConfigurationCommand({ Bucket: bucket }))
        .then(({ ObjectLockConfiguration }) => ObjectLockConfiguration)
        .catch(error => {
          if (Object(error).name === 'ObjectLockConfigurationNotFoundError') return undefined
          throw error
        }),
    )
    if (configuration?.ObjectLockEnabled !== 'Enabled') {
      findings.add({
        kind: 'bucket',
        detail: 'it has no Object Lock: whoever may write to it can change its past',
      })
      return null
    }
    const retention = configuration.Rule?.DefaultRetention
    if (retention === undefined)
      findings.add({
        kind: 'bucket',
        detail: 'it has no default retention: what is delivered is not retained',
      })
    return retention ?? null
  }

  async function* keys(): AsyncGenerator<Key> {
    let key: Key | undefined
    let [KeyMarker, VersionIdMarker] = [undefined, undefined] as [string | undefined, string | undefined]
    do {
      const page = await asking('s3:ListBucketVersions', () =>
        client.send(
          new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, KeyMarker, VersionIdMarker }),
        ),
      )
      // One list for each kind, and each by key: of a key, all may be on two pages.
      const { Versions = [], DeleteMarkers = [] } = page
      const names = new Set([...Versions, ...DeleteMarkers].map(({ Key: name = '' }) => name))
      for (const name of [...names].sort(byBytes)) {
        if (key?.name !== name) {
          if (key) yield key
          key = { name, versions: [], markers: [] }
        }
        key.versions.push(...Versions.filter(each => each.Key === name))
        key.markers.push(...DeleteMarkers.filter(each => each.Key === name))
      }
      ;[KeyMarker, VersionIdMarker] = page.IsTruncated
        ? [page.NextKeyMarker, page.NextVersionIdMarker]
        : [undefined, undefined]
    } while (KeyMarker !== undefined)
    if (key) yield key
  }

  /** As the object's own headers say; they do not where this caller may not know, which is no finding but an error. */
  async function retentionOf(
    Key: string,
    VersionId: string | undefined,
    { ObjectLockMode, ObjectLockRetainUntilDate }: GetObjectCommandOutput,
  ): Promise<Retention> {
    if (ObjectLockMode !== undefined) return { mode: ObjectLockMode, until: ObjectLockRetainUntilDate }
    return asking('s3:GetObjectRetention', () =>
      client
        .send(new GetObjectRetentionCommand({ Bucket: bucket, Key, VersionId }))
        .then(({ Retention }) => ({ mode: Retention?.Mode, until: Retention?.RetainUntilDate }))
        .catch(error => {
          const { name } = Object(error) as { name?: unknown }
          if (name === 'NoSuchObjectLockConfiguration') return { mode: undefined, until: undefined }
          throw error
        }),
    )
  }

  async function ask(Key: string, { VersionId }: ObjectVersion, isRetained: boolean) {
    const answer = await asking('s3:GetObjectVersion', () =>
      client.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId })),
    )
    const none: Retention = { mode: undefined, until: undefined }
    return { answer, retention: isRetained ? await retentionOf(Key, VersionId, answer) : none }
  }

  return {
    async *objects(days, findings) {
      const promised = await defaultRetention(findings)
      const compare = createWeakening()
      // They are asked for ahead, and answered in any order.
      let compared: Promise<unknown> = Promise.resolve()
      for await (const { name, versions, markers } of keys()) {
        if (!isOf(days, name)) continue
        const original = versions.at(-1)
        if (versions.length > 1)
          findings.add({ kind: 'rewritten', object: name, detail: `${versions.length} versions` })
        if (!original) {
          checkDeletions(name, markers, { promised, until: undefined }, findings)
          continue
        }
        yield {
          name,
          async read() {
            const { LastModified } = original
            const asked = ask(name, original, promised !== null)
            const own = compared.then(async () => compare(LastModified, (await asked).retention))
            compared = own
            const [{ answer, retention }, weaker] = await Promise.all([asked, own])
            if (promised) checkRetention(name, LastModified, retention, promised, findings, weaker)
            checkDeletions(name, markers, { promised, until: retention.until }, findings)
            return answer.Body as AsyncIterable<Uint8Array>
          },
        }
      }
    },
  }
}

/** As S3 sorts keys: by their UTF-8. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
