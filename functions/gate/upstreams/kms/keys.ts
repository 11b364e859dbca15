import { createHash, createPublicKey } from 'node:crypto'
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms'
import { roleCredentials } from '../../../runtime/credentials.ts'
import { within } from '../../../runtime/within.ts'

/** A public key for ES256 as it is published (RFC 7517 §4, RFC 7518 §6.2.1). `kid` is its thumbprint (RFC 7638). */
export interface PublicJwk {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
  readonly kid: string
  readonly use: 'sig'
  readonly alg: 'ES256'
}

/** A key in KMS that signs tokens. Each call ends within so many milliseconds; errors have KMS's names. */
export interface KmsKey {
  publicKey(withinMs: number): Promise<PublicJwk>
  /** Signs a text with ECDSA on P-256 and SHA-256; the signature is in DER. */
  sign(text: string, withinMs: number): Promise<Uint8Array>
}

/** @param arn of the key; its region is where it is asked */
export function openKmsKey(
  arn: string,
  environment: NodeJS.ProcessEnv,
  // Once more after what was throttled, or cut off while the function was frozen: to sign twice does no harm.
  client: Pick<KMSClient, 'send'> = new KMSClient({
    region: arn.split(':')[3] ?? '',
    maxAttempts: 2,
    credentials: roleCredentials(environment),
  }),
): KmsKey {
  return {
    async publicKey(withinMs) {
      const options = { abortSignal: AbortSignal.timeout(withinMs) }
      const answer = await within(withinMs, client.send(new GetPublicKeyCommand({ KeyId: arn }), options))
      if (answer.KeyUsage !== 'SIGN_VERIFY' || !answer.PublicKey) throw new UnusableKey('KeyUsage')
      return jwkOf(answer.PublicKey)
    },
    async sign(text, withinMs) {
      const command = new SignCommand({
        KeyId: arn,
        // Whatever the length of the text, and KMS does not see whose token it is.
        MessageType: 'DIGEST',
        Message: createHash('sha256').update(text).digest(),
        SigningAlgorithm: 'ECDSA_SHA_256',
      })
      const options = { abortSignal: AbortSignal.timeout(withinMs) }
      const { Signature } = await within(withinMs, client.send(command, options))
      if (!Signature) throw new UnusableKey('no signature')
      return Signature
    },
  }
}

/** A key that cannot sign for ES256: the declaration names a wrong one. */
export class UnusableKey extends Error {
  override readonly name = 'UnusableKey'
}

/** @param der a SubjectPublicKeyInfo (RFC 5280 §4.1), as KMS hands it out */
function jwkOf(der: Uint8Array): PublicJwk {
  const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
  const { kty, crv, x, y } = key.export({ format: 'jwk' })
  if (kty !== 'EC' || crv !== 'P-256' || !x || !y) throw new UnusableKey('not ECC_NIST_P256')
  // The required members, in this order, without spaces (RFC 7638 §3).
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
  return { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' }
}
