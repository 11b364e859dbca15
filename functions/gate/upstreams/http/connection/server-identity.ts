import { createHash, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import tls, { type PeerCertificate } from 'node:tls'

/**
 * Judges an upstream's certificate once its chain has been: that it names the host, and that its public key is one of those declared.
 *
 * @param publicKeys null: any key
 */
export function serverIdentity(publicKeys: readonly string[] | null) {
  return (host: string, presented: PeerCertificate): Error | undefined => {
    const other = tls.checkServerIdentity(host, presented)
    if (other) return other
    const certificate = new X509Certificate(presented.raw)
    // Node goes by the common name where there is nothing else, which is no name of a host (RFC 9525 §2).
    const named = isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host, strictly)
    if (named === undefined) return failed('ERR_TLS_CERT_ALTNAME_INVALID')
    if (publicKeys && !publicKeys.includes(publicKeyHash(certificate))) return failed('PUBLIC_KEY_NOT_PINNED')
    return undefined
  }
}

const strictly = { subject: 'never', partialWildcards: false } as const

const failed = (code: string) => Object.assign(new Error(code), { code })

/** SHA-256 of its SubjectPublicKeyInfo, base64 (RFC 7469 §2.4). */
const publicKeyHash = ({ publicKey }: X509Certificate): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
