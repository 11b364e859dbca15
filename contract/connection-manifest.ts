import { count, type Decoded, list, literal, nullable, object, text } from './decode.ts'
import { deployed } from './deployed.ts'

/** How a gate connects to an upstream over HTTP: what it believes of the other side, and what it shows of itself. */
export const connectionManifest = object({
  /** Until TCP and TLS stand. */
  timeoutMs: count,
  minVersion: literal('TLSv1.3', 'TLSv1.2'),
  /** CA certificates (PEM) that are believed, and no others. Null: those that Node.js comes with. */
  authorities: nullable(list(text)),
  /**
   * SHA-256 of the SubjectPublicKeyInfo that the upstream's own certificate may have (RFC 7469 §2.4), base64. Null: whichever. This is asked
   * beside everything else, and does not replace it.
   */
  publicKeys: nullable(list(text)),
  network: literal('public', 'private'),
  clientCertificate: nullable(
    object({
      /** ARN of a secret: JSON with `certificate` and `privateKey`, both PEM. */
      secret: deployed,
      /** How long a value is used before it is looked at again. */
      ttlMs: count,
    }),
  ),
})
export type ConnectionManifest = Decoded<typeof connectionManifest>
