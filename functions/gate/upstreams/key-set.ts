import { allow, deny } from '../../../contract/decision.ts'
import { resolveDeployed } from '../../../contract/deployed.ts'
import type { UpstreamKind } from '../../../contract/upstream-manifest.ts'
import { type KmsKey, openKmsKey, type PublicJwk } from './kms/keys.ts'
import type { Upstream } from './upstream.ts'

// What KMS may take of a request's time, and of a start.
const mostMs = 2000

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
  open: (arn: string) => KmsKey = arn => openKmsKey(arn, environment),
): Promise<Upstream> {
  const [first, ...rest] = [current, ...others].map(key => open(resolveDeployed(key, environment)))
  if (!first) throw new Error('a key set without a key')

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

  let body: string | undefined
  try {
    body = await read(mostMs)
  } catch {
    // A request will try again, and say why not.
  }
  return async (_, withinMs) => {
    try {
      body ??= await read(Math.min(withinMs, mostMs))
      return allow({ status: 200, headers: { 'content-type': ['application/json'] }, body })
    } catch (error) {
      return deny('credentials.unavailable', { note: String((error as Error).name) })
    }
  }
}
