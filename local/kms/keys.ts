import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { signDigest } from './ecdsa.ts'

/** A key pair of this run, in place of one in KMS. */
interface LocalKey {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export interface LocalKeys {
  /** SubjectPublicKeyInfo in DER. Undefined where there is no such key. */
  publicKey(arn: string): Buffer | undefined
  /** In DER. Undefined where there is no such key. */
  sign(arn: string, message: Buffer, type: 'RAW' | 'DIGEST'): Buffer | undefined
}

/**
 * Keys for ECDSA on P-256, each made when it is first asked for. They live as long as the run, whatever becomes of the template.
 *
 * @param exists whether the app knows a key of this ARN
 */
export function createKeys(exists: (arn: string) => boolean): LocalKeys {
  const made = new Map<string, LocalKey>()
  const keyOf = (arn: string): LocalKey | undefined => {
    if (!exists(arn)) return undefined
    const key = made.get(arn) ?? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    made.set(arn, key)
    return key
  }
  return {
    publicKey: arn => keyOf(arn)?.publicKey.export({ format: 'der', type: 'spki' }),
    sign(arn, message, type) {
      const key = keyOf(arn)
      if (!key) return undefined
      if (type === 'RAW') return sign('sha256', message, key.privateKey)
      const { d } = key.privateKey.export({ format: 'jwk' })
      return signDigest(message, BigInt(`0x${Buffer.from(String(d), 'base64url').toString('hex')}`))
    },
  }
}
