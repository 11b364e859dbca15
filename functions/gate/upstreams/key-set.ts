import { allow, deny } from '../../../contract/decision.ts'
import { resolveDeployed } from '../../../contract/deployed.ts'
import type { UpstreamKind } from '../../../contract/upstream-manifest.ts'
import { type Clock, type Instant, instant, since, systemClock } from '../../runtime/clock.ts'
import { type KmsKey, openKmsKey, type PublicJwk } from './kms/keys.ts'
import { shorter, type Upstream } from './upstream.ts'

// What KMS may take of a request's time, and of a start.
const mostMs = 2000

// After a reading in vain. The route is public: strangers must not be able to keep KMS, and us, busy with more.
const restMs = 1000

// A key that was taken out of use: that it is no longer published is what was wanted.
const retired = ['DisabledException', 'KMSInvalidStateException', 'NotFoundException']

/**
 * A key set (RFC 7517 §5) of public keys in KMS, read while the function loads and kept as long as it lives: which keys they are only
 * a deployment changes. The current one must be there; of the others those that KMS has. Denial: `credentials.unavailable`.
 *
 * @param trouble is told of a key that is left out
 */
export async function openKeySet(
  { current, others }: UpstreamKind<'keySet'>,
  environment: NodeJS.ProcessEnv,
  trouble: (note: string) => void,
  {
    open = arn => openKmsKey(arn, environment),
    clock = systemClock,
  }: { readonly open?: (arn: string) => KmsKey; readonly clock?: Clock } = {},
): Promise<Upstream> {
  const first = open(resolveDeployed(current, environment))
  const rest = others.map(key => open(resolveDeployed(key, environment)))

  const ifThere = async (key: KmsKey, withinMs: number): Promise<PublicJwk[]> => {
    try {
      return [await key.publicKey(withinMs)]
    } catch (error) {
      const { name } = error as Error
      if (!retired.includes(name)) throw error
      trouble(`a key is not published: ${name}`)
      return []
    }
  }
  const read = async (withinMs: number): Promise<string> => {
    const keys = await Promise.all([
      first.publicKey(withinMs).then(key => [key]),
      ...rest.map(key => ifThere(key, withinMs)),
    ])
    return JSON.stringify({ keys: keys.flat() })
  }

  let reading: { readonly at: Instant; readonly done: Promise<string>; failed: boolean } | undefined
  const latest = (withinMs: number): Promise<string> => {
    if (reading && !(reading.failed && since(reading.at, clock) >= restMs)) return reading.done
    const begun = { at: instant(clock), done: read(withinMs), failed: false }
    begun.done.catch(() => {
      begun.failed = true
    })
    reading = begun
    return begun.done
  }

  // A request will try again, and say why not.
  await latest(mostMs).catch(() => {})
  return async (_, withinMs) => {
    try {
      const body = await latest(shorter(mostMs, withinMs))
      return allow({ status: 200, headers: { 'content-type': ['application/json'] }, body })
    } catch (error) {
      return deny('credentials.unavailable', { note: String((error as Error).name) })
    }
  }
}
